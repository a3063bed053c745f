"""The running Bluesky server and what tests ask it, through its own API."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.servers.asking import Answer, ask
from tests.servers.bluesky.installation import command, install
from tests.servers.places import roomy_place
from tests.servers.processes import ServerProcess

POSTS = "app.bsky.feed.post"
# Importing the server takes about two seconds alone, and several times that on a busy machine.
START_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyAccount:
    handle: str
    did: str
    email: str
    password: str = field(repr=False)
    app_password: str = field(repr=False)


class BlueskyServer:
    """One PDS at `url`, with its directory of identities at `plc_url`."""

    def __init__(self, url: str, plc_url: str) -> None:
        self.url = url
        self.plc_url = plc_url
        self._numbers = itertools.count(1)

    def new_account(self, name: str = "ponts") -> BlueskyAccount:
        """An account that no other test uses, with an app password as Parvis asks for."""
        number = next(self._numbers)
        handle, email = f"{name}-{number}.test", f"{name}-{number}@example.org"
        password = f"the password of {handle}"
        did = self.create_account(handle, email, password)
        return BlueskyAccount(
            handle=handle,
            did=did,
            email=email,
            password=password,
            app_password=self.app_password(handle, password),
        )

    def create_account(self, handle: str, email: str, password: str) -> str:
        """The DID of the new account; `handle` ends in .test."""
        wanted = {"handle": handle, "email": email, "password": password}
        return str(self.procedure("com.atproto.server.createAccount", wanted).json["did"])

    def app_password(self, handle: str, password: str, name: str = "Parvis") -> str:
        created = self.procedure(
            "com.atproto.server.createAppPassword",
            {"name": name},
            token=self.login(handle, password),
        )
        return str(created.json["password"])

    def revoke_app_password(self, account: BlueskyAccount, name: str = "Parvis") -> None:
        """What a person does in Bluesky's settings to shut a tool out."""
        token = self.login(account.handle, account.password)
        self.procedure("com.atproto.server.revokeAppPassword", {"name": name}, token=token)

    def login(self, handle: str, password: str) -> str:
        """An access token."""
        who = {"identifier": handle, "password": password}
        return str(self.procedure("com.atproto.server.createSession", who).json["accessJwt"])

    def records(self, did: str, collection: str = POSTS) -> list[dict[str, Any]]:
        """Every record of the collection, newest key first: `uri`, `cid` and `value` of each."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            query = {"repo": did, "collection": collection, "limit": "100", **cursor}
            page = self.query("com.atproto.repo.listRecords", query).confirmed().json
            found += page["records"]
            if "cursor" not in page:
                return found
            cursor = {"cursor": page["cursor"]}

    def record(self, uri: str) -> dict[str, Any] | None:
        """The value of the record at an at:// address, or None where there is none."""
        did, collection, key = uri.removeprefix("at://").split("/")
        query = {"repo": did, "collection": collection, "rkey": key}
        answer = self.query("com.atproto.repo.getRecord", query)
        if answer.status == 400 and answer.json["error"] == "RecordNotFound":
            return None
        value: dict[str, Any] = answer.confirmed().json["value"]
        return value

    def blob(self, did: str, cid: str) -> bytes:
        query = {"did": did, "cid": cid}
        return self.query("com.atproto.sync.getBlob", query).confirmed().body

    def query(self, name: str, query: Mapping[str, str], token: str | None = None) -> Answer:
        """The server's answer to an XRPC query, whatever it is."""
        return ask("GET", f"{self.url}/xrpc/{name}", query=query, token=token)

    def procedure(self, name: str, payload: object, token: str | None = None) -> Answer:
        """The server's answer to an XRPC procedure that must succeed."""
        return ask("POST", f"{self.url}/xrpc/{name}", json=payload, token=token).confirmed()


@contextmanager
def running_bluesky(folder: Path, *, limit_rates: bool = False) -> Iterator[BlueskyServer]:
    """A server of its own; what it says is kept in `folder`.

    With `limit_rates` it refuses as the public one does: the 31st login in five minutes is a 429.
    """
    with TemporaryDirectory(prefix="parvis-bluesky-", dir=roomy_place()) as data:
        process = ServerProcess(
            [*command(install()), data],
            folder=folder,
            env={"LIMIT_RATES": "1" if limit_rates else "0", "LOG_ENABLED": "false"},
        )
        addresses = process.start(START_SECONDS)
        try:
            yield BlueskyServer(addresses["url"], addresses["plc_url"])
        finally:
            process.stop()
