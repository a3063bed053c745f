"""Short films, made where a test needs one: no recording lies in the repository."""

import struct
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from PIL import Image as Pillow

SECRET = "serial number 4711"
PLACE = "+48.8530+002.3499/"
RATE = 24
_SOUND_RATE = 44_100
_SAMPLES = 1024


def film(
    path: Path,
    *,
    seconds: int = 2,
    size: tuple[int, int] = (320, 180),
    pictures: str = "libx264",
    sound: str | None = "aac",
    telling: bool = False,
    heavy: bool = False,
    rate: int = RATE,
    in_order: bool = False,
) -> Path:
    """In the container that the name says. Its left is red and its right teal; pictures are stored
    out of their order, as cameras do, or `in_order`. `telling` writes place and device into it, and
    `heavy` makes it large."""
    with av.open(str(path), "w") as out:
        if telling:
            out.metadata.update({"location": PLACE, "title": SECRET, "comment": SECRET})
        seen = out.add_stream(pictures, rate=rate)
        seen.width, seen.height, seen.pix_fmt = *size, "yuv420p"
        seen.options = {"x265-params": "log-level=none"} if pictures == "libx265" else {}
        if in_order:
            seen.options = {"bf": "0"}
        if heavy:
            seen.bit_rate = 40_000_000
            seen.options = {"preset": "ultrafast", "qp": "1"}
        heard = out.add_stream(sound, rate=_SOUND_RATE, layout="mono") if sound else None
        for packets in _shown(seen, size, rate * seconds, heavy):
            out.mux(packets)
        out.mux(seen.encode(None))
        if heard:
            for number in range(_SOUND_RATE * seconds // _SAMPLES):
                out.mux(heard.encode(_silence(number, heard.format.name)))
            out.mux(heard.encode(None))
    return path


def sound_alone(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as out:
        heard = out.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        for number in range(20):
            out.mux(heard.encode(_silence(number, "fltp")))
        out.mux(heard.encode(None))
    return path


def turned_clockwise(path: Path) -> Path:
    """As a telephone held upright writes it: lying down, with a note to turn it when it is shown.
    Source: ISO/IEC 14496-12, the matrix of the first track's header."""
    content = bytearray(path.read_bytes())
    matrix = content.find(b"tkhd") + 4 + 4 + 5 * 4 + 8 + 4 * 2
    height = struct.unpack(">I", content[matrix + 40 : matrix + 44])[0]
    quarter = (0, 1 << 16, 0, -(1 << 16), 0, 0, height, 0, 1 << 30)
    content[matrix : matrix + 36] = struct.pack(">9i", *quarter)
    path.write_bytes(content)
    return path


def begins_at_once(path: Path) -> Path:
    """The same film with its table of contents in front, so that its start alone can be opened."""
    target = path.with_name(f"at-once-{path.name}")
    with (
        av.open(str(path)) as whole,
        av.open(str(target), "w", options={"movflags": "faststart"}) as out,
    ):
        like = {stream: out.add_stream_from_template(stream) for stream in whole.streams}
        for packet in whole.demux():
            if packet.size:
                packet.stream = like[packet.stream]
                out.mux(packet)
    return target


def cut_off(path: Path, kept: float = 0.6) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    return path


def still(kind: str) -> BytesIO:
    out = BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(out, kind)
    out.seek(0)
    return out


def _shown(seen, size: tuple[int, int], count: int, heavy: bool):
    picture = Pillow.new("RGB", size, "teal")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    for number in range(count):
        drawn = Pillow.effect_noise(size, 120).convert("RGB") if heavy else picture
        frame = av.VideoFrame.from_image(drawn)
        frame.pts, frame.time_base = number, 1 / seen.codec_context.framerate
        yield seen.encode(frame)


def _silence(number: int, sample_format: str) -> av.AudioFrame:
    silence = av.AudioFrame(format=sample_format, layout="mono", samples=_SAMPLES)
    for plane in silence.planes:
        plane.update(bytes(plane.buffer_size))
    silence.sample_rate, silence.pts = _SOUND_RATE, number * _SAMPLES
    silence.time_base = Fraction(1, _SOUND_RATE)
    return silence
