"""The same requests to the reference server and to the sandbox: the same statuses and words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from parvis.sandbox.bluesky import Bluesky
from tests.servers.asking import Answer, ask
from tests.servers.bluesky import BlueskyServer
from tests.servers.sandbox import RunningSandbox, running_sandbox

POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
NEW_KIND = "org.example.thing"
KEY, OTHER_KEY = "3n2trj3lihmyp", "3n2trj3lihmyq"
NOBODY = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff"
    "ff3f030005fe02fea72d9d0d0000000049454e44ae426082"
)
LOST_BLOB = {
    "$type": "blob",
    "ref": {"$link": "bafkreicdbw7c7gzpywvpbgkjwz5mwsnnzpgzaiqdsqzdxtmkqcwmlnmdza"},
    "mimeType": "image/png",
    "size": 9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two servers, and an account on it."""

    url: str
    did: str
    handle: str
    password: str
    access: str
    refresh: str

    def post(self, method: str, body: object, token: str | None = None) -> Answer:
        token = self.access if token is None else token
        return ask("POST", f"{self.url}/xrpc/{method}", json=body, token=token or None)

    def get(self, method: str, token: str | None = None, **query: str) -> Answer:
        return ask("GET", f"{self.url}/xrpc/{method}", query=query, token=token)

    def put(self, record: object, *, key: str = KEY, kind: str = POST, **more: object) -> Answer:
        wanted = {"repo": self.did, "collection": kind, "rkey": key, "record": record}
        return self.post("com.atproto.repo.putRecord", wanted | more)

    def upload(self, content: bytes = PNG, stated: str = "image/jpeg") -> Answer:
        url = f"{self.url}/xrpc/com.atproto.repo.uploadBlob"
        headers = {"Content-Type": stated}
        return ask("POST", url, body=content, token=self.access, headers=headers)


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(Bluesky,)) as running:
        yield running


@pytest.fixture(scope="module")
def real_account(bluesky_server: BlueskyServer) -> Side:
    account = bluesky_server.new_account("ponts")
    return signed_in(bluesky_server.url, account.handle, account.app_password)


@pytest.fixture
def real(bluesky_server: BlueskyServer, real_account: Side) -> Side:
    """Emptied: making an account takes the server a second, deleting a few records does not."""
    for kind in (POST, GATE, NEW_KIND):
        for kept in bluesky_server.records(real_account.did, kind):
            key = kept["uri"].rpartition("/")[2]
            wanted = {"repo": real_account.did, "collection": kind, "rkey": key}
            real_account.post("com.atproto.repo.deleteRecord", wanted).confirmed()
    return real_account


@pytest.fixture
def played(sandbox: RunningSandbox) -> Side:
    account = next(each for each in sandbox.told("bluesky")["accounts"] if each["is_owner"])
    return signed_in(sandbox.origin("bluesky"), account["handle"], account["password"])


def signed_in(url: str, handle: str, password: str) -> Side:
    wanted = {"identifier": handle, "password": password}
    made = ask("POST", f"{url}/xrpc/com.atproto.server.createSession", json=wanted)
    session = made.confirmed().json
    return Side(
        url=url,
        did=session["did"],
        handle=handle,
        password=password,
        access=session["accessJwt"],
        refresh=session["refreshJwt"],
    )


def record(**more: object) -> dict[str, object]:
    return {
        "$type": POST,
        "text": "Bonjour",
        "createdAt": "2026-11-21T20:00:00.000Z",
        **more,
    }


def with_facet(feature: dict[str, object], *, start: int = 0) -> dict[str, object]:
    return record(facets=[{"index": {"byteStart": start, "byteEnd": 3}, "features": [feature]}])


def with_images(*images: dict[str, object]) -> dict[str, object]:
    return record(embed={"$type": "app.bsky.embed.images", "images": list(images)})


LINK = "app.bsky.richtext.facet#link"
MENTION = "app.bsky.richtext.facet#mention"
TAG = "app.bsky.richtext.facet#tag"

