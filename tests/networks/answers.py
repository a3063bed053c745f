"""Answers as servers gave them, for the functions that read them."""

from __future__ import annotations

import json

from multidict import CIMultiDict

from parvis.networks.http import Answer
from parvis.networks.secret import Secret

CLOUDFLARE = "<!DOCTYPE html><html><title>Just a moment...</title><body>Checking</body></html>"
NGINX_413 = "<html><head><title>413 Request Entity Too Large</title></head></html>"


def answer(
    status: int,
    body: object = "",
    *,
    publishes: bool = True,
    headers: dict[str, str] | None = None,
    secrets: tuple[Secret, ...] = (),
    purpose: str = "",
) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(
        status,
        CIMultiDict(headers or {}),
        text.encode(),
        "server.example.org",
        publishes,
        secrets,
        purpose=purpose,
    )
