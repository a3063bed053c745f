"""The bookshop's account on a Bluesky server that nobody asks, and a post of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from parvis.networks.bluesky import Bluesky
from parvis.networks.bluesky.post import (
    build_body,
    build_put,
    build_record,
)
from parvis.networks.contract import (
    Account,
    MediaFile,
    Part,
    Prepared,
    Tokens,
)
from parvis.networks.secret import Secret
from parvis.networks.traits import ReplySetting

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
NOON = datetime(2026, 11, 21, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
KEY = "3n2trj3lihmyp"
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
ACCOUNT = Account(
    network="bluesky",
    server="https://pds.example.org",
    remote_id=DID,
    handle="ponts.example.org",
    tokens=Tokens(access=Secret("access")),
    traits=Bluesky.usual_traits,
)
PREPARED = Prepared(
    key=KEY,
    text="Bonjour",
    body=build_put(ACCOUNT, KEY, build_record(Part(text="Bonjour"), NOON, {}, [])),
)


def media(media_type: str, *, is_animated: bool = False) -> MediaFile:
    return MediaFile(
        path=Path("shop-window"),
        media_type=media_type,
        size=9,
        width=40,
        height=30,
        alt="Vitrine",
        is_animated=is_animated,
    )


def gated(setting: ReplySetting) -> Prepared:
    part = Part(text="Bonjour", reply_setting=setting)
    body = build_body(ACCOUNT, KEY, part, build_record(part, NOON, {}, []))
    return Prepared(key=KEY, text="Bonjour", body=body)
