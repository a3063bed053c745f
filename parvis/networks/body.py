"""Request bodies: JSON, forms, and files that are read from disk while they are sent."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import aiohttp

from parvis.networks.errors import NotSent
from parvis.networks.json_text import write_json
from parvis.networks.secret import Secret

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slice:
    """So many bytes of a file from `start` on: one chunk of an upload, held in memory."""

    path: Path
    start: int
    length: int

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.length)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, or a slice of one, sent as one field of a form."""

    path: Path | Slice
    name: str
    media_type: str


Form = Mapping[str, str | Secret | Upload]


@dataclass(frozen=True, slots=True)
class Body:
    """`content` is what is sent as it is; a form with files and a path are opened when sent."""

    content: bytes | Path | Slice | Form | None = None
    content_type: str | None = None

    @property
    def has_files(self) -> bool:
        return self.content is not None and not isinstance(self.content, bytes)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[BinaryIO | aiohttp.FormData]:
        """The files of this body, open until the request is over."""
        async with AsyncExitStack() as files:
            if isinstance(self.content, Path | Slice):
                yield await _open(self.content, files)
            elif isinstance(self.content, Mapping):
                yield await _multipart(self.content, files)
            else:
                raise TypeError("a body without files is sent as it is")


def encode_body(
    *,
    json: Any = None,
    form: Form | None = None,
    body: bytes | Path | Slice | None = None,
    content_type: str | None = None,
) -> Body:
    if json is not None:
        return Body(encode_json(json), "application/json")
    if form is None:
        return Body(body, content_type)
    if any(isinstance(value, Upload) for value in form.values()):
        return Body(form)
    return Body(_urlencoded(form), "application/x-www-form-urlencoded")


def encode_json(value: Any) -> bytes:
    """JSON in which each Secret stands revealed."""
    return write_json(value, _reveal)


def _urlencoded(form: Form) -> bytes:
    return urlencode({name: _revealed(value) for name, value in form.items()}).encode()


async def _multipart(form: Form, files: AsyncExitStack) -> aiohttp.FormData:
    data = aiohttp.FormData()
    for name, value in form.items():
        if isinstance(value, Upload):
            file = await _open(value.path, files)
            data.add_field(name, file, filename=value.name, content_type=value.media_type)
        else:
            data.add_field(name, _revealed(value))
    return data


async def _open(content: Path | Slice, files: AsyncExitStack) -> BinaryIO:
    path = content.path if isinstance(content, Slice) else content
    try:
        if isinstance(content, Slice):
            return io.BytesIO(await asyncio.to_thread(content.read))
        return files.enter_context(await asyncio.to_thread(path.open, "rb"))
    except OSError as error:
        log.error(
            "a media file cannot be read: is its disk mounted?",
            extra={"file": str(path), "error": error.strerror},
        )
        raise NotSent(
            "file-missing",
            f"The file {path.name} could not be read. Nothing was posted; it is tried again.",
            name=path.name,
        ) from None


def _revealed(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value)


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} is not JSON")
