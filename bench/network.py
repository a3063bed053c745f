"""A network that answers at once: the create-record endpoint of a Mastodon server, and no more.

    python -m bench.network

It costs as little as HTTP in Python can, so that what is measured is the program that calls it. It
runs as a process of its own, says its address on the first line of its output, and remembers when
each post's request arrived.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.looping import run

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_KEY = re.compile(rb"(?i)\r\nidempotency-key: *([^\r]+)")
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNetwork:
    url: str
    process_id: int

    def arrivals(self) -> dict[str, float]:
        """{a post's key: when its request arrived, by this host's clock}. A post that arrived
        twice is an error."""
        arrived = self._ask("arrivals")
        if arrived["again"]:
            raise AssertionError(f"{arrived['again']} posts arrived more than once")
        first: dict[str, float] = arrived["first"]
        return first

    def forget(self) -> None:
        self._ask("forget")

    def _ask(self, what: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/bench/{what}", timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


@contextmanager
def running_network() -> Iterator[RunningNetwork]:
    process = subprocess.Popen([sys.executable, "-m", "bench.network"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield RunningNetwork(url=process.stdout.readline().decode().strip(), process_id=process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Arrivals:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.first: dict[str, float] = {}
        self.again = 0

    def note(self, key: str) -> None:
        if key in self.first:
            self.again += 1
        else:
            self.first[key] = time.time()


class Exchange(asyncio.Protocol):
    """One connection: requests one after the other, each answered at once."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next_request()) is not None:
            self._transport.write(self._answer(*request))

    def _next_request(self) -> tuple[bytes, bytes] | None:
        """Head and body of the next one that is here whole."""
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return None
        head = self._received[:end]
        stated = _LENGTH.search(head)
        whole = end + len(_END_OF_HEAD) + (int(stated[1]) if stated else 0)
        if len(self._received) < whole:
            return None
        body = self._received[end + len(_END_OF_HEAD) : whole]
        self._received = self._received[whole:]
        return head, body

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"POST /api/v1/statuses "):
            return self._create(head, body)
        if head.startswith(b"GET /bench/arrivals "):
            return _response(
                json.dumps({"first": self._arrivals.first, "again": self._arrivals.again})
            )
        if head.startswith(b"GET /bench/forget "):
            self._arrivals.forget()
            return _response("{}")
        return _response('{"error": "Record not found"}', status=b"404 Not Found")

    def _create(self, head: bytes, body: bytes) -> bytes:
        key = _KEY.search(head)
        if key is None or b"\r\nAuthorization: Bearer " not in head:
            return _response('{"error": "The access token is invalid"}', status=b"401 Unauthorized")
        self._arrivals.note(key[1].decode())
        number = 113_000_000_000_000_000 + len(self._arrivals.first)
        return _response(_status(number, json.loads(body)["status"]))


def _status(number: int, text: str) -> str:
    """As long as Mastodon's own answer to a short status."""
    address = f"https://social.example.org/@ponts/{number}"
    return json.dumps(
        {
            "id": str(number),
            "created_at": "2026-11-21T09:00:00.000Z",
            "in_reply_to_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": "en",
            "uri": f"https://social.example.org/users/ponts/statuses/{number}",
            "url": address,
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "content": f"<p>{text}</p>",
            "reblog": None,
            "application": {"name": "Parvis", "website": None},
            "account": _ACCOUNT,
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }
    )


_ACCOUNT = {
    "id": "109",
    "username": "ponts",
    "acct": "ponts",
    "display_name": "Librairie Ponts",
    "locked": False,
    "bot": False,
    "url": "https://social.example.org/@ponts",
    "uri": "https://social.example.org/users/ponts",
    "avatar": "https://social.example.org/avatars/original/missing.png",
    "header": "https://social.example.org/headers/original/missing.png",
    "followers_count": 120,
    "following_count": 80,
    "statuses_count": 340,
    "last_status_at": "2026-11-21",
    "note": "<p>Second-hand books on the square.</p>",
    "emojis": [],
    "fields": [],
}


def _response(text: str, status: bytes = b"200 OK") -> bytes:
    body = text.encode()
    return (
        b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\n"
        b"X-RateLimit-Limit: 300\r\nX-RateLimit-Remaining: 299\r\n"
        b"X-RateLimit-Reset: %s\r\nContent-Length: %d\r\n\r\n%s"
    ) % (status, _in_five_minutes(), len(body), body)


def _in_five_minutes() -> bytes:
    """As Mastodon writes it, to the microsecond, though it stands still for the whole window."""
    window = (int(time.time()) // 300 + 1) * 300
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(window)).encode()


async def _serve() -> None:
    arrivals = Arrivals()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Exchange(arrivals), "127.0.0.1", 0, backlog=1024)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    run(_serve())
