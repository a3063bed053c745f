"""Videos come in clean and whole: what they show stays, what they tell goes, the rest is said."""

import errno
from collections import Counter
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image as Pillow

from parvis.compose import media as kept_media
from parvis.compose.media import NoRoomLeft, as_media_file, keep_media, still_of
from parvis.compose.models import Media
from parvis.compose.pictures import NotAPicture
from parvis.compose.videos import VIDEO_BYTES_LIMIT, Video, copy_video, looks_like_a_video
from parvis.people.models import Workspace
from tests.compose.films import (
    PLACE,
    RATE,
    SECRET,
    begins_at_once,
    cut_off,
    film,
    sound_alone,
    still,
    turned_clockwise,
)

TELEPHONE_PHOTOGRAPHS = [b"heic", b"heix", b"mif1", b"avif"]


def copied(source: Path) -> tuple[Video, Path]:
    target = source.with_name("copied.mp4")
    with source.open("rb") as file:
        return copy_video(file, target), target


def refused(source: Path) -> NotAPicture:
    with pytest.raises(NotAPicture) as answer:
        copied(source)
    return answer.value


def pictures_of(path: Path) -> list[float]:
    with av.open(str(path)) as opened:
        return [round(frame.time, 2) for frame in opened.decode(video=0)]


def sounds_of(path: Path) -> int:
    with av.open(str(path)) as opened:
        return sum(1 for _ in opened.decode(audio=0))


def everything_said_in(path: Path) -> str:
    with av.open(str(path)) as opened:
        told = [opened.metadata, *(stream.metadata for stream in opened.streams)]
    return str(told) + path.read_bytes().decode("latin-1")


# What comes in


@pytest.mark.parametrize("name", ["shop.mp4", "shop.mov", "shop.mkv"])
def test_a_film_is_copied_into_an_mp4_picture_by_picture(tmp_path: Path, name: str) -> None:
    source = film(tmp_path / name)
    video, target = copied(source)
    assert (video.width, video.height) == (320, 180)
    assert video.seconds == pytest.approx(2, abs=0.1)
    assert target.read_bytes()[4:8] == b"ftyp"
    assert pictures_of(target) == pytest.approx(pictures_of(source), abs=0.05)
    assert len(pictures_of(target)) == 2 * RATE
    assert sounds_of(target) == pytest.approx(sounds_of(source), abs=1)


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_no_picture_of_a_matroska_film_is_lost_or_late(
    tmp_path: Path, rate: int, in_order: bool
) -> None:
    """It tells no time of decoding, and other times to the millisecond alone."""
    source = film(tmp_path / "shop.mkv", rate=rate, in_order=in_order, sound=None)
    _, target = copied(source)
    assert len(pictures_of(target)) == 2 * rate
    assert pictures_of(target) == pytest.approx(pictures_of(source), abs=0.02)


def test_a_silent_film_is_taken_too(tmp_path: Path) -> None:
    video, target = copied(film(tmp_path / "silent.mp4", sound=None))
    assert video.seconds == pytest.approx(2, abs=0.1)
    with av.open(str(target)) as opened:
        assert not opened.streams.audio


@pytest.mark.parametrize("name", ["shop.mp4", "shop.mkv"])
def test_hevc_is_marked_as_apples_players_want_it(tmp_path: Path, name: str) -> None:
    _, target = copied(film(tmp_path / name, pictures="libx265", sound=None, seconds=1))
    assert b"hvc1" in target.read_bytes()
    assert len(pictures_of(target)) == RATE


def test_neither_place_nor_device_stays(tmp_path: Path) -> None:
    source = film(tmp_path / "shop.mov", telling=True)
    assert SECRET in everything_said_in(source)
    assert PLACE[:6] in everything_said_in(source)
    _, target = copied(source)
    assert SECRET not in everything_said_in(target)
    assert PLACE[:6] not in everything_said_in(target)


