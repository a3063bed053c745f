"""A body far over the limit, on a real socket: neither memory nor disk fills up."""

import errno
import hashlib
import html
import http.client
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings

from parvis.compose.models import Media, Post
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT
from parvis.web import uploads
from tests.compose.films import film
from tests.servers.waiting import wait_until
from tests.web.running import RunningDesk, running_desk

__all__ = ["running_desk"]

pytestmark = pytest.mark.django_db

TEXT = "The square reopens on Saturday."
MEGABYTE = 1024 * 1024


@pytest.fixture
def smaller_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that going far over the limit does not take gigabytes."""
    monkeypatch.setattr(uploads, "BODY_BYTES_LIMIT", 100 * MEGABYTE)


def test_three_hundred_megabytes_are_refused_without_filling_memory_or_disk(
    running_desk: RunningDesk, smaller_bodies: None
) -> None:
    before = resident_megabytes()
    most = {"memory": before, "disk": 0}
    content = watched(pieces(300), most)
    status, headers, _ = send_form(running_desk, content, 300 * MEGABYTE)
    post = Post.objects.get()
    assert (status, headers["Location"]) == (302, f"/write/{post.pk}/")
    assert post.text == TEXT
    assert f"{TEXT}</textarea>" in read(running_desk, headers["Location"])
    assert 50 <= most["disk"] <= 160
    assert most["memory"] - before < 60
    wait_until(lambda: arriving_megabytes() == 0, 60, "the dropped bytes to leave the disk")


def test_a_picture_gets_no_more_room_than_a_picture_may_have(running_desk: RunningDesk) -> None:
    _, headers, _ = send_form(running_desk, pieces(120), 120 * MEGABYTE)
    page = html.unescape(read(running_desk, headers["Location"], said_in(headers)))
    assert "This file is larger than 50.0\u00a0MB." in page


def test_what_a_stranger_sends_never_reaches_the_disk(running_desk: RunningDesk) -> None:
    token = csrf_token(running_desk)
    stranger = RunningDesk(running_desk.url, "nobodys")
    before = resident_megabytes()
    most = {"memory": before, "disk": 0}
    content = watched(pieces(300), most)
    status, _, _ = send_form(stranger, content, 300 * MEGABYTE, token=token)
    assert status in (302, 403)
    assert most["disk"] == 0
    assert most["memory"] - before < 60
    assert not Post.objects.exists()


def test_a_film_larger_than_any_picture_comes_in_and_goes_out_by_pieces(
    running_desk: RunningDesk, tmp_path: Path
) -> None:
    shown = film(tmp_path / "shop.mp4", seconds=3, size=(1280, 720), sound=None, heavy=True)
    size = shown.stat().st_size
    assert size > 1.5 * UPLOAD_BYTES_LIMIT
    before = resident_megabytes()
    most = {"memory": before, "disk": 0}
    status, _, _ = send_form(running_desk, watched(read_in_pieces(shown), most), size)
    media = Media.objects.get()
    assert (status, media.is_video, media.width) == (302, True, 1280)
    assert fetched(running_desk, f"/media/{media.sha256}/", most) == media.sha256
    assert most["memory"] - before < 60


def test_the_sentence_about_too_much_at_once_stands_on_the_page(
    running_desk: RunningDesk, smaller_bodies: None
) -> None:
    _, headers, _ = send_form(running_desk, pieces(110), 110 * MEGABYTE)
    assert "arrived at once" in read(running_desk, headers["Location"], said_in(headers))


def test_a_script_is_told_of_three_hundred_megabytes_in_json(
    running_desk: RunningDesk, smaller_bodies: None
) -> None:
    status, _, body = send_form(running_desk, pieces(300), 300 * MEGABYTE, "application/json")
    assert status == 422
    assert b"arrived at once" in body


def test_a_disk_full_before_the_form_is_read_is_said_without_the_database(
    running_desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(body: object, piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    token = csrf_token(running_desk)
    monkeypatch.setattr(uploads.ArrivingBody, "take", full)
    status, _, body = send_form(running_desk, pieces(3), 3 * MEGABYTE, token=token)
    assert status == 507
    assert "The disk of this installation is full" in body.decode()


EDGE = b"--an-edge"


def send_form(
    desk: RunningDesk,
    content: Iterator[bytes],
    size: int,
    accept: str = "text/html",
    token: str = "",
) -> tuple[int, http.client.HTTPMessage, bytes]:
    token = token or csrf_token(desk)
    fields = {"csrfmiddlewaretoken": token, "text": TEXT, "language": "en", "tab": "here"}
    head = b"".join(
        b'%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (EDGE, name.encode(), value.encode())
        for name, value in fields.items()
    )
    head += (
        b'%s\r\nContent-Disposition: form-data; name="picture"; filename="film.png"\r\n\r\n' % EDGE
    )
    tail = b"\r\n%s--\r\n" % EDGE
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    headers = {
        "Cookie": f"sessionid={desk.session}; csrftoken={token}",
        "Content-Type": "multipart/form-data; boundary=an-edge",
        "Content-Length": str(len(head) + size + len(tail)),
        "Accept": accept,
    }
    connection.request("POST", "/media/", chain([head], content, [tail]), headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def read(desk: RunningDesk, address: str, cookie: str = "") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    headers = {"Cookie": f"sessionid={desk.session}; {cookie}"}
    connection.request("GET", address, headers=headers)
    return connection.getresponse().read().decode()


def said_in(headers: http.client.HTTPMessage) -> str:
    """The cookie that carries a sentence to the next page."""
    cookies = headers.get_all("Set-Cookie") or []
    return next(cookie.split(";")[0] for cookie in cookies if cookie.startswith("messages="))


def fetched(desk: RunningDesk, address: str, most: dict[str, int]) -> str:
    """The hash of what came, which was not kept."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    connection.request("GET", address, headers={"Cookie": f"sessionid={desk.session}"})
    answer, digest = connection.getresponse(), hashlib.sha256()
    while piece := answer.read(MEGABYTE):
        digest.update(piece)
        most["memory"] = max(most["memory"], resident_megabytes())
    return digest.hexdigest()


def csrf_token(desk: RunningDesk) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', read(desk, "/write/"))
    assert found
    return found[1]


def pieces(megabytes: int) -> Iterator[bytes]:
    piece = b"\x89PNG" + bytes(MEGABYTE - 4)
    return (piece for _ in range(megabytes))


def read_in_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            yield piece


def watched(content: Iterator[bytes], most: dict[str, int]) -> Iterator[bytes]:
    for piece in content:
        yield piece
        most["memory"] = max(most["memory"], resident_megabytes())
        most["disk"] = max(most["disk"], arriving_megabytes())


def resident_megabytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // MEGABYTE


def arriving_megabytes() -> int:
    """What lies in the data folder without a name: such files are gone with who opened them."""
    total = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if f"{settings.MEDIA_ROOT}/arriving" in str(entry.readlink()):
                total += entry.stat().st_size
    return total // MEGABYTE
