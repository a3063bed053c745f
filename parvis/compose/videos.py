"""Looks into video files and copies what they show, without what they tell, into an MP4.

Streams are copied, never encoded anew: it takes seconds, not minutes, and loses nothing. What the
camera wrote beside them (the place, the device, the time) goes.
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import av
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image as Pillow

from parvis.compose.pictures import NotAPicture

if TYPE_CHECKING:
    _Packet: TypeAlias = av.Packet[Stream]
else:
    _Packet = av.Packet  # generic for mypy alone

# The largest that any of the networks takes (Threads: 1 GB; X: 512 MB; Bluesky: 300 MB).
VIDEO_BYTES_LIMIT = 1024 * 1024 * 1024
MP4 = "video/mp4"
# What every network takes, and what an MP4 may hold.
_PICTURES = frozenset({"h264", "hevc"})
_SOUNDS = frozenset({"aac"})
# Brands of still pictures that are stored in the same way: HEIF, AVIF, Canon's raw files.
_STILL = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
    | {b"crx ", b"jxl "}
)
_MICROSECONDS = 1_000_000
# The sound may end a little before or after the pictures do.
_MAY_LACK_SECONDS = 1.0
_POSTER_SIDE = 1280


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """Upright: `width` and `height` are as it is shown."""

    width: int
    height: int
    seconds: float


def looks_like_a_video(start: bytes) -> bool:
    """By the first twelve bytes of a file: ISO base media (MP4, MOV), Matroska and WebM, AVI."""
    return bool(_format_of(start))


def copy_video(source: BinaryIO, target: Path) -> Video:
    """Writes an MP4 that starts to play before it is whole. The same file in gives the same out.

    Raises NotAPicture with the code "not-a-video", "video-codec" or "broken-video", and OSError
    where the disk takes no more.
    """
    with _troubles_told(), _opened(source) as opened:
        _refuse_what_cannot_be_copied(opened)
        promised = _seconds(opened)
        with av.open(str(target), "w", format="mp4", options=_AS_PLAYED_AT_ONCE) as out:
            _copy(opened, out)
    return _seen_whole(target, promised)


def poster_of(video: Path) -> Pillow.Image:
    """Its first picture, upright, at a size for a page. Raises NotAPicture."""
    with _troubles_told(), av.open(str(video), format="mp4") as opened:
        first = _first_picture(opened)
        still: Pillow.Image = first.to_image()  # type: ignore[no-untyped-call]  # PyAV has no type
        still = still.rotate(first.rotation, expand=True)
    still.thumbnail((_POSTER_SIDE, _POSTER_SIDE))
    return still


_AS_PLAYED_AT_ONCE = {"movflags": "+faststart", "fflags": "+bitexact"}


def _format_of(start: bytes) -> str:
    """FFmpeg's name for it. It is told rather than left to guess: some formats that it would find
    in a file, playlists above all, make it open other files and addresses."""
    if start[4:8] == b"ftyp":
        return "" if start[8:12] in _STILL else "mov"
    if start[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "mov"
    if start[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    return "avi" if start[:4] + start[8:12] == b"RIFFAVI " else ""


@contextmanager
def _troubles_told() -> Iterator[None]:
    try:
        yield
    except av.error.FFmpegError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(error.errno, "no room for the video") from None
        raise NotAPicture("broken-video") from None


def _opened(source: BinaryIO) -> InputContainer:
    source.seek(0)
    kind = _format_of(source.read(12))
    if not kind:
        raise NotAPicture("not-a-video")
    source.seek(0)
    return av.open(source, "r", format=kind, metadata_errors="ignore")


def _refuse_what_cannot_be_copied(opened: InputContainer) -> None:
    names = {_pictures(opened).codec_context.name} - _PICTURES
    names |= {sound.codec_context.name for sound in opened.streams.audio[:1]} - _SOUNDS
    if opened.format.name == "avi":
        names |= {"AVI"}
    if names:
        raise NotAPicture("video-codec", codec=", ".join(sorted(names)))


def _pictures(opened: InputContainer) -> VideoStream:
    """The first stream that moves; a cover is stored as a stream of one picture."""
    moving = [s for s in opened.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise NotAPicture("not-a-video")
    return moving[0]


def _seconds(opened: InputContainer) -> float:
    if not opened.duration or opened.duration < 0:
        raise NotAPicture("broken-video")
    return opened.duration / _MICROSECONDS


def _copy(opened: InputContainer, out: OutputContainer) -> None:
    """One stream of pictures and one of sound; what else there is (data, covers) stays behind."""
    copied = {stream: _stream_like(stream, out) for stream in _kept(opened)}
    for packet in _with_decoding_times(opened.demux(list(copied))):
        if packet.is_corrupt:
            raise NotAPicture("broken-video")
        packet.stream = copied[packet.stream]
        out.mux(packet)


def _kept(opened: InputContainer) -> Iterator[Stream]:
    yield _pictures(opened)
    yield from opened.streams.audio[:1]


def _stream_like(stream: Stream, out: OutputContainer) -> Stream:
    like = out.add_stream_from_template(stream, opaque=True)
    if stream.codec_context.name == "hevc":
        # Apple's players, and networks that use them, show nothing of a “hev1”.
        like.codec_context.codec_tag = "hvc1"
    return like


def _with_decoding_times(packets: Iterable[_Packet]) -> Iterator[_Packet]:
    """Matroska tells when to show a picture, not when to decode it: where pictures are stored out
    of their order, the first ones have no such time, and an MP4 needs it."""
    waiting: dict[Stream, list[_Packet]] = {}
    for packet in packets:
        if not packet.size:
            continue  # the last of a stream is empty: it tells a decoder to finish
        held = waiting.setdefault(packet.stream, [])
        if packet.dts is None:
            held.append(packet)
            continue
        yield from _dated_back(held, packet)
        held.clear()
        yield packet
    for held in waiting.values():
        yield from _dated_as_shown(held)


def _dated_back(held: list[_Packet], known: _Packet) -> Iterator[_Packet]:
    """One step before the next, and no picture decoded after it is shown: Matroska's times are
    rounded to milliseconds, so the steps alone may say that."""
    step, decoded = known.duration or 1, known.dts or 0
    for packet in reversed(held):
        decoded -= step
        decoded = packet.dts = decoded if packet.pts is None else min(decoded, packet.pts)
    yield from held


def _dated_as_shown(held: list[_Packet]) -> Iterator[_Packet]:
    for packet in held:
        packet.dts = packet.pts
        yield packet


def _seen_whole(copied: Path, promised: float) -> Video:
    """Looks at what was written: a file that was cut off says a length that it has not."""
    with _troubles_told(), av.open(str(copied), format="mp4") as opened:
        first = _first_picture(opened)
        seconds = _seconds(opened)
    if seconds < promised - _MAY_LACK_SECONDS:
        raise NotAPicture("broken-video")
    lies_down = abs(first.rotation) % 180 == 90
    width, height = (first.height, first.width) if lies_down else (first.width, first.height)
    return Video(width=width, height=height, seconds=seconds)


def _first_picture(opened: InputContainer) -> VideoFrame:
    first = next(opened.decode(_pictures(opened)), None)
    if first is None:
        raise NotAPicture("broken-video")
    return first
