"""Pictures through the door: bounded on the way in, one's own and inert on the way out."""

import errno
import html
import http.client
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from parvis.compose import media as kept_media
from parvis.compose.content import Content
from parvis.compose.models import Media, Post
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.people.models import Workspace
from parvis.web import uploads
from tests.cast import kept_picture, picture
from tests.servers.waiting import wait_until
from tests.web.running import RunningDesk, running_desk

__all__ = ["running_desk"]

pytestmark = pytest.mark.django_db

TEXT = "The square reopens on Saturday."
BY_SCRIPT = {"Accept": "application/json"}
MEGABYTE = 1024 * 1024


def upload(client: Client, *files: BytesIO, **fields: object) -> HttpResponse:
    sent = {"picture": list(files), "text": TEXT, "language": "en", "tab": "here", **fields}
    return client.post("/media/", sent)


def file(content: bytes, name: str = "stalls.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def shown(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


# On the way in


def test_a_plain_form_adds_a_picture_and_keeps_the_text(desk: Client) -> None:
    answer = upload(desk, picture())
    post = Post.objects.get()
    assert answer.headers["Location"] == f"/write/{post.pk}/"
    assert (post.text, post.used_media.count()) == (TEXT, 1)


def test_several_pictures_come_in_the_order_they_were_chosen(desk: Client) -> None:
    colours = ("teal", "red", "navy")
    upload(desk, *(file(picture(colour=colour).getvalue(), f"{colour}.png") for colour in colours))
    names = [used.media.name for used in Post.objects.get().used_media.select_related("media")]
    assert names == ["teal.png", "red.png", "navy.png"]


def test_a_script_gets_the_picture_back_with_a_field_for_its_description(desk: Client) -> None:
    told = desk.post("/media/", {"picture": picture()}, headers=BY_SCRIPT).json()
    media = Media.objects.get()
    assert f'src="/media/{media.sha256}/"' in told["pictures"]
    assert f'name="media" value="{media.pk}"' in told["pictures"]
    assert 'name="alt"' in told["pictures"]
    assert told["refused"] == []
    assert not Post.objects.exists()


def test_a_text_that_calls_itself_a_picture_is_said_to_be_none(desk: Client) -> None:
    answer = upload(desk, file(b"Only a text."))
    page = shown(desk, answer.headers["Location"])
    assert "stalls.png: This file is not a picture that can be read" in page
    assert f"{TEXT}</textarea>" in page
    assert not Media.objects.exists()


def test_one_bad_file_does_not_cost_the_good_one(desk: Client) -> None:
    told = desk.post(
        "/media/", {"picture": [file(b"Only a text."), picture()]}, headers=BY_SCRIPT
    ).json()
    assert Media.objects.count() == 1
    assert len(told["refused"]) == 1


def test_sending_no_file_is_said(desk: Client) -> None:
    answer = desk.post("/media/", {}, headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()["refused"]) == (422, ["No picture was chosen."])


def test_a_hostile_file_name_is_text(desk: Client) -> None:
    hostile = file(picture().getvalue(), '"><script>alert(1)</script>.png')
    told = desk.post("/media/", {"picture": hostile}, headers=BY_SCRIPT).json()
    assert "<script>" not in told["pictures"]


def test_pictures_are_put_in_order_by_buttons(desk: Client, workspace: Workspace) -> None:
    first, second = (kept_picture(workspace, colour=colour).pk for colour in ("teal", "red"))
    sent = {"text": TEXT, "media": [first, second], "alt": ["First", "Second"], "arrange": "down-0"}
    desk.post("/write/keep/", sent)
    used = Post.objects.get().used_media.all()
    assert [(entry.media_id, entry.alt) for entry in used] == [(second, "Second"), (first, "First")]


def test_a_picture_is_removed_by_a_button(desk: Client, workspace: Workspace) -> None:
    first, second = (kept_picture(workspace, colour=colour).pk for colour in ("teal", "red"))
    sent = {"text": TEXT, "media": [first, second], "alt": ["", ""], "arrange": "remove-0"}
    desk.post("/write/keep/", sent)
    assert Post.objects.get().used_media.get().media_id == second


def test_what_another_tab_saved_survives_an_upload(desk: Client, workspace: Workspace) -> None:
    post = start_draft(workspace, None, Content(text="Said there"))
    upload(desk, picture(), post=post.pk, revision=0)
    post.refresh_from_db()
    assert post.text == "Said there"
    assert post.versions.get().content["media"]


def test_a_file_over_the_limit_is_refused_and_the_text_is_kept(desk: Client) -> None:
    answer = upload(desk, file(b"\x89PNG" + bytes(UPLOAD_BYTES_LIMIT)))
    page = shown(desk, answer.headers["Location"])
    assert "stalls.png: This file is larger than 50.0\u00a0MB." in page
    assert f"{TEXT}</textarea>" in page


def test_a_full_disk_is_said_and_the_text_is_kept(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept_media.os, "fsync", full)
    answer = upload(desk, file(picture(colour="orchid").getvalue()))
    page = shown(desk, answer.headers["Location"])
    assert "stalls.png: The disk of this installation is full" in page
    assert f"{TEXT}</textarea>" in page
    assert not Media.objects.exists()


def test_a_disk_that_fills_up_while_a_file_arrives_is_said(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullFile(BytesIO):
        def write(self, piece: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads, "_new_file", FullFile)
    told = desk.post("/media/", {"picture": picture()}, headers=BY_SCRIPT)
    assert told.status_code == 422
    assert "The disk of this installation is full" in told.json()["refused"][0]


@pytest.mark.parametrize("button", ["keep", "schedule", "publish"])
def test_chosen_pictures_come_with_whatever_button_is_pressed(
    desk: Client, ponts: Account, button: str
) -> None:
    sent = {"text": TEXT, "account": ponts.pk, "picture": picture()}
    desk.post(f"/write/{button}/", {**sent, "date": "2099-01-01", "time": "10:30"})
    assert Post.objects.get().used_media.count() == 1


def test_a_post_does_not_go_out_without_a_picture_that_was_refused(
    desk: Client, ponts: Account
) -> None:
    sent = {"text": TEXT, "account": ponts.pk, "picture": file(b"Only a text.")}
    answer = desk.post("/write/publish/", sent)
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert "A picture is missing, so nothing was handed over." in page
    assert "stalls.png: This file is not a picture" in page
    assert not Delivery.objects.exists()


def test_the_file_field_is_the_last_of_the_form(desk: Client, ponts: Account) -> None:
    """Of a body that is cut, what was written must have arrived before."""
    page = desk.get("/write/").content.decode()
    fields = re.findall(r'<(?:input|select|textarea)[^>]* name="([\w-]+)"', page)
    assert fields[-1] == "picture"
    assert f"said-{ponts.pk}" in fields


# On the way out


def test_a_picture_is_served_inert_and_kept_by_the_browser_alone(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_picture(workspace)
    answer = desk.get(f"/media/{media.sha256}/")
    assert answer.content == media.path.read_bytes()
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


def test_nobody_sees_a_picture_without_signing_in(workspace: Workspace) -> None:
    assert Client().get(f"/media/{kept_picture(workspace).sha256}/").status_code == 302


# A body far over the limit, on a real socket


def test_three_hundred_megabytes_are_refused_without_filling_memory_or_disk(
    running_desk: RunningDesk,
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
    wait_until(lambda: arriving_megabytes() == 0, 20, "the dropped bytes to leave the disk")


def test_the_sentence_about_too_much_at_once_stands_on_the_page(running_desk: RunningDesk) -> None:
    _, headers, _ = send_form(running_desk, pieces(110), 110 * MEGABYTE)
    cookies = headers.get_all("Set-Cookie") or []
    said = next(cookie.split(";")[0] for cookie in cookies if cookie.startswith("messages="))
    assert "arrived at once" in read(running_desk, headers["Location"], said)


def test_a_script_is_told_of_three_hundred_megabytes_in_json(running_desk: RunningDesk) -> None:
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


def csrf_token(desk: RunningDesk) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', read(desk, "/write/"))
    assert found
    return found[1]


def pieces(megabytes: int) -> Iterator[bytes]:
    piece = b"\x89PNG" + bytes(MEGABYTE - 4)
    return (piece for _ in range(megabytes))


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
