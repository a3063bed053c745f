"""What a browser sends is bounded before it is believed.

Neither memory nor disk fills up: bodies and files go to the data folder, and what is over the
limit is taken off the wire and dropped. It is taken, because a browser that is cut off while it
sends shows an error of its own in the place of our sentence.

Who has not signed in has no file to send: of a stranger no more is taken than memory holds.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestAborted
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils import translation

from parvis.compose.media import (
    NoRoomLeft,
    arriving_folder,
    bytes_limit_for,
    is_full,
    keep_media,
)
from parvis.compose.models import Media
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT, NotAPicture
from parvis.compose.videos import VIDEO_BYTES_LIMIT
from parvis.people.models import Workspace
from parvis.web.views import errors

if TYPE_CHECKING:
    _UploadedBytes = UploadedFile[bytes]
else:
    _UploadedBytes = UploadedFile

# One video, and pictures beside it.
BODY_BYTES_LIMIT = VIDEO_BYTES_LIMIT + 2 * UPLOAD_BYTES_LIMIT
STRANGERS_BYTES_LIMIT = 2 * 1024 * 1024
_BYTES_IN_MEMORY = STRANGERS_BYTES_LIMIT
_WAS_CUT = "parvis.body_was_cut"


class BoundedASGIHandler(ASGIHandler):
    """Django's own, but for bodies: that one takes any size, to wherever /tmp lies."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            bounded = _BoundedReceive(receive, await _bytes_limit_of(scope))
            await super().handle(scope, bounded, send)
        except NoRoomLeft:
            await self.send_response(_no_room_left(scope), send)

    async def read_body(self, receive: Any) -> "ArrivingBody":
        body, pieces = ArrivingBody(receive.bytes_limit), _pieces(receive)
        try:
            async for piece in pieces:
                body.take(piece)
            body.seek(0)
        except BaseException as error:
            body.give_up()
            if not (isinstance(error, OSError) and is_full(error)):
                raise
            await _drop(pieces)
            raise NoRoomLeft from error
        return body

    def create_request(self, scope: Any, body_file: Any) -> Any:
        scope[_WAS_CUT] = body_file.was_cut
        return super().create_request(scope, body_file)


@dataclass(frozen=True, slots=True)
class _BoundedReceive:
    """What brings a request's body, with how much of it is taken."""

    receive: Callable[[], Awaitable[Any]]
    bytes_limit: int

    async def __call__(self) -> Any:
        return await self.receive()


class BoundedUploadHandler(FileUploadHandler):
    """Streams one file and stops writing at the limit; what follows is counted and dropped."""

    file: "ArrivedFile"

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = ArrivedFile(_new_file(), self.file_name, self.content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.take(raw_data, start)

    def file_complete(self, file_size: int) -> "ArrivedFile":
        self.file.size = file_size
        self.file.seek(0)
        return self.file

    def upload_interrupted(self) -> None:
        self.file.close()


class ArrivingBody(SpooledTemporaryFile[bytes]):
    """A request's body, up to the limit. `was_cut` says that there was more of it."""

    def __init__(self, bytes_limit: int) -> None:
        super().__init__(_BYTES_IN_MEMORY, "w+b", dir=str(arriving_folder()))
        self.bytes_limit = bytes_limit
        self.was_cut = False

    def take(self, piece: bytes) -> None:
        room = self.bytes_limit - self.tell()
        self.was_cut = self.was_cut or len(piece) > room
        self.write(piece[:room])

    def give_up(self) -> None:
        # Closing writes out what is buffered, which a full disk refuses again.
        with suppress(OSError):
            self.close()


class ArrivedFile(_UploadedBytes):
    """A file in the data folder until the request ends. Over the limit it has a size, no bytes."""

    disk_was_full = False
    bytes_limit = UPLOAD_BYTES_LIMIT

    def take(self, piece: bytes, start: int) -> None:
        if self.disk_was_full:
            return
        if start == 0:
            self.bytes_limit = bytes_limit_for(piece)
        if start + len(piece) > self.bytes_limit:
            self._drop_bytes()
            return
        try:
            self.write(piece)
        except OSError as error:
            if not is_full(error):
                raise
            self.disk_was_full = True
            self._drop_bytes()

    def _drop_bytes(self) -> None:
        with suppress(OSError):
            self.close()
        self.file = _new_file()


def keep_arrived(workspace: Workspace, arrived: "UploadedFile[bytes]") -> Media:
    """Raises pictures.NotAPicture, NoRoomLeft or MediaFolderAway."""
    if getattr(arrived, "disk_was_full", False):
        raise NoRoomLeft
    size, limit = arrived.size or 0, getattr(arrived, "bytes_limit", UPLOAD_BYTES_LIMIT)
    if size > limit:
        raise NotAPicture("too-large", size=size, limit=limit)
    return keep_media(workspace, arrived.name or "", cast(BinaryIO, arrived.file), size)


def was_cut(request: HttpRequest) -> bool:
    """Whether more than BODY_BYTES_LIMIT arrived, so that the last file is not among the files."""
    return isinstance(request, ASGIRequest) and bool(request.scope.get(_WAS_CUT))


async def _pieces(receive: Any) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


async def _drop(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


def _new_file() -> SpooledTemporaryFile[bytes]:
    return SpooledTemporaryFile(_BYTES_IN_MEMORY, "w+b", dir=str(arriving_folder()))


async def _bytes_limit_of(scope: Any) -> int:
    """A small body is not worth the question."""
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) <= STRANGERS_BYTES_LIMIT:
        return STRANGERS_BYTES_LIMIT
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    signed_in = scope["method"] == "POST" and key and await _has_signed_in(key)
    return BODY_BYTES_LIMIT if signed_in else STRANGERS_BYTES_LIMIT


@sync_to_async
def _has_signed_in(session_key: str) -> bool:
    """So the session says. What the request may do is decided where it is served."""
    sessions = import_module(settings.SESSION_ENGINE)
    try:
        return SESSION_KEY in sessions.SessionStore(session_key).load()
    except DatabaseError:
        return False
    finally:
        # No request has begun yet, so none would close it.
        connection.close()


def _no_room_left(scope: Any) -> HttpResponse:
    """Nothing of the request can be read, and the database may not answer either."""
    request = ASGIRequest(scope, BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        return errors.disk_full(request)
