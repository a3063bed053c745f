"""X's own Python library works with the sandbox as with X; only the base address differs."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import requests
from xdk import Client
from xdk.media.models import (
    AppendUploadRequest,
    CreateMetadataRequest,
    InitializeUploadRequest,
    UploadRequest,
)
from xdk.posts.models import CreateRequest

from tests.networks.media import draw_picture, film
from tests.servers.sandbox import RunningSandbox

BACK = "http://127.0.0.1:8000/back"
SCOPES = ["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"]


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib, on which xdk rests, speaks to no server without https unless it is told to."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def unsigned(sandbox: RunningSandbox, secret: str = "parvis-sandbox-secret") -> Client:
    origin = sandbox.origin("x")
    return Client(
        base_url=origin,
        authorization_base_url=f"{origin}/i",
        client_id="parvis-sandbox",
        client_secret=secret,
        redirect_uri=BACK,
        scope=SCOPES,
    )


@pytest.fixture
def client(sandbox: RunningSandbox) -> Client:
    """Signed in through the pages, as a person would be."""
    client = unsigned(sandbox)
    page = client.get_authorization_url(state="a-state")
    client.fetch_token(sandbox.consent(page, "ponts"))
    return client


def create(client: Client, **stated: Any) -> str:
    created = client.posts.create(CreateRequest.model_validate(stated))
    assert created.data is not None
    return str(created.data.id)


def whole_file(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def test_signing_in_tells_who_it_is(client: Client) -> None:
    me = client.users.get_me(user_fields=["created_at", "verified"])

    assert me.data is not None
    assert (me.data.username, me.data.name) == ("ponts", "Librairie Ponts")


def test_a_wrong_secret_gets_no_token(sandbox: RunningSandbox) -> None:
    client = unsigned(sandbox, secret="not-the-secret")
    back = sandbox.consent(client.get_authorization_url(state="a-state"), "ponts")

    with pytest.raises(ValueError, match="unauthorized_client"):
        client.fetch_token(back)


def test_tokens_are_renewed(client: Client) -> None:
    first = client.access_token

    client.refresh_token()

    assert client.access_token != first
    assert client.users.get_me().data is not None


def test_a_text_is_published_and_read_back(sandbox: RunningSandbox, client: Client) -> None:
    post_id = create(client, text="Thé & livres : https://example.org/lecture @ponts #Lecture")

    read = client.posts.get_by_id(
        post_id,
        post_fields=["conversation_id", "created_at", "entities", "public_metrics"],
        expansions=["author_id"],
        user_fields=["username"],
    )

    assert read.data is not None
    assert read.data.text.startswith("Thé &amp; livres : https://t.co/")
    (url,) = read.data.entities.urls
    assert url.expanded_url == "https://example.org/lecture"
    assert read.data.text[url.start : url.end] == url.url
    assert read.data.public_metrics.repost_count == 0
    assert read.includes.users[0].username == "ponts"


def test_a_picture_with_its_description_is_published(
    sandbox: RunningSandbox, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "shop-window.png"
    draw_picture(path)
    uploaded = client.media.upload(
        UploadRequest(media=whole_file(path), media_category="tweet_image")
    )
    described = {"id": uploaded.data.id, "metadata": {"alt_text": {"text": "The shop window"}}}
    client.media.create_metadata(CreateMetadataRequest.model_validate(described))

    post_id = create(client, text="Vitrine", media={"media_ids": [uploaded.data.id]})

    (shown,) = sandbox.posts("x")
    assert shown["alts"] == ["The shop window"]
    assert sandbox.medium("x", shown["media"][0]["sha256"]) == path.read_bytes()
    read = client.posts.get_by_id(
        post_id,
        post_fields=["attachments"],
        expansions=["attachments.media_keys"],
        media_fields=["alt_text", "type", "width", "height"],
    )
    assert read.includes.media[0].alt_text == "The shop window"
    assert read.data.attachments.media_keys == [uploaded.data.media_key]


def test_a_video_is_published_in_chunks(
    sandbox: RunningSandbox, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "reading.mp4"
    film(path, seconds=1)
    content = path.read_bytes()
    begun = client.media.initialize_upload(
        InitializeUploadRequest(
            media_type="video/mp4", media_category="tweet_video", total_bytes=len(content)
        )
    )
    half = len(content) // 2
    for index, chunk in enumerate((content[:half], content[half:])):
        client.media.append_upload(
            begun.data.id,
            AppendUploadRequest(media=base64.b64encode(chunk).decode(), segment_index=index),
        )
    finished = client.media.finalize_upload(begun.data.id)
    status = client.media.get_upload_status(finished.data.id, command="STATUS")

    assert status.data.processing_info.state == "succeeded"
    create(client, text="Lecture", media={"media_ids": [finished.data.id]})
    (shown,) = sandbox.posts("x")
    assert sandbox.medium("x", shown["media"][0]["sha256"]) == content


def test_a_timeline_is_read_page_by_page(client: Client) -> None:
    ids = [create(client, text=f"Livre n° {number}") for number in range(12)]
    me = client.users.get_me().data

    pages = list(client.users.get_posts(me.id, max_results=5, post_fields=["created_at"]))

    assert [len(page.data) for page in pages] == [5, 5, 2]
    assert [post.id for page in pages for post in page.data] == ids[::-1]


def test_a_conversation_is_searched(client: Client) -> None:
    first = create(client, text="Un")
    second = create(client, text="Deux", reply={"in_reply_to_tweet_id": first})

    pages = client.posts.search_recent(
        f"conversation_id:{first} is:reply",
        max_results=10,
        post_fields=["created_at"],
        expansions=["author_id", "referenced_posts"],
    )

    (answer,) = next(iter(pages)).data
    assert answer.id == second
    assert answer.referenced_posts[0].id == first


def test_figures_grow_and_private_ones_are_the_authors(
    sandbox: RunningSandbox, client: Client
) -> None:
    post_id = create(client, text="Bonjour")
    sandbox.advance(6000)

    (read,) = client.posts.get_by_ids(
        [post_id], post_fields=["public_metrics", "non_public_metrics"]
    ).data

    assert read.public_metrics.impression_count > 0
    assert read.non_public_metrics["impression_count"] == read.public_metrics.impression_count


def test_a_deleted_post_is_an_error_beside_nothing(client: Client) -> None:
    post_id = create(client, text="Bonjour")

    deleted = client.posts.delete(post_id)
    read = client.posts.get_by_ids([post_id])

    assert deleted.data.deleted is True
    assert read.data is None
    assert len(read.errors) == 1


def test_an_equal_text_is_forbidden(client: Client) -> None:
    create(client, text="Bonjour")

    with pytest.raises(requests.HTTPError) as refusal:
        create(client, text="Bonjour")

    assert refusal.value.response.status_code == 403
    assert "duplicate content" in refusal.value.response.json()["detail"]
