"""The servers that the other tests rely on do what they promise."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.servers.asking import Answer, ask
from tests.servers.bluesky import BlueskyAccount, BlueskyServer, running_bluesky
from tests.servers.bluesky.installation import RECIPE
from tests.servers.bluesky.server import POSTS
from tests.servers.fixtures import BlueskyBehindProxy, StandBefore
from tests.servers.mastodon import MastodonServer, running_mastodon
from tests.servers.waiting import wait_until, wait_until_async

PUT = "com.atproto.repo.putRecord"
STATUSES = "/api/v1/statuses"


def put_post(base: str, token: str, did: str, key: str, text: str) -> Answer:
    record = {"$type": POSTS, "text": text, "createdAt": "2026-11-21T09:00:00.000Z"}
    wanted = {
        "repo": did,
        "collection": POSTS,
        "rkey": key,
        "record": record,
        "swapRecord": None,
    }
    return ask("POST", f"{base}/xrpc/{PUT}", token=token, json=wanted)


def post_status(base: str, token: str, text: str, key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key} if key else None
    wanted = {"status": text, "visibility": "public"}
    return ask("POST", base + STATUSES, token=token, json=wanted, headers=headers)


def texts(server: MastodonServer) -> list[str]:
    return [server.source(status["id"]) for status in server.statuses(server.ponts)]


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


def test_a_server_told_to_limit_rates_refuses_the_thirty_first_login(tmp_path: Path) -> None:
    with running_bluesky(tmp_path, limit_rates=True) as server:
        account = server.new_account()  # which has logged in once, for its app password
        who = {"identifier": account.handle, "password": account.app_password}
        url = f"{server.url}/xrpc/com.atproto.server.createSession"
        answers = [ask("POST", url, json=who) for _ in range(30)]
    assert [answer.status for answer in answers] == [200] * 29 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


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
    assert sum(text.startswith("One of ten") for text in texts(mastodon_server)) == 1


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


# The proxy


def test_a_lost_answer_leaves_the_record_there(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount, token: str
) -> None:
    proxy, server = bluesky_behind_proxy.pds, bluesky_behind_proxy.server
    proxy.lose(PUT)
    with pytest.raises(http.client.RemoteDisconnected):
        put_post(proxy.url, token, bluesky_account.did, "3mcaaaaaaaa22", "Was it said?")
    assert [stored["value"]["text"] for stored in server.records(bluesky_account.did)] == [
        "Was it said?"
    ]


def test_the_directory_behind_the_proxy_names_the_proxy(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount
) -> None:
    document = ask("GET", f"{bluesky_behind_proxy.plc_url}/{bluesky_account.did}").json
    assert document["service"][0]["serviceEndpoint"] == bluesky_behind_proxy.pds.url


def test_an_order_befalls_as_many_requests_as_it_says(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.answer_500_before(STATUSES, times=2)
    text = "The third one arrives"
    answers = [post_status(proxy.url, mastodon_server.token, text).status for _ in range(3)]
    assert answers == [500, 500, 200]
    assert texts(mastodon_server).count(text) == 1


def test_an_order_spares_other_paths_and_methods(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.answer_500_before(STATUSES, method="POST", times=None)
    assert ask("GET", f"{proxy.url}/api/v2/instance").status == 200
    assert ask("GET", f"{proxy.url}{STATUSES}/0").status == 404
    assert post_status(proxy.url, mastodon_server.token, "Never").status == 500


def test_orders_forgotten_befall_nobody(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.lose_request("/api", times=None)
    proxy.forget_orders()
    assert ask("GET", f"{proxy.url}/api/v2/instance").status == 200


def test_a_lost_request_never_reaches_the_server(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.lose_request(STATUSES)
    with pytest.raises(http.client.RemoteDisconnected):
        post_status(proxy.url, mastodon_server.token, "Lost on the way there")
    assert "Lost on the way there" not in texts(mastodon_server)


def test_a_500_after_hides_a_status_that_is_there(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.answer_500_after(STATUSES)
    assert post_status(proxy.url, mastodon_server.token, "There despite the 500").status == 500
    assert "There despite the 500" in texts(mastodon_server)


def test_a_garbled_answer_hides_a_status_that_is_there(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.garble(STATUSES)
    answer = post_status(proxy.url, mastodon_server.token, "There but unreadable")
    assert answer.status == 200
    with pytest.raises(ValueError, match="invalid start byte"):
        _ = answer.json
    assert "There but unreadable" in texts(mastodon_server)


def test_an_answer_of_our_own_carries_its_headers(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.answer_instead(STATUSES, 429, headers={"Retry-After": "7"})
    answer = post_status(proxy.url, mastodon_server.token, "Too soon")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


def test_a_delayed_answer_comes_too_late_for_the_impatient(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.delay(STATUSES, 30)
    impatient = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=0.5)
    impatient.request("POST", STATUSES, "status=Late", mastodon_form(mastodon_server.token))
    with pytest.raises(TimeoutError):
        impatient.getresponse()
    impatient.close()
    wait_until(lambda: "Late" in texts(mastodon_server), 20, "the status to be there")


def test_a_held_answer_waits_for_its_release(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    held = proxy.hold(STATUSES)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(post_status, proxy.url, mastodon_server.token, "Held back")
        held.wait_until_arrived()
        assert "Held back" in texts(mastodon_server)
        assert not asked.done()
        held.release()
        assert asked.result(timeout=20).status == 200


def test_a_process_killed_while_its_answer_is_held_leaves_its_status(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    held = proxy.hold(STATUSES)
    script = (
        "import sys; from tests.servers.asking import ask;"
        "ask('POST', sys.argv[1], token=sys.argv[2], json={'status': 'By the killed one'})"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script, proxy.url + STATUSES, mastodon_server.token]
    )
    held.wait_until_arrived()
    worker.kill()
    worker.wait(timeout=20)
    held.release()
    assert texts(mastodon_server).count("By the killed one") == 1
    assert post_status(proxy.url, mastodon_server.token, "Life goes on").status == 200


def test_a_refused_connection_is_refused_by_the_system_and_only_for_a_while(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    for _ in range(2):
        with proxy.refuse_connect(), pytest.raises(ConnectionRefusedError):
            ask("GET", f"{proxy.url}/api/v2/instance")
        assert ask("GET", f"{proxy.url}/api/v2/instance").status == 200


def test_a_connection_kept_open_ends_when_connections_are_refused(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    kept = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
    kept.request("GET", "/api/v2/instance")
    kept.getresponse().read()
    assert kept.sock is not None
    with proxy.refuse_connect():
        assert kept.sock.recv(1) == b""
    kept.close()


def test_the_proxy_passes_on_what_it_gets(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    direct, passed = (
        ask("GET", f"{base}/api/v2/instance", query={"a b": "c/d?é"}, headers={"Accept": "*/*"})
        for base in (mastodon_server.url, proxy.url)
    )
    assert (passed.status, passed.body) == (direct.status, direct.body)
    assert passed.headers["Content-Type"] == direct.headers["Content-Type"]
    assert proxy.requests()[0].path == "/api/v2/instance?a+b=c%2Fd%3F%C3%A9"


def test_a_large_upload_passes_through(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    film = os.urandom(30_000_000)
    uploaded = ask(
        "POST", f"{proxy.url}/api/v2/media", token=mastodon_server.token, **multipart(film)
    )
    stored = ask("GET", uploaded.confirmed().json["url"]).body
    assert hashlib.sha256(stored).digest() == hashlib.sha256(film).digest()
    assert proxy.requests("/media")[0].body_length > len(film)


def test_the_log_tells_method_path_headers_and_body(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    post_status(proxy.url, mastodon_server.token, "Logged", key="the-key")
    ask("GET", f"{proxy.url}/api/v2/instance")
    (seen,) = proxy.requests(STATUSES, method="POST")
    body = b'{"status": "Logged", "visibility": "public"}'
    assert seen.body_sha256 == hashlib.sha256(body).hexdigest()
    assert seen.headers["Idempotency-Key"] == "the-key"
    assert mastodon_server.token not in repr(seen)


# Waiting


def test_waiting_ends_with_the_condition() -> None:
    bell = threading.Event()
    threading.Timer(0.05, bell.set).start()
    assert wait_until(bell.is_set, 20, "the bell")


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


def mastodon_form(token: str) -> dict[str, str]:
    kind = "application/x-www-form-urlencoded"
    return {"Authorization": f"Bearer {token}", "Content-Type": kind}


def multipart(film: bytes) -> dict[str, Any]:
    head = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n'
        b"Content-Type: video/mp4\r\n\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    return {"body": head + film + b"\r\n--edge--\r\n", "headers": headers}
