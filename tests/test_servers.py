"""The servers that the other tests rely on do what they promise."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.servers.asking import ask
from tests.servers.bluesky import BlueskyAccount, BlueskyServer, running_bluesky
from tests.servers.bluesky.installation import RECIPE
from tests.servers.bluesky.server import POSTS
from tests.servers.mastodon import MastodonServer, running_mastodon
from tests.servers.posting import STATUSES, post_status, put_post
from tests.servers.waiting import wait_until, wait_until_async

# Bluesky


@pytest.fixture
def token(bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount) -> str:
    return bluesky_server.login(bluesky_account.handle, bluesky_account.app_password)


def test_a_record_put_twice_under_one_key_is_one_record(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, token: str
) -> None:
    did = bluesky_account.did
    for _ in range(2):
        put_post(bluesky_server.url, token, did, "3mcaaaaaaaa22", "Open on Sunday").confirmed()
    (stored,) = bluesky_server.records(did)
    assert stored["uri"] == f"at://{did}/{POSTS}/3mcaaaaaaaa22"
    assert stored["value"]["text"] == "Open on Sunday"


def test_another_record_under_the_same_key_is_refused(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, token: str
) -> None:
    did, key = bluesky_account.did, "3mcaaaaaaaa22"
    put_post(bluesky_server.url, token, did, key, "Open on Sunday").confirmed()
    refused = put_post(bluesky_server.url, token, did, key, "Closed on Sunday")
    assert (refused.status, refused.json["error"]) == (400, "InvalidSwap")


def test_a_record_that_nobody_wrote_is_none(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    assert bluesky_server.record(f"at://{bluesky_account.did}/{POSTS}/3mcaaaaaaaa22") is None


def test_the_directory_names_the_server_of_an_account(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    document = ask("GET", f"{bluesky_server.plc_url}/{bluesky_account.did}").json
    assert document["alsoKnownAs"] == [f"at://{bluesky_account.handle}"]
    assert document["service"][0]["serviceEndpoint"] == bluesky_server.url


def test_an_embedded_image_is_kept_byte_for_byte(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, token: str
) -> None:
    image = png()
    uploaded = ask(
        "POST",
        f"{bluesky_server.url}/xrpc/com.atproto.repo.uploadBlob",
        token=token,
        body=image,
        headers={"Content-Type": "image/png"},
    )
    blob = uploaded.confirmed().json["blob"]
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "A shelf"}]}
    record = {"$type": POSTS, "text": "", "createdAt": "2026-11-21T09:00:00Z", "embed": embed}
    wanted = {"repo": bluesky_account.did, "collection": POSTS, "record": record}
    bluesky_server.procedure("com.atproto.repo.createRecord", wanted, token=token)
    assert bluesky_server.blob(bluesky_account.did, blob["ref"]["$link"]) == image


def test_a_revoked_app_password_no_longer_logs_in(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    bluesky_server.revoke_app_password(bluesky_account)
    with pytest.raises(AssertionError, match="401"):
        bluesky_server.login(bluesky_account.handle, bluesky_account.app_password)


def test_every_page_of_records_is_read(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, token: str
) -> None:
    create = "com.atproto.repo.applyWrites#create"
    record = {"$type": POSTS, "text": "Again", "createdAt": "2026-11-21T09:00:00Z"}
    writes = [{"$type": create, "collection": POSTS, "value": record} for _ in range(130)]
    wanted = {"repo": bluesky_account.did, "writes": writes}
    bluesky_server.procedure("com.atproto.repo.applyWrites", wanted, token=token)
    assert len(bluesky_server.records(bluesky_account.did)) == 130


def test_a_server_told_to_limit_rates_counts_the_logins(tmp_path: Path) -> None:
    with running_bluesky(tmp_path, limit_rates=True) as server:
        account = server.new_account()  # which logs in once, for its app password
        who = {"identifier": account.handle, "password": account.app_password}
        login = ask("POST", f"{server.url}/xrpc/com.atproto.server.createSession", json=who)
    assert (login.headers["RateLimit-Limit"], login.headers["RateLimit-Remaining"]) == ("30", "28")


def test_the_lock_names_no_package_index() -> None:
    lock = json.loads((RECIPE / "package-lock.json").read_text())
    assert len(lock["packages"]) > 100
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


# Mastodon


def test_a_status_posted_with_the_token_is_on_the_account(mastodon_server: MastodonServer) -> None:
    posted = post_status(mastodon_server.url, mastodon_server.token, "Tea & <books>").confirmed()
    assert mastodon_server.statuses(mastodon_server.ponts)[0]["id"] == posted.json["id"]
    assert mastodon_server.source(posted.json["id"]) == "Tea & <books>"


def test_a_wrong_token_is_answered_401(mastodon_server: MastodonServer) -> None:
    refused = post_status(mastodon_server.url, "no token of ours", "Never")
    assert refused.status == 401
    assert refused.json == {"error": "This method requires an authenticated user"}


def test_a_revoked_token_is_answered_401(mastodon_server: MastodonServer) -> None:
    token = mastodon_server.new_token(mastodon_server.ponts)
    post_status(mastodon_server.url, token, "While it lasts").confirmed()
    mastodon_server.revoke(token)
    assert post_status(mastodon_server.url, token, "No longer").status == 401


def test_an_idempotency_key_used_by_ten_at_once_makes_one_status(
    mastodon_server: MastodonServer,
) -> None:
    def post(number: int) -> str:
        text = f"One of ten, number {number}"
        answer = post_status(mastodon_server.url, mastodon_server.token, text, "ten-at-once")
        return str(answer.confirmed().json["id"])

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(post, range(10)))
    assert len(ids) == 1
    assert (
        sum(text.startswith("One of ten") for text in mastodon_server.texts(mastodon_server.ponts))
        == 1
    )


def test_a_reader_answers_and_likes_a_status(mastodon_server: MastodonServer) -> None:
    asked = mastodon_server.post(mastodon_server.ponts, "Which book?")
    mastodon_server.post(mastodon_server.charlie, "The blue one", in_reply_to=asked["id"])
    mastodon_server.favourite(mastodon_server.charlie, asked["id"])
    seen = ask("GET", f"{mastodon_server.url}{STATUSES}/{asked['id']}").json
    assert (seen["replies_count"], seen["favourites_count"]) == (1, 1)


def test_reset_leaves_the_cast_and_nothing_else(tmp_path: Path) -> None:
    with running_mastodon(tmp_path) as server:
        server.post(server.ponts, "Soon forgotten")
        server.reset()
        assert server.statuses(server.ponts) == []
        assert server.post(server.ponts, "Kept")["content"] == "<p>Kept</p>"


# Waiting


def test_waiting_ends_with_the_condition() -> None:
    bell = threading.Event()
    threading.Timer(0.05, bell.set).start()
    assert wait_until(bell.is_set, 60, "the bell")


async def test_waiting_in_vain_says_what_was_waited_for() -> None:
    async def never() -> bool:
        return False

    with pytest.raises(AssertionError, match=r"waited 0\.1 s in vain: the bell"):
        wait_until(lambda: False, 0.1, "the bell")
    with pytest.raises(AssertionError, match=r"waited 0\.1 s in vain: the bell"):
        await wait_until_async(never, 0.1, "the bell")


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(drawn, "PNG")
    return drawn.getvalue()
