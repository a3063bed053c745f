"""Plain HTTP for the tests' own questions to a server: no redirects followed, nothing retried."""

from __future__ import annotations

import http.client
import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit

# Nothing here measures how quick a server is, and the machine may have much else to do.
TIMEOUT_SECONDS = 100


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return jsonlib.loads(self.body)

    def confirmed(self) -> Answer:
        """Itself, if the server said yes."""
        if not 200 <= self.status < 300:
            raise AssertionError(f"the server answered {self.status}: {self.body[:500]!r}")
        return self


def ask(
    method: str,
    url: str,
    *,
    token: str | None = None,
    query: Mapping[str, str] | None = None,
    json: object = None,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request on a connection of its own; errors of the connection are http.client's."""
    sent_headers = dict(headers or {})
    if token is not None:
        sent_headers["Authorization"] = f"Bearer {token}"
    if json is not None:
        sent_headers["Content-Type"] = "application/json"
        body = jsonlib.dumps(json).encode()
    if form is not None:
        sent_headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode()
    target = f"{url}?{urlencode(query)}" if query else url
    return _exchange(method, target, body, sent_headers)


def _exchange(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
