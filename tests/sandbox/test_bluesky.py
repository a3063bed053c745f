"""The sandbox's Bluesky where no reference server stands beside it: limits, time, pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parvis.sandbox.bluesky import Bluesky
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox, running_sandbox

HANDLE = "ponts.test"
POST = "app.bsky.feed.post"
KEY = "3n2trj3lihmyp"
PASSWORDS = "/settings/app-passwords"
RECORD = {"$type": POST, "text": "Bonjour", "createdAt": "2026-11-21T20:00:00.000Z"}


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(Bluesky,)) as running:
        yield running


def origin(sandbox: RunningSandbox) -> str:
    return sandbox.origin("bluesky")


def sign_in(sandbox: RunningSandbox, password: str = "") -> Answer:
    accounts = sandbox.told("bluesky")["accounts"]
    known = next(each["password"] for each in accounts if each["handle"] == HANDLE)
    wanted = {"identifier": HANDLE, "password": password or known}
    return ask("POST", f"{origin(sandbox)}/xrpc/com.atproto.server.createSession", json=wanted)


def put(
    sandbox: RunningSandbox, session: dict[str, Any], *, key: str = KEY, **more: object
) -> Answer:
    wanted = {"repo": session["did"], "collection": POST, "rkey": key, "record": RECORD | more}
    url = f"{origin(sandbox)}/xrpc/com.atproto.repo.putRecord"
    return ask("POST", url, json=wanted, token=session["accessJwt"])


def show(sandbox: RunningSandbox, session: dict[str, Any]) -> Answer:
    url = f"{origin(sandbox)}/xrpc/com.atproto.server.getSession"
    return ask("GET", url, token=session["accessJwt"])


def upload(sandbox: RunningSandbox, session: dict[str, Any]) -> dict[str, Any]:
    url = f"{origin(sandbox)}/xrpc/com.atproto.repo.uploadBlob"
    sent = ask("POST", url, body=b"GIF89a", token=session["accessJwt"])
    blob: dict[str, Any] = sent.confirmed().json["blob"]
    return blob


def test_the_thirty_first_sign_in_is_one_too_many_for_five_minutes(
    sandbox: RunningSandbox,
) -> None:
    statuses = [sign_in(sandbox, "wrong").status for _ in range(31)]
    refused = sign_in(sandbox)
    sandbox.advance(301)

    assert statuses == [401] * 30 + [429]
    assert refused.headers["RateLimit-Policy"] == "30;w=300"
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert sign_in(sandbox).status == 200


def test_an_hour_has_five_thousand_points_for_writing(sandbox: RunningSandbox) -> None:
    """Two for each putRecord."""
    session = sign_in(sandbox).json
    points = sandbox.sandbox.networks["bluesky"].windows
    points.take(f"write/3600/{session['did']}", limit=5_000, seconds=3600, cost=4_997)

    last, refused = put(sandbox, session), put(sandbox, session)

    assert (last.status, last.headers["RateLimit-Remaining"]) == (200, "1")
    assert (refused.status, refused.json["error"]) == (429, "RateLimitExceeded")


def test_an_access_token_lives_two_hours(sandbox: RunningSandbox) -> None:
    session = sign_in(sandbox).json
    sandbox.advance(7_201)

    lapsed = show(sandbox, session)

    assert (lapsed.status, lapsed.json["error"]) == (400, "ExpiredToken")


def test_a_used_refresh_token_still_works_for_two_hours(sandbox: RunningSandbox) -> None:
    session = sign_in(sandbox).json
    url = f"{origin(sandbox)}/xrpc/com.atproto.server.refreshSession"
    ask("POST", url, token=session["refreshJwt"]).confirmed()
    again = ask("POST", url, token=session["refreshJwt"])
    sandbox.advance(7_201)

    late = ask("POST", url, token=session["refreshJwt"])

    assert again.status == 200
    assert (late.status, late.json["error"]) == (400, "ExpiredToken")


def test_a_blob_that_no_post_shows_is_thrown_away(sandbox: RunningSandbox) -> None:
    session = sign_in(sandbox).json
    blob = upload(sandbox, session)
    sandbox.advance(7 * 3600)
    images = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": ""}]}

    refused = put(sandbox, sign_in(sandbox).json, embed=images)

    assert refused.json["error"] == "BlobNotFound"


@pytest.mark.parametrize(("start", "end"), [(0, 99), (3, 3), (1, 3)])
def test_a_facet_beside_the_characters_is_refused(
    sandbox: RunningSandbox, start: int, end: int
) -> None:
    """Stricter than the real one, where readers would find the link missing."""
    session = sign_in(sandbox).json
    place = {"byteStart": start, "byteEnd": end}

    refused = put(sandbox, session, text="été", facets=[{"index": place, "features": []}])

    assert refused.status == 400
    assert "whole characters" in refused.json["message"]


def test_an_app_password_is_made_on_the_page_shown_once_and_revoked(
    sandbox: RunningSandbox,
) -> None:
    page = origin(sandbox) + PASSWORDS
    made = ask("POST", page, form={"account": HANDLE, "name": "Parvis"}).confirmed().body.decode()
    (password,) = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", made)
    session = sign_in(sandbox, password).confirmed().json
    listed = ask("GET", f"{page}?account={HANDLE}").confirmed().body.decode()
    (kept,) = re.findall(r'value="([0-9a-f]+)">Revoke “Parvis”', listed)

    ask("POST", page, form={"account": HANDLE, "revoke": kept}).confirmed()

    assert password not in listed
    assert sign_in(sandbox, password).status == 401
    assert show(sandbox, session).status == 400


def test_nobody_makes_a_password_for_the_audience(sandbox: RunningSandbox) -> None:
    wanted = {"account": "alice.test", "name": "Parvis"}

    assert ask("POST", origin(sandbox) + PASSWORDS, form=wanted).status == 404


def test_the_directory_leads_from_the_name_to_the_server(sandbox: RunningSandbox) -> None:
    did = sign_in(sandbox).json["did"]

    document = ask("GET", f"{origin(sandbox)}/{did}").confirmed().json

    assert document["alsoKnownAs"] == [f"at://{HANDLE}"]
    assert document["service"][0]["serviceEndpoint"] == origin(sandbox)


def test_accounts_posts_and_sessions_survive_a_new_start(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite"
    with running_sandbox(only=(Bluesky,), state=state) as first:
        session = sign_in(first).json
        stored = put(first, session).confirmed().json

    with running_sandbox(only=(Bluesky,), state=state) as second:
        again = put(second, session).confirmed().json
        texts = [post["text"] for post in second.posts("bluesky")]

    assert (again["cid"], "commit" in again) == (stored["cid"], False)
    assert texts == ["Bonjour"]
