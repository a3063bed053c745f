"""Where feeds are: a server on loopback whose pages a test writes."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.loop_thread import LoopThread


@dataclass
class Shown:
    """What a path answers. With an `etag`, who has it already is told that nothing has changed."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/rss+xml"
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""


class FeedServer:
    """`asked` holds the path and headers of every request."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __enter__(self) -> FeedServer:
        self._thread = LoopThread("feeds")
        self._thread.run(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.run(self._runner.cleanup())
        self._thread.stop()

    def show(self, path: str, body: str | bytes, **how: object) -> str:
        """Answers the address."""
        content = body.encode() if isinstance(body, str) else body
        self.shown[path] = Shown(body=content, **how)  # type: ignore[arg-type]
        return self.url + path

    def move(self, path: str, to: str, status: int) -> str:
        return self.show(path, b"", status=status, headers={"Location": to})

    async def _open(self) -> None:
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.headers)))
        shown = self.shown.get(request.path, Shown(status=404))
        if shown.etag and request.headers.get("If-None-Match") == shown.etag:
            return web.Response(status=304, headers={"ETag": shown.etag})
        headers = {"Content-Type": shown.content_type, **shown.headers}
        if shown.etag:
            headers["ETag"] = shown.etag
        return web.Response(status=shown.status, body=shown.body, headers=headers)


def rss(*items: str, title: str = "Le carnet de Ponts", more: str = "") -> str:
    """RSS 2.0 with these items, each the markup within <item>."""
    told = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{title}</title><link>https://ponts.example.org/</link>{more}{told}"
        "</channel></rss>"
    )


def item(number: int, title: str = "", more: str = "") -> str:
    """The markup of an entry that has all that is usual, but for its date."""
    link = f"https://ponts.example.org/{number}"
    return (
        f"<title>{title or f'Entry {number}'}</title><link>{link}</link>"
        f'<guid isPermaLink="false">ponts-{number}</guid>'
        f"<description>What entry {number} tells.</description>{more}"
    )
