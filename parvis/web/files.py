"""Serves files as they lie on the disk: piece by piece, and by ranges where one is asked for.

Safari plays no video without ranges, and the networks that fetch media may resume with them.
Source: RFC 9110, sections 13.1.5 and 14.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import IO

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

_PIECE_BYTES = 256 * 1024
_ASKED = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bytes from `start` up to `end`, which is not among them."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


def serve_file(request: HttpRequest, path: Path, *, media_type: str, etag: str) -> HttpResponseBase:
    """`etag` names what the file holds. Whatever that is, no browser runs it."""
    size = path.stat().st_size
    whole = Stretch(0, size)
    stretch = _asked_for(request, size, etag)
    if stretch is not None and stretch.size <= 0:
        return _not_to_be_had(size)
    response = _answer(request, path, stretch or whole)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Length"] = str((stretch or whole).size)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = f'"{etag}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    if stretch is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {stretch.start}-{stretch.end - 1}/{size}"
    return response


def send_whole(file: IO[bytes], *, media_type: str, name: str) -> HttpResponseBase:
    """To be kept under this name. The file is closed with the answer."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    response = _FileInPieces(file, Stretch(0, size))
    response.headers["Content-Type"] = media_type
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _asked_for(request: HttpRequest, size: int, etag: str) -> Stretch | None:
    """None where the whole file answers: no range, several, or one of another file's."""
    found = _ASKED.fullmatch(request.headers.get("Range", ""))
    unless = request.headers.get("If-Range")
    if request.method != "GET" or found is None or unless not in (None, f'"{etag}"'):
        return None
    first, last = found.groups()
    if not first:
        return Stretch(max(size - int(last), 0), size) if last else None
    if last and int(last) < int(first):
        return None
    return Stretch(int(first), min(int(last) + 1, size) if last else size)


def _not_to_be_had(size: int) -> HttpResponse:
    return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})


def _answer(request: HttpRequest, path: Path, stretch: Stretch) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    return _FileInPieces(path.open("rb"), stretch)


class _FileInPieces(StreamingHttpResponse):
    """Django's own FileResponse is read whole into memory before an ASGI server sends any of it
    (StreamingHttpResponse.__aiter__)."""

    def __init__(self, file: IO[bytes], stretch: Stretch) -> None:
        self._file, self._pieces = file, _pieces(file, stretch)
        super().__init__(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await sync_to_async(self._next_piece)():
            yield piece

    def close(self) -> None:
        self._file.close()
        super().close()

    def _next_piece(self) -> bytes:
        return next(self._pieces, b"")


def _pieces(file: IO[bytes], stretch: Stretch) -> Iterator[bytes]:
    file.seek(stretch.start)
    left = stretch.size
    while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
        left -= len(piece)
        yield piece
