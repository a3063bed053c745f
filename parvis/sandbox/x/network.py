"""X itself: its paths, who may call them how often, and its answers to ordered faults."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from aiohttp import web

from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.limits import Window
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble, Why
from parvis.sandbox.records import App, Person, Post, Token
from parvis.sandbox.x import problems
from parvis.sandbox.x.posting import Posting
from parvis.sandbox.x.reading import Reading
from parvis.sandbox.x.signing_in import RULES, SigningIn
from parvis.sandbox.x.uploads import Uploads

PUBLIC_CLIENT_ID = "parvis-sandbox-public"
_WINDOW_SECONDS = 900
_DAY_SECONDS = 86400
_POSTS_A_DAY = 10_000
# X counts its ids from 2010-11-04 01:42:54.657 UTC, the world's snowflakes from midnight.
_LATER_EPOCH = timedelta(hours=1, minutes=42, seconds=54, milliseconds=657)
_EPOCH_GAP = int(_LATER_EPOCH.total_seconds() * 1000) << 22

_READ = ("tweet.read", "users.read")
_WRITE = ("tweet.read", "tweet.write", "users.read")
_MEDIA = ("media.write",)
_UPLOADS = "/2/media/upload"
_REFUSALS: dict[str, Callable[[], web.Response]] = {
    "": problems.not_permitted,
    "duplicate": problems.duplicate,
    "too-long": problems.too_long,
    "reply": problems.reply_not_allowed,
    "parent": problems.parent_gone,
    "locked": problems.locked,
    "suspended": problems.suspended,
    "app-suspended": problems.app_suspended,
    "spam": problems.spam,
    "not-enrolled": problems.not_enrolled,
    "scope": problems.scope_missing,
}

Handle = Callable[[web.Request, Token], Awaitable[web.Response]]


class X(SandboxNetwork):
    """Orders may name in `detail` which refusal is meant (see `_REFUSALS`), "credits" for a usage
    cap that is an empty purse, and "app" for a limit that is the app's."""

    name, label = "x", "X"
    permalink_path = "/{handle}/status/{id}"
    own_faults = frozenset({Kind.SLOW_PROCESSING, Kind.RETIRED_METRIC, Kind.USAGE_CAP})
    usual_quirks: ClassVar = {"refuses-equal-text": True}
    oauth_rules = RULES

    def routes(self) -> Iterable[Route]:
        posting, reading, uploads = Posting(self), Reading(self), Uploads(self)
        yield from SigningIn(self).routes()
        # Literal paths come before those with a name in them.
        for method, path, handle, purpose, limit, scopes in (
            ("POST", "/2/tweets", posting.create, Purpose.PUBLISH, 100, _WRITE),
            ("DELETE", "/2/tweets/{id}", posting.delete, Purpose.DELETE, 50, _WRITE),
            ("GET", "/2/tweets/search/recent", reading.search, Purpose.REPLIES, 300, _READ),
            ("GET", "/2/tweets", reading.posts, Purpose.METRICS, 5000, _READ),
            ("GET", "/2/tweets/{id}", reading.post, Purpose.METRICS, 900, _READ),
            ("GET", "/2/users/me", reading.me, Purpose.ACCOUNT, 75, _READ),
            ("GET", "/2/users/by/username/{name}", reading.named, Purpose.ACCOUNT, 900, _READ),
            ("GET", "/2/users/{id}", reading.user, Purpose.ACCOUNT, 900, _READ),
            ("GET", "/2/users/{id}/tweets", reading.timeline, Purpose.LOOK_UP, 900, _READ),
            ("GET", "/2/users/{id}/mentions", reading.mentioning, Purpose.REPLIES, 300, _READ),
            ("POST", _UPLOADS, uploads.in_one, Purpose.UPLOAD, 500, _MEDIA),
            ("GET", _UPLOADS, uploads.status, Purpose.PROCESSING, 1000, _MEDIA),
            ("POST", f"{_UPLOADS}/initialize", uploads.initialize, Purpose.UPLOAD, 1875, _MEDIA),
            ("POST", f"{_UPLOADS}/{{id}}/append", uploads.append, Purpose.UPLOAD, 1875, _MEDIA),
            ("POST", f"{_UPLOADS}/{{id}}/finalize", uploads.finalize, Purpose.UPLOAD, 1875, _MEDIA),
            ("POST", "/2/media/metadata", uploads.describe, Purpose.UPLOAD, 500, _MEDIA),
        ):
            yield self._api(method, path, handle, purpose, limit, scopes)

    def apps(self) -> Sequence[App]:
        """Besides the one with a secret one without, as a program on a telephone would be."""
        return (*super().apps(), App(id=PUBLIC_CLIENT_ID, secret="", name="Parvis (no secret)"))

    def new_id(self) -> str:
        return str(self.world.next_snowflake() - _EPOCH_GAP)

    def audience_answer(self, post: Post, author: Person, text: str, at: datetime) -> Post:
        """X puts the name of who is answered before the text."""
        answered = self.person(post.author_id).handle
        return super().audience_answer(post, author, f"@{answered} {text}", at)

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.USAGE_CAP:
            is_purse = fault.detail == "credits"
            return problems.credits_depleted() if is_purse else problems.usage_capped()
        if fault.fault is Kind.RATE_LIMIT:
            return self._ordered_limit(fault)
        return _REFUSALS.get(fault.detail, problems.not_permitted)()

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        """X does not say whether a token has lapsed, was revoked or never was."""
        is_scope = trouble.why is Why.SCOPE
        return problems.scope_missing() if is_scope else problems.unauthorized()

    def server_error(self) -> web.Response:
        body = {
            "title": "Internal Server Error",
            "detail": "Something is broken.",
            "type": "about:blank",
            "status": 500,
        }
        return web.json_response(body, status=500, content_type="application/problem+json")

    def _api(
        self,
        method: str,
        path: str,
        handle: Handle,
        purpose: Purpose,
        limit: int,
        scopes: tuple[str, ...],
    ) -> Route:
        """A path for who has all of `scopes`, so many times in a quarter of an hour."""

        async def limited(request: web.Request) -> web.StreamResponse:
            token = await self._token_with_all(request, scopes)
            key = f"{method} {path}/{token.person_id}"
            window = self.windows.take(key, limit=limit, seconds=_WINDOW_SECONDS)
            if window.is_exceeded:
                return _too_many(window)
            day = self._day_of_the_app(token) if purpose is Purpose.PUBLISH else None
            if day is not None and day.is_exceeded:
                return _too_many(window, day)
            answer = await _answer(handle, request, token)
            answer.headers.update(_headers(window, day))
            return answer

        return Route(method, path, limited, purpose)

    async def _token_with_all(self, request: web.Request, scopes: tuple[str, ...]) -> Token:
        token = await self.token(request)
        for scope in scopes:
            if scope not in token.scopes:
                raise TokenTrouble(Why.SCOPE, scope)
        return token

    def _day_of_the_app(self, token: Token) -> Window:
        return self.windows.take(f"posts/{token.app_id}", limit=_POSTS_A_DAY, seconds=_DAY_SECONDS)

    def _ordered_limit(self, fault: Fault) -> web.Response:
        now, is_app = self.clock.now(), fault.detail == "app"
        seconds = fault.seconds or (_DAY_SECONDS if is_app else _WINDOW_SECONDS)
        full = Window(
            limit=_POSTS_A_DAY if is_app else 100,
            remaining=0,
            resets_at=now + timedelta(seconds=seconds),
            is_exceeded=True,
        )
        return _too_many(None, full) if is_app else _too_many(full)


async def _answer(handle: Handle, request: web.Request, token: Token) -> web.Response:
    try:
        return await handle(request, token)
    except Answered as stopped:
        return stopped.response


def _too_many(window: Window | None, day: Window | None = None) -> web.Response:
    answer = problems.too_many()
    answer.headers.update(_headers(window, day))
    return answer


def _headers(window: Window | None, day: Window | None = None) -> dict[str, str]:
    """Of the endpoint's window, and of the app's day under the names by which public clients read
    them."""
    told = (("x-rate-limit", window), ("x-app-limit-24hour", day))
    return {
        f"{prefix}-{name}": str(value)
        for prefix, one in told
        if one is not None
        for name, value in (
            ("limit", one.limit),
            ("remaining", one.remaining),
            ("reset", int(one.resets_at.timestamp())),
        )
    }
