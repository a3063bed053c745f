"""Pictures and videos on the way out: one's own, inert, by pieces and by ranges."""

import http.client
import logging
import re
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from PIL import Image as Pillow

from parvis.compose import public_media
from parvis.compose.media import as_media_file, keep_media
from parvis.compose.models import Media
from parvis.compose.public_media import new_probe, opened_to
from parvis.connections.models import Account
from parvis.people.models import Workspace
from tests.cast import kept_picture
from tests.compose.films import film
from tests.compose.reach import fetching, reached_at
from tests.web.running import RunningDesk, running_desk

__all__ = ["running_desk"]

pytestmark = pytest.mark.django_db


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]


@pytest.fixture
def video(workspace: Workspace, tmp_path: Path) -> Media:
    source = film(tmp_path / "shop.mp4")
    with source.open("rb") as file:
        return keep_media(workspace, source.name, file, source.stat().st_size)


# For who has signed in


def test_a_picture_is_served_inert_and_kept_by_the_browser_alone(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_picture(workspace)
    answer = desk.get(f"/media/{media.sha256}/")
    assert body(answer) == media.path.read_bytes()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    caching = answer.headers["Cache-Control"]
    assert "private" in caching
    assert "immutable" in caching


def test_a_picture_of_another_workspace_is_not_there(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Elsewhere", time_zone="UTC", language="en")
    assert desk.get(f"/media/{kept_picture(other).sha256}/").status_code == 404


@pytest.mark.parametrize("asked", ["..%2f..%2fkeys%2fsealing.key", "0" * 64, "x"])
def test_nothing_but_pictures_is_served(desk: Client, asked: str) -> None:
    assert desk.get(f"/media/{asked}/").status_code == 404


@pytest.mark.parametrize("end", ["", "still/"])
def test_nobody_sees_a_picture_without_signing_in(workspace: Workspace, end: str) -> None:
    answer = Client().get(f"/media/{kept_picture(workspace).sha256}/{end}")
    assert answer.status_code == 302
    assert "/sign-in/" in answer.headers["Location"]


def test_a_films_first_picture_is_served(desk: Client, video: Media) -> None:
    answer = desk.get(f"/media/{video.sha256}/still/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert body(answer)[:3] == b"\xff\xd8\xff"


def test_a_picture_has_a_small_still(desk: Client, workspace: Workspace) -> None:
    media = kept_picture(workspace, width=1600, height=1200, colour="orchid")
    answer = desk.get(f"/media/{media.sha256}/still/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    with Pillow.open(BytesIO(body(answer))) as still:
        assert still.size == (480, 360)


def test_a_picture_whose_file_is_gone_has_no_still(desk: Client, workspace: Workspace) -> None:
    media = kept_picture(workspace, colour="chocolate")
    media.path.unlink()
    assert desk.get(f"/media/{media.sha256}/still/").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_there(desk: Client, video: Media) -> None:
    content = video.path.read_bytes()
    video.path.unlink()
    try:
        assert desk.get(f"/media/{video.sha256}/").status_code == 404
    finally:
        video.path.write_bytes(content)


def test_a_page_may_play_videos_of_this_installation(desk: Client) -> None:
    assert "media-src 'self'" in desk.get("/write/").headers["Content-Security-Policy"]


# By ranges


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-1", 0, 2),  # what Safari asks first
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=100-99999999999", 100, None),
        ("bytes=-99999999999", 0, None),
        ("Bytes=5-5", 5, 6),
    ],
)
def test_a_range_is_answered_with_its_bytes(
    desk: Client, video: Media, asked: str, start: int, end: int | None
) -> None:
    whole = video.path.read_bytes()
    answer = desk.get(f"/media/{video.sha256}/", headers={"Range": asked})
    found = whole[start:end]
    first = len(whole) - len(found) if end is None else start
    assert (answer.status_code, body(answer)) == (206, found)
    assert answer.headers["Content-Length"] == str(len(found))
    said = f"bytes {first}-{first + len(found) - 1}/{len(whole)}"
    assert answer.headers["Content-Range"] == said


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-9", "bytes=9-5", "bytes=-", "bytes=a-b", "pages=1-2", "bytes=٣-٤", ""],
)
def test_what_is_no_single_range_is_answered_whole(desk: Client, video: Media, asked: str) -> None:
    answer = desk.get(f"/media/{video.sha256}/", HTTP_RANGE=asked)
    assert (answer.status_code, body(answer)) == (200, video.path.read_bytes())
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_said_to_be(desk: Client, video: Media, asked: str) -> None:
    answer = desk.get(f"/media/{video.sha256}/", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{video.size}"


def test_a_range_of_what_was_there_before_is_answered_whole(desk: Client, video: Media) -> None:
    address, asked = f"/media/{video.sha256}/", {"Range": "bytes=0-9"}
    etag = desk.get(address).headers["ETag"]
    assert desk.get(address, headers={**asked, "If-Range": etag}).status_code == 206
    assert desk.get(address, headers={**asked, "If-Range": '"another"'}).status_code == 200


# For a network that comes to fetch


@pytest.fixture
def opened(ponts: Account, video: Media, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path at which the video is open."""
    reached_at(monkeypatch, "https://desk.example.org")
    told = opened_to(fetching(ponts), as_media_file(video, "The shop window"))
    return told.public_url.removeprefix("https://desk.example.org")


def test_a_network_fetches_without_signing_in(opened: str, video: Media) -> None:
    answer = Client().get(opened)
    assert (answer.status_code, body(answer)) == (200, video.path.read_bytes())
    assert answer.headers["Content-Type"] == "video/mp4"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_a_network_may_ask_for_the_head_and_for_a_range(
    running_desk: RunningDesk, opened: str, video: Media
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running_desk.port, timeout=60)
    connection.request("HEAD", opened)
    head = connection.getresponse()
    assert (head.status, head.read()) == (200, b"")
    assert head.headers["Content-Length"] == str(video.size)
    assert head.headers["Accept-Ranges"] == "bytes"
    connection.request("GET", opened, headers={"Range": "bytes=10-19"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (206, video.path.read_bytes()[10:20])


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_an_open_address_takes_nothing(opened: str, method: str) -> None:
    assert getattr(Client(), method)(opened).status_code == 405


def test_a_made_up_an_altered_and_an_outdated_address_look_the_same(
    opened: str, video: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = opened.split("/")[3]
    altered = opened.replace(signed, signed[:-1] + ("A" if signed[-1] != "A" else "B"))
    made_up = opened.replace(signed, video.sha256)
    monkeypatch.setattr(public_media, "OPEN_FOR", timedelta(seconds=-1))
    answers = {Client().get(asked).status_code for asked in (altered, made_up, opened)}
    assert answers == {404}


@pytest.mark.parametrize("address", ["/media/", "/media/open/", "/media/open/x/"])
def test_nothing_is_listed(opened: str, address: str) -> None:
    assert Client().get(address).status_code in (302, 404)


def test_a_probe_is_answered(ponts: Account) -> None:
    probe = new_probe("")
    answer = Client().get(probe.address)
    assert (answer.status_code, answer.content.decode()) == (200, probe.answer)


def test_an_open_address_does_not_reach_the_log(opened: str) -> None:
    handler = next(h for h in logging.getLogger().handlers if h.filters)
    written, before = StringIO(), handler.stream  # type: ignore[attr-defined]
    handler.setStream(written)  # type: ignore[attr-defined]
    try:
        Client().post(opened)
    finally:
        handler.setStream(before)  # type: ignore[attr-defined]
    assert re.search(r"Method Not Allowed.*: /media/open/…/", written.getvalue())
    assert opened.split("/")[3] not in written.getvalue()
