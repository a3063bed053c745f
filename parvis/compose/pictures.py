"""Looks into picture files, cleans them and makes smaller copies. Pure but for the files.

A picture is written anew when it comes in: what it shows stays, what it tells (the place where a
photograph was taken, the camera's serial number) goes, because Bluesky serves files as they came.
"""

import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from parvis.compose.metadata import gif_without_metadata

UPLOAD_BYTES_LIMIT = 50 * 1024 * 1024
# Decoded and turned upright, a picture takes up to eight bytes per pixel for a moment.
PIXELS_LIMIT = 100_000_000
Pillow.MAX_IMAGE_PIXELS = None  # `read_picture` looks by itself, before anything is decoded
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
# Telephones store a photograph and its companions as one MPO file; the first is the photograph.
_KINDS = {"MPO": "JPEG"}
# A cut GIF would have to be given a palette anew.
_KINDS_CUT = {"MPO": "JPEG", "GIF": "PNG"}
BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    struct.error,
)
_SMALLER_SIDES = (4096, 3072, 2560, 2048, 1600, 1280, 1024)
_STILL_SIDE = 480
_QUALITIES = (90, 82, 74)
# Pillow writes a JPEG's comment anew unless it is told another one.
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "comment": b""},
    "PNG": {},
    "WEBP": {"quality": 92},
}


class NotAPicture(Exception):
    """`code` is "not-a-picture", "too-large", "too-many-pixels" or "moves-and-is-no-gif"; of a
    video "not-a-video", "video-codec", "broken-video" or "too-large"."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    content: bytes
    media_type: str
    width: int
    height: int
    is_animated: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    def of_shape(self, ratio: float) -> "Box":
        """The largest of this shape, width over height, in its middle."""
        width = max(1, min(self.width, round(self.height * ratio)))
        height = max(1, min(self.height, round(self.width / ratio)))
        return Box(
            left=self.left + (self.width - width) // 2,
            top=self.top + (self.height - height) // 2,
            width=width,
            height=height,
        )


def read_picture(file: BinaryIO, size: int) -> Picture:
    """What the file really holds, whatever its name says. Raises NotAPicture."""
    if size > UPLOAD_BYTES_LIMIT:
        raise NotAPicture("too-large", size=size, limit=UPLOAD_BYTES_LIMIT)
    content = file.read()
    try:
        with Pillow.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as opened:
            _refuse_bombs(opened)
            opened.load()
            return _cleaned(opened, content)
    except BROKEN:
        raise NotAPicture("not-a-picture") from None


def cut_picture(path: Path, box: Box) -> Picture | None:
    """What stands in the box, None where that is all of it. A GIF's becomes a PNG. Raises
    NotAPicture for what moves and for a file that cannot be read."""
    try:
        with Pillow.open(path, formats=list(MEDIA_TYPES)) as opened:
            if getattr(opened, "is_animated", False):
                raise NotAPicture("moves")
            if opened.size == (box.width, box.height):
                return None
            kind = _KINDS_CUT.get(str(opened.format), str(opened.format))
            cut = opened.crop((box.left, box.top, box.left + box.width, box.top + box.height))
            return _picture(_encoded(cut, kind), kind, cut)
    except BROKEN:
        raise NotAPicture("not-a-picture") from None


def smaller_copy(path: Path, bytes_limit: int, pixels_limit: int | None) -> Picture | None:
    """A JPEG of the picture within the limits, or None where even the smallest is too large."""
    with Pillow.open(path) as opened:
        flat = _on_white(opened)
    for side in _SMALLER_SIDES:
        if pixels_limit is not None and side * side > pixels_limit:
            continue
        scaled = ImageOps.contain(flat, (min(side, flat.width), min(side, flat.height)))
        for quality in _QUALITIES:
            picture = _jpeg(scaled, quality)
            if len(picture.content) <= bytes_limit:
                return picture
    return None


def small_still(path: Path) -> bytes:
    """A small JPEG of the picture, for lists; of one that moves the first moment. Raises
    NotAPicture."""
    try:
        with Pillow.open(path, formats=list(MEDIA_TYPES)) as opened:
            opened.draft("RGB", (_STILL_SIDE, _STILL_SIDE))
            opened.thumbnail((_STILL_SIDE, _STILL_SIDE))
            return _jpeg(_on_white(opened), _QUALITIES[-1]).content
    except BROKEN:
        raise NotAPicture("not-a-picture") from None


def _refuse_bombs(opened: Pillow.Image) -> None:
    pixels = opened.width * opened.height
    if pixels > PIXELS_LIMIT:
        raise NotAPicture("too-many-pixels", pixels=pixels, limit=PIXELS_LIMIT)


def _cleaned(opened: Pillow.Image, content: bytes) -> Picture:
    kind = _KINDS.get(str(opened.format), str(opened.format))
    if kind == "GIF":
        return _picture(gif_without_metadata(content), kind, opened)
    if kind != "JPEG" and getattr(opened, "is_animated", False):
        raise NotAPicture("moves-and-is-no-gif", kind=kind)
    upright = ImageOps.exif_transpose(opened)
    return _picture(_encoded(upright, kind), kind, upright)


def _encoded(image: Pillow.Image, kind: str) -> bytes:
    out = io.BytesIO()
    colours = image.info.get("icc_profile")
    image.save(out, kind, icc_profile=colours, exif=b"", **_OPTIONS[kind])
    return out.getvalue()


def _picture(content: bytes, kind: str, image: Pillow.Image) -> Picture:
    return Picture(
        content=content,
        media_type=MEDIA_TYPES[kind],
        width=image.width,
        height=image.height,
        is_animated=kind == "GIF" and getattr(image, "is_animated", False),
    )


def _on_white(image: Pillow.Image) -> Pillow.Image:
    """JPEG has no transparency: what shows through would turn black."""
    seen_through = image.convert("RGBA")
    flat = Pillow.new("RGB", seen_through.size, "white")
    flat.paste(seen_through, mask=seen_through.getchannel("A"))
    return flat


def _jpeg(image: Pillow.Image, quality: int) -> Picture:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return Picture(
        content=out.getvalue(), media_type="image/jpeg", width=image.width, height=image.height
    )
