"""Looks into video files and copies what they show, without what they tell, into an MP4.

Streams are copied, never encoded anew: it takes seconds, not minutes, and loses nothing. What the
camera wrote beside them (the place, the device, the time) goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from parvis.compose.pictures import NotAPicture

# The largest that any of the networks takes (Threads: 1 GB; X: 512 MB; Bluesky: 300 MB).
VIDEO_BYTES_LIMIT = 1024 * 1024 * 1024
MP4 = "video/mp4"
# What every network takes, and what an MP4 may hold.
_PICTURES = frozenset({"h264", "hevc"})
_SOUNDS = frozenset({"aac"})
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """Upright: `width` and `height` are as it is shown."""

    width: int
    height: int
    seconds: float


def copy_video(source: Path, target: Path) -> Video:
    """Writes an MP4 that starts to play before it is whole. The same file in gives the same out.

    Raises NotAPicture with the code "not-a-video", "video-codec" or "broken-video".
    """
    try:
        with av.open(str(source), metadata_errors="ignore") as opened:
            found = _looked_at(opened)
            opened.seek(0)
            with av.open(str(target), "w", format="mp4", options=_AS_PLAYED_AT_ONCE) as out:
                _copy(opened, out)
            return found
    except av.error.FFmpegError:
        raise NotAPicture("broken-video") from None


def looks_like_a_video(start: bytes) -> bool:
    """By the first bytes of a file: ISO base media (MP4, MOV), Matroska and WebM, AVI."""
    iso = start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free")
    return iso or start[:4] == b"\x1a\x45\xdf\xa3" or (start[:4] + start[8:12] == b"RIFFAVI ")


_AS_PLAYED_AT_ONCE = {"movflags": "+faststart", "fflags": "+bitexact"}


def _looked_at(opened: InputContainer) -> Video:
    if not opened.streams.video:
        raise NotAPicture("not-a-video")
    pictures = opened.streams.video[0]
    _refuse_unknown_codecs(opened, pictures)
    first = next(opened.decode(pictures), None)
    if first is None:
        raise NotAPicture("broken-video")
    lies_down = abs(first.rotation) % 180 == 90
    width, height = (first.height, first.width) if lies_down else (first.width, first.height)
    return Video(width=width, height=height, seconds=_seconds(opened, pictures))


def _refuse_unknown_codecs(opened: InputContainer, pictures: VideoStream) -> None:
    names = {pictures.codec_context.name} - _PICTURES
    names |= {sound.codec_context.name for sound in opened.streams.audio[:1]} - _SOUNDS
    if names:
        raise NotAPicture("video-codec", codec=", ".join(sorted(names)))


def _seconds(opened: InputContainer, pictures: VideoStream) -> float:
    if opened.duration is not None:
        return opened.duration / _MICROSECONDS
    if pictures.duration is not None and pictures.time_base is not None:
        return float(pictures.duration * pictures.time_base)
    raise NotAPicture("broken-video")


def _copy(opened: InputContainer, out: OutputContainer) -> None:
    """One stream of pictures and one of sound; what else there is (data, covers) stays behind."""
    copied = {stream: out.add_stream_from_template(stream) for stream in _kept(opened)}
    for packet in opened.demux(list(copied)):
        # The last packet of a stream is empty: it tells a decoder to finish.
        if packet.dts is not None:
            packet.stream = copied[packet.stream]
            out.mux(packet)


def _kept(opened: InputContainer) -> Iterator[Stream]:
    yield from opened.streams.video[:1]
    yield from opened.streams.audio[:1]