def test_a_film_held_upright_stays_upright(tmp_path: Path) -> None:
    video, target = copied(turned_clockwise(film(tmp_path / "shop.mp4")))
    assert (video.width, video.height) == (180, 320)
    with av.open(str(target)) as opened:
        assert abs(next(opened.decode(video=0)).rotation) == 90


def test_it_starts_to_play_before_it_is_whole(tmp_path: Path) -> None:
    source = film(tmp_path / "shop.mp4")
    content = source.read_bytes()
    assert content.find(b"mdat") < content.find(b"moov")
    _, target = copied(source)
    content = target.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")


def test_the_same_film_is_copied_into_the_same_bytes(tmp_path: Path) -> None:
    source = film(tmp_path / "shop.mov")
    once = copied(source)[1].read_bytes()
    assert copied(source)[1].read_bytes() == once


# What is refused


@pytest.mark.parametrize(
    ("name", "pictures", "sound", "said"),
    [
        ("shop.webm", "libvpx", None, "vp8"),
        ("shop.mp4", "mpeg4", "aac", "mpeg4"),
        ("shop.mkv", "libx264", "flac", "flac"),
        ("shop.avi", "mpeg4", None, "AVI"),
    ],
)
def test_an_encoding_that_networks_do_not_take_is_named(
    tmp_path: Path, name: str, pictures: str, sound: str | None, said: str
) -> None:
    answer = refused(film(tmp_path / name, pictures=pictures, sound=sound))
    assert answer.code == "video-codec"
    assert said in str(answer.facts["codec"])


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    assert refused(sound_alone(tmp_path / "song.m4a")).code == "not-a-video"


@pytest.mark.parametrize("name", ["shop.mp4", "shop.mkv"])
def test_a_film_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    source = film(tmp_path / name, seconds=5)
    assert refused(cut_off(source)).code == "broken-video"


def test_a_film_that_opens_and_lacks_its_end_is_refused(tmp_path: Path) -> None:
    source = cut_off(begins_at_once(film(tmp_path / "shop.mp4", seconds=5)))
    assert len(pictures_of_what_is_left(source)) < 5 * RATE
    assert refused(source).code == "broken-video"


def pictures_of_what_is_left(path: Path) -> list[float]:
    found = []
    with av.open(str(path)) as opened:
        try:
            for frame in opened.decode(video=0):
                found.append(frame.time)
        except av.error.FFmpegError:
            return found
    return found


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x00\x00\x18ftypisom", "broken-video"),
        (b"\x1a\x45\xdf\xa3" + bytes(400), "broken-video"),
        (b"\x00\x00\x00\x08moov", "not-a-video"),
    ],
    ids=["an mp4 that ends", "an empty matroska", "an empty mov"],
)
def test_a_file_that_only_begins_like_a_film_is_refused(
    tmp_path: Path, content: bytes, code: str
) -> None:
    source = tmp_path / "shop.mp4"
    source.write_bytes(content)
    assert refused(source).code == code


def test_a_playlist_does_not_make_us_open_what_it_names(tmp_path: Path) -> None:
    """FFmpeg finds playlists in files of any name, and opens the files and addresses in them."""
    film(tmp_path / "other.mp4")
    playlist = tmp_path / "shop.mp4"
    playlist.write_text("ffconcat version 1.0\nfile other.mp4\n")
    assert refused(playlist).code == "not-a-video"


def test_a_disk_that_takes_no_more_is_no_fault_of_the_film(tmp_path: Path) -> None:
    with (
        film(tmp_path / "shop.mp4").open("rb") as file,
        pytest.raises(OSError, match="room") as full,
    ):
        copy_video(file, Path("/dev/full"))
    assert full.value.errno == errno.ENOSPC


@pytest.mark.parametrize("brand", TELEPHONE_PHOTOGRAPHS)
def test_a_telephones_photograph_is_not_taken_for_a_film(brand: bytes) -> None:
    assert looks_like_a_video(b"\x00\x00\x00\x18ftypqt  ")
    assert not looks_like_a_video(b"\x00\x00\x00\x18ftyp" + brand)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_not_taken_for_a_film(kind: str) -> None:
    assert not looks_like_a_video(still(kind).read(12))


