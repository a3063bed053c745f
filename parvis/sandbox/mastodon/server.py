"""What every part of the server leans on: its dialect, its refusals, its limits and its people."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, NoReturn
from urllib.parse import urlsplit

from aiohttp import web

from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.limits import Window
from parvis.sandbox.mastodon.dialect import GOTOSOCIAL, MASTODON, Dialect
from parvis.sandbox.network import (
    APP_PASSWORD,
    Answered,
    Handler,
    SandboxNetwork,
    named_after_shop,
)
from parvis.sandbox.oauth import Rules, TokenTrouble, Why
from parvis.sandbox.records import App, Person, Post, Token

_NOUNS = (
    *("accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows"),
    *("lists", "media", "mutes", "notifications", "reports", "search", "statuses"),
)
SCOPES = frozenset({"read", "write", "follow", "push", "profile"}) | {
    f"{verb}:{noun}" for verb in ("read", "write") for noun in _NOUNS
}
# config/initializers/rack_attack.rb: (limit, seconds), per token and per user.
_PER_TOKEN = (300, 300.0)
_MEDIA = (30, 1800.0)
_DELETE = (30, 1800.0)
# app/lib/rate_limiter.rb, the family that creating a status belongs to.
_STATUSES = (300, 10_800.0)
_WHYS = {
    Why.MISSING: "The access token is invalid",
    Why.UNKNOWN: "The access token is invalid",
    Why.EXPIRED: "The access token expired",
    Why.REVOKED: "The access token was revoked",
    Why.SCOPE: "This action is outside the authorized scopes",
}
_TROUBLE = "<!DOCTYPE html><title>Oops</title><p>We're sorry, but something went wrong on our end."


class Server(SandboxNetwork):
    own_faults = frozenset({Kind.SLOW_PROCESSING})
    usual_quirks: ClassVar[Mapping[str, bool]] = {"gotosocial": False}
    # A token lives until somebody revokes it; there are no refresh tokens.
    oauth_rules = Rules(scopes=SCOPES, code_seconds=600, access_seconds=None)

    @property
    def dialect(self) -> Dialect:
        return GOTOSOCIAL if self.quirk("gotosocial") else MASTODON

    @property
    def domain(self) -> str:
        return urlsplit(self.origin).netloc

    # Answers.

    def refuse(self, sentence: str) -> NoReturn:
        """What does not pass validation."""
        words = sentence if self.dialect is MASTODON else f"Bad Request: {sentence}"
        raise Answered(said(words, self.dialect.refusal_status))

    def refuse_record(self, sentence: str) -> NoReturn:
        """What ActiveRecord has against a record."""
        self.refuse(f"Validation failed: {sentence}" if self.dialect is MASTODON else sentence)

    def not_found(self) -> NoReturn:
        raise Answered(said("Record not found", 404))

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RATE_LIMIT:
            resets_at = self.clock.now() + timedelta(seconds=fault.seconds)
            return self._too_many(_PER_TOKEN[0], resets_at)
        if fault.on == Purpose.TOKEN:
            return web.json_response({"error": "invalid_grant"}, status=400)
        words = fault.detail or "Validation failed: This was ordered to be refused"
        return said(words, self.dialect.refusal_status)

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return said(_WHYS[trouble.why], 403 if trouble.why is Why.SCOPE else 401)

    def server_error(self) -> web.Response:
        return web.Response(status=500, text=_TROUBLE, content_type="text/html")

    # Who asks.

    async def owner_of(self, request: web.Request, scope: str) -> Token:
        """`scope` is such as write:statuses, which write holds as well."""
        return await self.token(request, scope, scope.split(":")[0])

    async def reader_of(self, request: web.Request, scope: str) -> Token | None:
        """None for a visitor. A token that the server no longer knows makes a visitor, too
        (authorize_if_got_token! of statuses_controller.rb and others)."""
        try:
            return await self.owner_of(request, scope)
        except TokenTrouble as trouble:
            if trouble.why in (Why.MISSING, Why.UNKNOWN):
                return None
            raise

    # Limits.

    def limited(self, handle: Handler) -> Handler:
        """With the rate limits of the API around it, and their headers on its answer."""

        async def limited(request: web.Request) -> web.StreamResponse:
            token = await self.presented_token(request)
            window = self._counted(request, token or str(request.remote))
            if window.is_exceeded:
                return self._too_many(window.limit, window.resets_at)
            try:
                answer = await handle(request)
            except Answered as stopped:
                answer = stopped.response
            except TokenTrouble as trouble:
                answer = self.unauthorised(trouble)
            answer.headers.update(self._limit_headers(window))
            return answer

        return limited

    def _counted(self, request: web.Request, who: str) -> Window:
        """The first window that is exceeded, else the one that the answer tells of: the last."""
        window = self._take("api", who, _PER_TOKEN)
        for name, does_count, limit in (
            ("media", request.method == "POST" and request.path.endswith("/media"), _MEDIA),
            ("delete", request.method == "DELETE", _DELETE),
            (
                "statuses",
                request.method == "POST" and request.path.endswith("/statuses"),
                _STATUSES,
            ),
        ):
            if does_count and not window.is_exceeded:
                window = self._take(name, who, limit)
        return window

    def _take(self, name: str, who: str, limit: tuple[int, float]) -> Window:
        return self.windows.take(f"{name}/{who}", limit=limit[0], seconds=limit[1])

    def _limit_headers(self, window: Window) -> dict[str, str]:
        return self._headers(window.limit, window.remaining, window.resets_at)

    def _headers(self, limit: int, remaining: int, resets_at: datetime) -> dict[str, str]:
        """Mastodon tells the end of the window as an ISO time, GoToSocial in Unix seconds."""
        is_mastodon = self.dialect is MASTODON
        seconds = str(math.ceil(resets_at.timestamp()))
        reset = f"{resets_at:%Y-%m-%dT%H:%M:%S.%f}Z" if is_mastodon else seconds
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": reset,
        }

    def _too_many(self, limit: int, resets_at: datetime) -> web.Response:
        """Without Retry-After, as the real one."""
        return said("Too many requests", 429, self._headers(limit, 0, resets_at))

    # People.

    def people(self) -> Sequence[Person]:
        """The audience lives on another server, so its handles carry that server's name."""
        return (
            self._owner("ponts", "Librairie Ponts"),
            self._owner("ponts_events", "Librairie Ponts, events"),
            self._person("alice@example.org", "Alice"),
            self._person("bob@example.org", "Bob"),
            self._person("charlie@example.org", "Charlie"),
        )

    def newcomer(self, number: int) -> Person:
        return self._owner(f"ponts_{number}", named_after_shop(number))

    def _owner(self, handle: str, name: str) -> Person:
        return self._person(handle, name, is_owner=True, signs_in=True, password=APP_PASSWORD)

    def _person(self, handle: str, name: str, **more: object) -> Person:
        return Person(id=self.new_id(), handle=handle, name=name, **more)  # type: ignore[arg-type]

    def apps(self) -> Sequence[App]:
        """Each program registers itself; this one is for tokens that the control hands out."""
        return (App(id="sandbox", secret=self.new_secret("app"), name="Sandbox"),)

    def audience_answer(self, post: Post, author: Person, text: str, at: datetime) -> Post:
        """People here begin with the name of whom they answer."""
        mentioned = self.person(post.author_id).handle
        return super().audience_answer(post, author, f"@{mentioned} {text}", at)

    def profile_of(self, person: Person) -> str:
        return f"{self.origin}/@{person.handle}"

    def profile_named(self, handle: str) -> str | None:
        """The page of whoever a text mentions; None for a stranger."""
        person = self.person_named(handle.removesuffix(f"@{self.domain}"))
        return None if person is None else self.profile_of(person)


def said(words: str, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": words}, status=status, headers=headers)
