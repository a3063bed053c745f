"""A media share that is not mounted takes no upload, and that is said."""

import html
from pathlib import Path

import pytest
from django.test import Client

from parvis.compose.media_folder import MARK_FILE
from parvis.compose.models import Media, Post
from parvis.people.models import Desk, Workspace
from tests.cast import kept_picture, picture
from tests.compose.films import film

pytestmark = pytest.mark.django_db

BY_SCRIPT = {"Accept": "application/json"}
MARK = "4f" * 16


@pytest.fixture(autouse=True)
def share(tmp_path: Path, settings: object) -> Path:
    """The folder of a desk that was started: it carries the mark."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = folder  # type: ignore[attr-defined]
    (folder / MARK_FILE).write_text(f"{MARK}\n")
    Desk.objects.create(pk=1, mark=MARK, sealing_key="s", signing_key="s")
    return folder


@pytest.fixture
def unmounted(share: Path) -> Path:
    (share / MARK_FILE).unlink()
    return share


def test_with_its_mark_the_folder_takes_uploads(desk: Client) -> None:
    desk.post("/media/", {"picture": picture()}, headers=BY_SCRIPT)
    assert Media.objects.get().path.exists()


def test_a_picture_is_not_kept_and_the_text_is(desk: Client, unmounted: Path) -> None:
    sent = {"picture": picture(), "text": "The square reopens.", "language": "en"}
    answer = desk.post("/media/", sent, follow=True)
    page = html.unescape(answer.content.decode())
    assert "its disk may not be mounted" in page
    assert Post.objects.get().text == "The square reopens."
    assert not Media.objects.exists()
    assert list(unmounted.glob("??/*")) == []


def test_a_video_is_not_kept(desk: Client, unmounted: Path, tmp_path: Path) -> None:
    with film(tmp_path / "shop.mp4").open("rb") as file:
        told = desk.post("/media/", {"picture": file}, headers=BY_SCRIPT)
    assert "its disk may not be mounted" in html.unescape(told.content.decode())
    assert list(unmounted.glob("??/*")) == []


def test_another_desks_folder_takes_nothing(desk: Client, share: Path) -> None:
    (share / MARK_FILE).write_text("0" * 32)
    desk.post("/media/", {"picture": picture()}, headers=BY_SCRIPT)
    assert not Media.objects.exists()


def test_a_part_of_a_picture_is_not_kept(desk: Client, workspace: Workspace, share: Path) -> None:
    media = kept_picture(workspace)
    (share / MARK_FILE).unlink()
    box = {"left": 0, "top": 0, "width": 10, "height": 10, "shape": ""}
    answer = desk.post(f"/library/{media.pk}/crop/", box)
    assert "its disk may not be mounted" in html.unescape(answer.content.decode())
    assert Media.objects.get() == media
