"""How the tests of the servers themselves post: by plain HTTP, whatever the answer."""

from __future__ import annotations

from tests.servers.asking import Answer, ask
from tests.servers.bluesky.server import POSTS

PUT = "com.atproto.repo.putRecord"
STATUSES = "/api/v1/statuses"


def put_post(base: str, token: str, did: str, key: str, text: str) -> Answer:
    record = {"$type": POSTS, "text": text, "createdAt": "2026-11-21T09:00:00.000Z"}
    wanted = {
        "repo": did,
        "collection": POSTS,
        "rkey": key,
        "record": record,
        "swapRecord": None,
    }
    return ask("POST", f"{base}/xrpc/{PUT}", token=token, json=wanted)


def post_status(base: str, token: str, text: str, key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key} if key else None
    wanted = {"status": text, "visibility": "public"}
    return ask("POST", base + STATUSES, token=token, json=wanted, headers=headers)