RECORDS: dict[str, Any] = {
    "plain": record(),
    "300 graphemes": record(text="é" * 300),
    "301 graphemes": record(text="a" * 301),
    "300 families of emoji": record(text="👨‍👩‍👧‍👦" * 130),
    "conjuncts": record(text="क्ष" * 150),
    "too many conjuncts": record(text="क्ष" * 301),
    "flags": record(text="🇫🇷" * 301),
    "Hangul in jamo": record(text="\u1112\u1161\u11ab" * 301),
    "line ends": record(text="\r\n" * 301),
    "a text that is a number": record(text=5),
    "no time": {"$type": POST, "text": "Bonjour"},
    "a time in words": record(createdAt="yesterday"),
    "the 30th of February": record(createdAt="2026-02-30T20:00:00Z"),
    "the 32nd of May": record(createdAt="2026-05-32T20:00:00Z"),
    "a time without zone": record(createdAt="2026-05-02T20:00:00"),
    "twenty-five o’clock": record(createdAt="2026-05-02T25:00:00Z"),
    "four languages": record(langs=["fr", "en", "de", "it"]),
    "a language that is none": record(langs=["not a language!"]),
    "another type": {"$type": "app.bsky.feed.like"},
    "a link": with_facet({"$type": LINK, "uri": "https://example.org"}),
    "a link that is none": with_facet({"$type": LINK, "uri": "nowhere"}),
    "a mention that is none": with_facet({"$type": MENTION, "did": "alice"}),
    "a long tag": with_facet({"$type": TAG, "tag": "a" * 65}),
    "a facet before the text": with_facet({"$type": TAG, "tag": "a"}, start=-1),
    "a facet of a kind to come": with_facet({"$type": "org.example.facet#new"}),
    "a reply to nowhere": record(reply={"root": {"uri": "at://x", "cid": "y"}}),
    "an embed of a kind to come": record(embed={"$type": "org.example.embed"}),
    "an image without alt": with_images({"image": LOST_BLOB}),
    "an image that is not there": with_images({"image": LOST_BLOB, "alt": ""}),
    "five images": with_images(*[{"image": LOST_BLOB, "alt": ""}] * 5),
    "a large image": with_images({"image": LOST_BLOB | {"size": 2_000_001}, "alt": ""}),
    "a text as image": with_images({"image": LOST_BLOB | {"mimeType": "text/plain"}, "alt": ""}),
    "an image as video": record(embed={"$type": "app.bsky.embed.video", "video": LOST_BLOB}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_taken_or_refused_with_the_same_words(
    real: Side, played: Side, name: str
) -> None:
    assert told(real, real.put(RECORDS[name])) == told(played, played.put(RECORDS[name]))


Deed = Callable[[Side], Answer]


def put_twice(side: Side, second: dict[str, object], **more: object) -> Answer:
    side.put(record(), **more).confirmed()
    return side.put(second, **more)


def create(side: Side, *, key: str = KEY, body: dict[str, object] | None = None) -> Answer:
    wanted = {"repo": side.did, "collection": POST, "rkey": key, "record": body or record()}
    return side.post("com.atproto.repo.createRecord", wanted)


def create_taken(side: Side) -> Answer:
    create(side).confirmed()
    return create(side)


def apply(side: Side, *, key: str = KEY, rules: int = 0) -> Answer:
    gate = {
        "$type": GATE,
        "post": f"at://{side.did}/{POST}/{key}",
        "allow": [{"$type": f"{GATE}#mentionRule"}] * rules,
        "createdAt": "2026-11-21T20:00:00.000Z",
    }
    kind = "com.atproto.repo.applyWrites#create"
    writes = [
        {"$type": kind, "collection": POST, "rkey": key, "value": record()},
        {"$type": kind, "collection": GATE, "rkey": key, "value": gate},
    ]
    return side.post("com.atproto.repo.applyWrites", {"repo": side.did, "writes": writes})


def apply_taken(side: Side) -> Answer:
    apply(side).confirmed()
    return apply(side)


def remove(side: Side) -> Answer:
    wanted = {"repo": side.did, "collection": POST, "rkey": KEY}
    return side.post("com.atproto.repo.deleteRecord", wanted)


def remove_what_is_there(side: Side) -> Answer:
    side.put(record()).confirmed()
    return remove(side)


def read(side: Side, repo: str = "", key: str = KEY) -> Answer:
    side.put(record()).confirmed()
    asked = {"repo": repo or side.did, "collection": POST, "rkey": key}
    return side.get("com.atproto.repo.getRecord", **asked)


def list_records(side: Side, **more: str) -> Answer:
    for key in (KEY, OTHER_KEY):
        side.put(record(), key=key).confirmed()
    return side.get("com.atproto.repo.listRecords", repo=side.did, collection=POST, **more)


def show_image(side: Side, **more: object) -> Answer:
    blob = side.upload().confirmed().json["blob"]
    return side.put(with_images({"image": blob | more, "alt": "Vitrine"}))


def fetch_blob(side: Side) -> Answer:
    blob = side.upload().confirmed().json["blob"]
    return side.get("com.atproto.sync.getBlob", did=side.did, cid=blob["ref"]["$link"])


def sign_in(side: Side, **stated: str) -> Answer:
    return side.post("com.atproto.server.createSession", stated, token="")


def lend(side: Side, **asked: str) -> Answer:
    return side.get("com.atproto.server.getServiceAuth", token=side.access, **asked)


DEEDS: dict[str, Deed] = {
    "an equal record again": lambda side: put_twice(side, record()),
    "another record written over": lambda side: put_twice(side, record(text="Bonsoir")),
    "an equal record, never over": lambda s: put_twice(s, record(), swapRecord=None),
    "another record, never over": lambda s: put_twice(s, record(text="x"), swapRecord=None),
    "a record created": create,
    "a key created twice": create_taken,
    "a post with its gate": apply,
    "a post with its gate twice": apply_taken,
    "a gate with six rules": lambda side: apply(side, rules=6),
    "a key that is no TID": lambda side: side.put(record(), key="bad"),
    "a key that is none": lambda side: side.put(record(), key="bad key!"),
    "a collection to come": lambda s: s.put({"a": 1}, kind=NEW_KIND, key="abc"),
    "somebody else's repository": lambda side: side.put(record(), repo=NOBODY),
    "nothing stated": lambda side: side.post("com.atproto.repo.putRecord", {"repo": side.did}),
    "a deletion": remove_what_is_there,
    "a deletion of nothing": remove,
    "a record read": read,
    "a record read by handle": lambda side: read(side, repo=side.handle),
    "a record that is not there": lambda side: read(side, key=OTHER_KEY),
    "a record half asked for": lambda s: s.get("com.atproto.repo.getRecord", repo=s.did),
    "records in order": list_records,
    "records on pages": lambda side: list_records(side, limit="1"),
    "records after a page": lambda side: list_records(side, cursor=OTHER_KEY),
    "records the other way round": lambda side: list_records(side, reverse="true"),
    "too many records": lambda side: list_records(side, limit="500"),
    "a blob": lambda side: side.upload(),
    "a blob of unknown kind": lambda side: side.upload(b"words", "application/x-words"),
    "an image shown": show_image,
    "an image said to be another": lambda side: show_image(side, mimeType="image/jpeg"),
    "an image said to be smaller": lambda side: show_image(side, size=7),
    "a blob that nothing shows": fetch_blob,
    "a wrong password": lambda side: sign_in(side, identifier=side.handle, password="wrong"),
    "no password": lambda side: sign_in(side, identifier=side.handle),
    "somebody unknown": lambda side: sign_in(side, identifier="nobody.test", password="x"),
    "a session looked at": lambda s: s.get("com.atproto.server.getSession", token=s.access),
    "no session": lambda side: side.get("com.atproto.server.getSession"),
    "a token of nonsense": lambda s: s.get("com.atproto.server.getSession", token="nonsense"),
    "a refresh token as access": lambda s: s.get("com.atproto.server.getSession", token=s.refresh),
    "an access token as refresh": lambda s: s.post("com.atproto.server.refreshSession", None),
    "a handle": lambda s: s.get("com.atproto.identity.resolveHandle", handle=s.handle),
    "an unknown handle": lambda s: s.get(
        "com.atproto.identity.resolveHandle", handle="nobody.test"
    ),
    "a handle that is none": lambda s: s.get("com.atproto.identity.resolveHandle", handle="ponts"),
    "a loan to nobody": lambda side: lend(side, aud="x"),
    "a loan of the past": lambda side: lend(side, aud="did:web:example.org", exp="5"),
    "a long loan": lambda side: lend(
        side, aud="did:web:example.org", lxm="com.atproto.repo.uploadBlob", exp="9999999999"
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_answered_in_the_same_way(real: Side, played: Side, name: str) -> None:
    assert told(real, DEEDS[name](real)) == told(played, DEEDS[name](played))


def told(side: Side, answer: Answer) -> tuple[int, object]:
    """Without what must differ: names, tokens, commits, and the id of what holds a name."""
    text = answer.body.decode().replace(side.did, "DID").replace(side.handle, "HANDLE")
    try:
        return answer.status, _alike(json.loads(text))
    except ValueError:
        return answer.status, text


def _alike(told: Any) -> Any:
    if isinstance(told, list):
        return [_alike(each) for each in told]
    if not isinstance(told, dict):
        return told
    hidden = {"commit", "email", "accessJwt", "refreshJwt", "token"}
    if GATE in told.get("uri", ""):
        hidden.add("cid")
    return {
        name: "…" if name in hidden else _alike(value)
        for name, value in told.items()
        if name not in ("didDoc", "emailConfirmed")
    }


def test_limits_are_told_in_the_same_headers(real: Side, played: Side) -> None:
    """The reference server runs without limits here; what it sends with them is known."""
    headers = played.get("com.atproto.server.describeServer").headers

    assert headers["RateLimit-Limit"] == "3000"
    assert headers["RateLimit-Policy"] == "3000;w=300"
    assert re.fullmatch(r"\d{10}", headers["RateLimit-Reset"])
