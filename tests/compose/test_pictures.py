"""Pictures come in clean: what they show stays, what they tell goes, and what is none is said."""

import errno
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL.ExifTags import GPS, IFD, Base

from parvis.compose import media as kept_media
from parvis.compose.media import NoRoomLeft, fitting_copy, keep_picture
from parvis.compose.models import Media
from parvis.compose.pictures import (
    PIXELS_LIMIT,
    UPLOAD_BYTES_LIMIT,
    NotAPicture,
    Picture,
    read_picture,
)
from parvis.people.models import Workspace
from tests.cast import (
    BLUESKY_TRAITS,
    copy_for_a_network,
    kept_photograph,
    kept_picture,
    picture,
)

SECRET = "serial number 4711"
UPRIGHT, TURNED = 1, 6


def read(content: bytes) -> Picture:
    return read_picture(BytesIO(content), len(content))


def code_of(content: bytes) -> str:
    with pytest.raises(NotAPicture) as refused:
        read(content)
    return refused.value.code


def telling_exif(orientation: int = UPRIGHT) -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.BodySerialNumber] = SECRET
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 51.0, 12.0)
    return exif


def written(kind: str, image: Pillow.Image | None = None, **options: Any) -> bytes:
    out = BytesIO()
    (image or Pillow.new("RGB", (60, 40), "teal")).save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Pillow.Image:
    return Pillow.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_neither_place_nor_camera_stays_in_a_photograph(kind: str) -> None:
    photograph = written(kind, exif=telling_exif())
    assert dict(opened(photograph).getexif())
    cleaned = read(photograph)
    assert not dict(opened(cleaned.content).getexif())
    assert SECRET.encode() not in cleaned.content
    assert cleaned.media_type == f"image/{kind.lower()}"


def test_a_comment_does_not_stay_in_a_jpeg() -> None:
    assert SECRET.encode() not in read(written("JPEG", comment=SECRET.encode())).content


def test_texts_do_not_stay_in_a_png() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    assert SECRET.encode() not in read(written("PNG", pnginfo=texts)).content


def test_a_photograph_taken_sideways_is_turned_upright() -> None:
    sideways = Pillow.new("RGB", (60, 40), "teal")
    sideways.paste("red", (0, 0, 30, 40))
    upright = read(written("JPEG", sideways, exif=telling_exif(TURNED)))
    assert (upright.width, upright.height) == (40, 60)
    red, _, blue = opened(upright.content).getpixel((20, 5))  # type: ignore[misc]
    assert red > 200 > 100 > blue


def test_transparency_stays_in_a_png() -> None:
    glass = Pillow.new("RGBA", (4, 4), (20, 60, 150, 90))
    assert opened(read(written("PNG", glass)).content).getpixel((0, 0)) == (20, 60, 150, 90)


def test_colours_keep_their_profile() -> None:
    from PIL.ImageCms import ImageCmsProfile, createProfile

    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    cleaned = read(written("JPEG", icc_profile=profile))
    assert opened(cleaned.content).info["icc_profile"] == profile


def test_a_telephones_two_in_one_photograph_is_kept_as_a_jpeg() -> None:
    companion = Pillow.new("RGB", (30, 20), "red")
    both = written("MPO", save_all=True, append_images=[companion], exif=telling_exif())
    cleaned = read(both)
    assert cleaned.media_type == "image/jpeg"
    assert (cleaned.width, cleaned.height) == (60, 40)
    assert SECRET.encode() not in cleaned.content


def frames(content: bytes) -> list[tuple[int, Any]]:
    moving = opened(content)
    found = []
    for number in range(getattr(moving, "n_frames", 1)):
        moving.seek(number)
        found.append((moving.info.get("duration", 0), moving.convert("RGB").getpixel((1, 1))))
    return found


def waving(kind: str = "GIF", **options: Any) -> bytes:
    others = [Pillow.new("RGB", (60, 40), colour) for colour in ("red", "navy")]
    return written(kind, save_all=True, append_images=others, duration=[90, 250, 90], **options)


def test_a_gif_keeps_its_frames_its_timing_and_its_loop() -> None:
    gif = waving(loop=0)
    cleaned = read(gif)
    assert cleaned.media_type == "image/gif"
    assert frames(cleaned.content) == frames(gif)
    assert len(frames(gif)) == 3
    assert opened(cleaned.content).info["loop"] == 0


def test_comments_and_foreign_blocks_do_not_stay_in_a_gif() -> None:
    gif = waving(comment=SECRET.encode(), loop=0)
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET.encode() + b"\x00"
    end_of_head = 13 + 3 * 2 ** ((gif[10] & 7) + 1)
    telling = gif[:end_of_head] + xmp + gif[end_of_head:]
    cleaned = read(telling).content
    assert SECRET.encode() in gif
    assert SECRET.encode() not in cleaned
    assert frames(cleaned) == frames(gif)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_that_is_no_gif_is_refused_rather_than_stilled(kind: str) -> None:
    assert code_of(waving(kind)) == "moves-and-is-no-gif"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Only a text, whatever its name says.",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        written("PNG")[:60],
        written("JPEG")[:200],
        waving()[:-120],
    ],
    ids=["nothing", "text", "svg", "pdf", "half a png", "half a jpeg", "half a gif"],
)
def test_what_is_no_picture_is_said_to_be_none(content: bytes) -> None:
    assert code_of(content) == "not-a-picture"


