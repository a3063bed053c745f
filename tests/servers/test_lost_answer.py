"""The proxy loses what it is told to lose, and alters nothing else."""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.servers.asking import ask
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy, StandBefore
from tests.servers.mastodon import MastodonServer
from tests.servers.posting import PUT, STATUSES, post_status, put_post
from tests.servers.waiting import wait_until


def test_a_lost_answer_leaves_the_record_there(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount
) -> None:
    proxy, server = bluesky_behind_proxy.pds, bluesky_behind_proxy.server
    token = server.login(bluesky_account.handle, bluesky_account.app_password)
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
    assert mastodon_server.texts(mastodon_server.ponts).count(text) == 1


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
    assert "Lost on the way there" not in mastodon_server.texts(mastodon_server.ponts)


def test_a_500_after_hides_a_status_that_is_there(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.answer_500_after(STATUSES)
    assert post_status(proxy.url, mastodon_server.token, "There despite the 500").status == 500
    assert "There despite the 500" in mastodon_server.texts(mastodon_server.ponts)


def test_a_garbled_answer_hides_a_status_that_is_there(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    proxy.garble(STATUSES)
    answer = post_status(proxy.url, mastodon_server.token, "There but unreadable")
    assert answer.status == 200
    with pytest.raises(ValueError, match="invalid start byte"):
        _ = answer.json
    assert "There but unreadable" in mastodon_server.texts(mastodon_server.ponts)


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
    wait_until(
        lambda: "Late" in mastodon_server.texts(mastodon_server.ponts), 20, "the status to be there"
    )


def test_a_held_answer_waits_for_its_release(
    mastodon_server: MastodonServer, lost_answers: StandBefore
) -> None:
    proxy = lost_answers(mastodon_server.url)
    held = proxy.hold(STATUSES)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(post_status, proxy.url, mastodon_server.token, "Held back")
        held.wait_until_arrived()
        assert "Held back" in mastodon_server.texts(mastodon_server.ponts)
        assert not asked.done()
        held.release()
        assert asked.result(timeout=60).status == 200


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
    worker.wait(timeout=60)
    held.release()
    assert mastodon_server.texts(mastodon_server.ponts).count("By the killed one") == 1
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
    kept = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
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
