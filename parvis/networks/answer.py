"""What a server answered, and what can be said of it without knowing which network it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parvis.networks import present
from parvis.networks.errors import NetworkError, NotSent, SlowDown, Unknown
from parvis.networks.json_text import read_json
from parvis.networks.limits import RateLimit, Scope, read_rate_limits, read_reached
from parvis.networks.secret import Secret, redact

_EXCERPT = 300
_TAGS = re.compile(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>")
_REQUEST_TIMEOUT = 408


@dataclass(frozen=True, slots=True)
class Answer:
    """`publishes` tells that the request was one that posts: what is unclear is then Unknown.
    `network` and `purpose` are those of the request."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    host: str = ""
    publishes: bool = False
    secrets: tuple[Secret, ...] = ()
    network: str = ""
    purpose: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_unclear(self) -> bool:
        """Whether the status leaves open if the request was acted on: a server's own trouble, a
        time-out, and a redirect, which is never followed."""
        return self.status >= 500 or 300 <= self.status < 400 or self.status == _REQUEST_TIMEOUT

    def json(self) -> Any:
        """Raises the error for an unreadable answer unless the body is JSON."""
        try:
            return read_json(self.body)
        except (ValueError, RecursionError):
            raise self.unreadable() from None

    def json_object(self) -> dict[str, Any]:
        found = self.json()
        if not isinstance(found, dict):
            raise self.unreadable()
        return found

    def word(self, said: Mapping[str, Any], name: str) -> str:
        """One word of what this answer said, ids and tokens above all. Raises the error for an
        unreadable answer where it is missing."""
        found = said.get(name)
        if not isinstance(found, str) or not found:
            raise self.unreadable()
        return found

    def unreadable(self) -> NetworkError:
        return self.unclear("unreadable", f"The answer of {self.host} could not be understood.")

    def in_trouble(self) -> NetworkError:
        """The error for an answer that `is_unclear`."""
        return self.unclear(
            "server-trouble", f"{self.host} answered with trouble of its own ({self.status})."
        )

    def not_from(self, network: str) -> NotSent:
        """The error for a 4xx that is not in the network's own form: it comes from a proxy or a
        wall in front of it, which did not let the request through."""
        return NotSent(
            "odd-answer",
            f"{self.host} answered {self.status} and not as {network} does. Nothing was posted; it "
            "can be tried again.",
            host=self.host,
            status=self.status,
        )

    def unclear(self, code: str, sentence: str) -> NetworkError:
        return unclear(code, sentence, publishes=self.publishes, host=self.host, status=self.status)

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        return read_rate_limits(self.headers, self.purpose, present.now())

    def reached(self, scope: Scope | None = None) -> RateLimit:
        """The limit that this refusal stands for; `scope` where the refusal tells it."""
        return read_reached(self.headers, self.purpose, present.now(), scope)

    def slow_down(self, scope: Scope | None = None) -> SlowDown:
        reached = self.reached(scope)
        return SlowDown(
            "rate-limit",
            f"{self.host} asks to wait before the next request.",
            until=reached.reset_at,
            scope=reached.scope,
            bucket=reached.bucket,
            host=self.host,
            network=self.network,
            **({} if reached.limit is None else {"limit": reached.limit}),
        )

    def json_or_none(self) -> Any:
        try:
            return read_json(self.body)
        except (ValueError, RecursionError):
            return None

    def clean(self, text: str) -> str:
        """What the server said, fit for a page or a log: one line, short, without secrets."""
        plain = " ".join(_TAGS.sub(" ", text).split())
        plain = redact(plain, *self.secrets)
        return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1] + "…"


def unclear(code: str, sentence: str, *, publishes: bool, **facts: str | int) -> NetworkError:
    """Unknown for a request that posts; for any other, nothing is lost and it may be repeated."""
    if publishes:
        return Unknown(code, f"{sentence} It is not known whether the post went out.", **facts)
    return NotSent(code, f"{sentence} Nothing was posted; it can be tried again.", **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API request, for the meter. `status` is None when no answer came. `path` carries no
    query. `seconds` is the whole time until the body was read. `rate_limits` is what the answer
    said of limits."""

    network: str
    purpose: str
    method: str
    host: str
    path: str
    status: int | None
    seconds: float
    rate_limits: tuple[RateLimit, ...] = ()