def test_a_file_over_the_limit_is_refused_unread() -> None:
    class Unreadable(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

    with pytest.raises(NotAPicture) as refused:
        read_picture(Unreadable(), UPLOAD_BYTES_LIMIT + 1)
    assert refused.value.code == "too-large"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert len(bomb()) < 1000
    with pytest.raises(NotAPicture) as refused:
        read(bomb())
    assert refused.value.code == "too-many-pixels"
    assert int(refused.value.facts["pixels"]) > PIXELS_LIMIT


def bomb() -> bytes:
    """A PNG that says of itself to be 40,000 pixels wide and high."""
    from zlib import crc32

    png = bytearray(written("PNG"))
    png[16:24] = struct.pack(">II", 40_000, 40_000)
    png[29:33] = struct.pack(">I", crc32(png[12:29]))
    return bytes(png)


MAKERS: list[Callable[[], bytes]] = [
    lambda: written("PNG"),
    lambda: written("JPEG", exif=telling_exif()),
    lambda: written("WEBP"),
    waving,
]


ANSWERS = {"", "not-a-picture", "too-many-pixels", "moves-and-is-no-gif"}
pieces = st.tuples(st.integers(0), st.binary(min_size=1, max_size=4))


@settings(deadline=None, max_examples=150)
@given(maker=st.sampled_from(MAKERS), damage=st.lists(pieces, min_size=1, max_size=5))
def test_a_damaged_file_is_a_picture_or_is_said_to_be_none(
    maker: Callable[[], bytes], damage: list[tuple[int, bytes]]
) -> None:
    damaged = bytearray(maker())
    for at, piece in damage:
        start = at % len(damaged)
        damaged[start : start + len(piece)] = piece
    assert answer_to(bytes(damaged)) in ANSWERS


def answer_to(content: bytes) -> str:
    try:
        read(content)
        return ""
    except NotAPicture as refused:
        return refused.code


@pytest.mark.django_db
def test_the_same_picture_twice_is_kept_once(workspace: Workspace) -> None:
    assert kept_picture(workspace, "a.png") == kept_picture(workspace, "b.png")
    assert Media.objects.count() == 1


@pytest.mark.django_db
def test_a_picture_that_another_workspace_has_is_this_ones_too(workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Elsewhere", time_zone="UTC", language="en")
    assert kept_picture(workspace).path == kept_picture(other).path
    assert Media.objects.count() == 2


@pytest.mark.django_db
def test_a_copy_that_a_network_takes_is_within_its_limits(workspace: Workspace) -> None:
    noise = Pillow.effect_noise((2600, 2000), 90)
    large = written("PNG", noise)
    media = keep_picture(workspace, "noise.png", BytesIO(large), len(large))
    assert media.size > BLUESKY_TRAITS.image_bytes_limit
    copy = fitting_copy(media, BLUESKY_TRAITS)
    assert copy is not None
    assert copy.size <= BLUESKY_TRAITS.image_bytes_limit
    assert copy.media_type == "image/jpeg"
    assert copy.path.stat().st_size == copy.size


@pytest.mark.django_db
def test_a_copy_remembers_whose_it_is_also_when_it_is_a_copys_copy(workspace: Workspace) -> None:
    media = kept_photograph(workspace, width=1500, height=1000)
    copy = copy_for_a_network(media)
    smaller = copy_for_a_network(copy, bytes_limit=40_000)
    assert (copy.copy_of, smaller.copy_of) == (media, media)
    assert media.copy_of is None


@pytest.mark.django_db
def test_who_adds_the_bytes_of_a_copy_has_them_as_their_own(workspace: Workspace) -> None:
    whole, copy = kept_photograph(workspace), kept_photograph(workspace, seed=2)
    Media.objects.filter(pk=copy.pk).update(copy_of=whole)
    own = kept_photograph(workspace, "dawn.png", seed=2)
    assert own == copy
    assert (own.copy_of, own.name) == (None, "dawn.png")


@pytest.mark.django_db
def test_on_a_full_disk_a_picture_is_not_half_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept_media.os, "fsync", full)
    drawn = picture(colour="orchid")
    with pytest.raises(NoRoomLeft):
        keep_picture(workspace, "stalls.png", drawn, drawn.getbuffer().nbytes)
    assert not Media.objects.exists()
    drawn.seek(0)
    assert left_behind(read(drawn.getvalue())) == []


def left_behind(cleaned: Picture) -> list[Path]:
    folder = Media(sha256=cleaned.sha256).path.parent
    return [path for path in folder.iterdir() if cleaned.sha256 in path.name]