# What is kept


def kept(workspace: Workspace, source: Path) -> Media:
    with source.open("rb") as file:
        return keep_media(workspace, source.name, file, source.stat().st_size)


@pytest.mark.django_db
def test_a_kept_film_tells_its_length_and_its_kind(workspace: Workspace, tmp_path: Path) -> None:
    media = kept(workspace, film(tmp_path / "shop.mov"))
    media.refresh_from_db()
    assert (media.name, media.media_type, media.is_video) == ("shop.mov", "video/mp4", True)
    assert media.seconds == pytest.approx(2, abs=0.1)
    assert media.size == media.path.stat().st_size
    told = as_media_file(media, "The square")
    assert (told.is_video, told.seconds, told.width) == (True, media.seconds, 320)


@pytest.mark.django_db
def test_the_same_film_twice_is_kept_once(workspace: Workspace, tmp_path: Path) -> None:
    source = film(tmp_path / "shop.mp4")
    assert kept(workspace, source) == kept(workspace, source)
    assert Media.objects.count() == 1


@pytest.mark.django_db
def test_nothing_unfinished_stays_of_a_film_kept_or_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    kept(workspace, film(tmp_path / "whole.mp4", seconds=3))
    with pytest.raises(NotAPicture):
        kept(workspace, cut_off(film(tmp_path / "cut.mkv", seconds=5)))
    assert list(kept_media.arriving_folder().glob("video-*")) == []


@pytest.mark.django_db
def test_a_full_disk_is_told_apart_from_a_broken_film(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept_media.os, "fsync", full)
    with pytest.raises(NoRoomLeft):
        kept(workspace, film(tmp_path / "shop.mp4", seconds=4))
    assert not Media.objects.exists()
    assert list(kept_media.arriving_folder().glob("video-*")) == []


@pytest.mark.django_db
def test_a_film_over_the_limit_is_refused_unread(workspace: Workspace) -> None:
    start = BytesIO(b"\x00\x00\x00\x18ftypisom")
    with pytest.raises(NotAPicture) as answer:
        keep_media(workspace, "shop.mp4", start, VIDEO_BYTES_LIMIT + 1)
    assert (answer.value.code, answer.value.facts["limit"]) == ("too-large", VIDEO_BYTES_LIMIT)


@pytest.mark.django_db
def test_a_moving_gif_is_known_and_a_still_one_too(workspace: Workspace) -> None:
    moving = BytesIO()
    frames = [Pillow.new("RGB", (60, 40), colour) for colour in ("teal", "red", "navy")]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], duration=90)
    known = Counter(
        keep_media(workspace, "waving.gif", file, file.getbuffer().nbytes).is_animated
        for file in (moving, still("GIF"))
    )
    assert known == {True: 1, False: 1}


@pytest.mark.django_db
def test_a_films_first_picture_is_shown_upright(workspace: Workspace, tmp_path: Path) -> None:
    """Its left is red before it is turned; turned clockwise, that is its top."""
    media = kept(workspace, turned_clockwise(film(tmp_path / "shop.mp4")))
    path = still_of(media)
    assert path is not None
    with Pillow.open(path) as shown:
        assert shown.size == (180, 320)
        top, bottom = (shown.convert("RGB").getpixel((90, height)) for height in (20, 300))
    assert top[0] > 180 > top[2]  # type: ignore[index]
    assert bottom[2] > 100 > bottom[0]  # type: ignore[index]


@pytest.mark.django_db
def test_a_picture_has_a_still_beside_it_that_is_made_once(workspace: Workspace) -> None:
    file = still("PNG")
    kept = keep_media(workspace, "a.png", file, file.getbuffer().nbytes)
    first = still_of(kept)
    assert first is not None
    first.write_bytes(b"made before")
    assert still_of(kept) == first
    assert first.read_bytes() == b"made before"
