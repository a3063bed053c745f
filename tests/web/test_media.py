"""Pictures and videos through the door on the way in: bounded, and what is refused is said."""

import errno
import html
import re
from io import BytesIO
from pathlib import Path

import pytest
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
from tests.compose.films import cut_off, film

pytestmark = pytest.mark.django_db

TEXT = "The square reopens on Saturday."
BY_SCRIPT = {"Accept": "application/json"}


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
    assert "stalls.png: This file is no picture or video that can be read" in page
    assert f"{TEXT}</textarea>" in page
    assert not Media.objects.exists()


def test_a_film_comes_in_with_its_length(desk: Client, tmp_path: Path) -> None:
    shown = film(tmp_path / "shop.mov")
    told = desk.post(
        "/media/", {"picture": file(shown.read_bytes(), "shop.mov")}, headers=BY_SCRIPT
    )
    media = Media.objects.get()
    assert (told.status_code, media.media_type) == (200, "video/mp4")
    assert media.seconds == pytest.approx(2, abs=0.1)
    assert f'name="media" value="{media.pk}"' in told.json()["pictures"]


def test_a_film_that_cannot_be_copied_is_refused_with_what_to_do(
    desk: Client, tmp_path: Path
) -> None:
    old = film(tmp_path / "shop.webm", pictures="libvpx", sound=None)
    cut = cut_off(film(tmp_path / "shop.mp4", seconds=4))
    sent = [file(old.read_bytes(), "old.webm"), file(cut.read_bytes(), "cut.mp4")]
    told = desk.post("/media/", {"picture": sent}, headers=BY_SCRIPT)
    first, second = told.json()["refused"]
    assert told.status_code == 422
    assert first.startswith("old.webm: ")
    assert "vp8" in first
    assert "MP4 with H.264 and AAC" in first
    assert "damaged or was cut off" in second


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
    assert "stalls.png: This file is no picture" in page
    assert not Delivery.objects.exists()


def test_the_file_field_is_the_last_of_the_form(desk: Client, ponts: Account) -> None:
    """Of a body that is cut, what was written must have arrived before."""
    page = desk.get("/write/").content.decode()
    fields = re.findall(r'<(?:input|select|textarea)[^>]* name="([\w-]+)"', page)
    assert fields[-1] == "picture"
    assert f"said-{ponts.pk}" in fields
