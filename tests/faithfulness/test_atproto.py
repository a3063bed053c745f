"""`atproto`, the Python SDK of the AT Protocol, against the sandbox: only its address differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libipld
import pytest
from atproto import Client, client_utils, models
from atproto.exceptions import BadRequestError, UnauthorizedError

from parvis.sandbox.bluesky import Bluesky
from parvis.sandbox.bluesky.cids import cid_of_record, encode
from tests.networks.media import ALT, draw_picture, film
from tests.servers.sandbox import RunningSandbox, running_sandbox

HANDLE = "ponts.test"
EVENING = "Ce soir à 19 h : lecture de « La Place » 📚"


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(Bluesky,)) as running:
        yield running


@pytest.fixture
def client(sandbox: RunningSandbox) -> Client:
    client = Client(base_url=sandbox.origin("bluesky"))
    client.login(HANDLE, _password(sandbox))
    return client


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    path = tmp_path / "shop-window.jpg"
    draw_picture(path)
    return path.read_bytes()


def test_it_signs_in_and_finds_the_profile(client: Client) -> None:
    assert client.me is not None
    assert (client.me.handle, client.me.display_name) == (HANDLE, "Librairie Ponts")


def test_a_wrong_password_is_refused(sandbox: RunningSandbox) -> None:
    stranger = Client(base_url=sandbox.origin("bluesky"))

    with pytest.raises(UnauthorizedError):
        stranger.login(HANDLE, "abcd-abcd-abcd-abcd")


def test_it_stays_signed_in_by_its_session_string(client: Client, sandbox: RunningSandbox) -> None:
    again = Client(base_url=sandbox.origin("bluesky"))

    profile = again.login(session_string=client.export_session_string())

    assert profile is not None
    assert profile.handle == HANDLE


def test_it_posts_text_with_facets_and_reads_it_back(client: Client) -> None:
    text = (
        client_utils.TextBuilder()
        .text(f"{EVENING} chez ")
        .mention("@alice.test", client.resolve_handle("alice.test").did)
        .text(" : ")
        .link("https://example.org", "https://example.org")
        .text(" ")
        .tag("#lecture", "lecture")
    )

    created = client.send_post(text, langs=["fr"])

    (post,) = client.get_posts([created.uri]).posts
    assert post.cid == created.cid
    assert post.record.text == text.build_text()
    assert post.record.facets == text.build_facets()
    feed = client.get_author_feed(HANDLE).feed
    assert [each.post.uri for each in feed] == [created.uri]


def test_it_posts_an_image_with_alt_text(client: Client, picture: bytes) -> None:
    shape = models.AppBskyEmbedDefs.AspectRatio(width=640, height=480)

    created = client.send_image(EVENING, picture, ALT, image_aspect_ratio=shape)

    (post,) = client.get_posts([created.uri]).posts
    (image,) = post.embed.images
    assert (image.alt, image.aspect_ratio) == (ALT, shape)
    cid = post.record.embed.images[0].image.cid.encode()
    repo = client.me.did if client.me else ""
    assert client.com.atproto.sync.get_blob({"did": repo, "cid": cid}) == picture


def test_it_posts_a_video(client: Client, tmp_path: Path) -> None:
    film(tmp_path / "reading.mp4", seconds=1)

    created = client.send_video(EVENING, (tmp_path / "reading.mp4").read_bytes(), ALT)

    (post,) = client.get_posts([created.uri]).posts
    assert post.embed.alt == ALT
    assert post.embed.playlist.startswith("http")


def test_it_posts_a_thread_and_reads_it(client: Client) -> None:
    first = client.send_post("un")
    root = models.create_strong_ref(first)
    second = client.send_post(
        "deux", reply_to=models.AppBskyFeedPost.ReplyRef(root=root, parent=root)
    )

    thread = client.get_post_thread(first.uri).thread
    above = client.get_post_thread(second.uri).thread

    assert [reply.post.uri for reply in thread.replies] == [second.uri]
    assert above.parent.post.uri == first.uri


def test_it_reads_figures_that_grow_and_the_replies(
    client: Client, sandbox: RunningSandbox
) -> None:
    created = client.send_post(EVENING)
    (young,) = client.get_posts([created.uri]).posts
    sandbox.advance(3600)
    client.like(created.uri, created.cid)
    sandbox.advance(48 * 3600)
    client.login(HANDLE, _password(sandbox))

    (old,) = client.get_posts([created.uri]).posts
    thread = client.get_post_thread(created.uri).thread

    assert old.like_count > young.like_count == 0
    assert old.reply_count == len(thread.replies) > 0
    likes = client.get_likes(created.uri).likes
    assert HANDLE in {like.actor.handle for like in likes}


def test_it_deletes(client: Client) -> None:
    created = client.send_post(EVENING)

    assert client.delete_post(created.uri)

    assert client.get_posts([created.uri]).posts == []
    with pytest.raises(BadRequestError) as gone:
        client.get_post_thread(created.uri)
    assert gone.value.response is not None
    assert gone.value.response.content.error == "NotFound"


def test_a_text_too_long_is_refused_as_the_server_refuses_it(client: Client) -> None:
    with pytest.raises(BadRequestError) as refusal:
        client.send_post("é" * 301)

    assert refusal.value.response is not None
    assert "grapheme too big (maximum 300, got 301)" in refusal.value.response.content.message


@pytest.mark.parametrize(
    "record",
    [
        {"text": "été 📚", "n": 1, "list": [None, True, False, "", {}]},
        {"bb": 1, "a": -1, "ccc": 23, "é": 24, "aa": 255, "z": 256, "y": 65_536, "x": 2**40},
        {"a": -24, "b": -25, "c": -257},
        {"long": "x" * 300, "many": list(range(300))},
    ],
)
def test_records_are_encoded_as_the_library_encodes_them(record: dict[str, object]) -> None:
    assert encode(record) == libipld.encode_dag_cbor(record)


def test_the_id_of_a_record_is_the_one_that_a_real_server_gave() -> None:
    """Of the reference PDS 0.5.35."""
    record = {"$type": "app.bsky.feed.post", "text": "hi", "createdAt": "2026-11-21T20:00:00.000Z"}

    assert cid_of_record(record) == "bafyreibq62t7gtwfpxxkdhan5aup5xk5lond5kxkzflgy5nde6kvm4bviq"


def _password(sandbox: RunningSandbox) -> str:
    accounts = sandbox.told("bluesky")["accounts"]
    return str(next(each["password"] for each in accounts if each["handle"] == HANDLE))
