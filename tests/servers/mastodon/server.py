"""The running Mastodon server and what tests ask it, through its own API."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.mastodon.cast import CHARLIE, PONTS, Member
from tests.servers.processes import ServerProcess

START_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonAccount:
    username: str
    id: str
    token: str = field(repr=False)


class MastodonServer:
    """A Mastodon at `url` where `ponts` publishes and `charlie` reads.

    It is a stand-in, milder than Mastodon: scopes, PKCE and client secrets are not checked, an
    idempotency key never ages, and a wrong token reads what is public instead of being refused.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.ponts = self._account_of(PONTS)
        self.charlie = self._account_of(CHARLIE)

    @property
    def token(self) -> str:
        """A token of `ponts` that may read and write."""
        return self.ponts.token

    def new_token(self, account: MastodonAccount) -> str:
        """Another token of the account, for a test that will revoke it."""
        who = {"username": account.username}
        issued = ask("POST", f"{self.url}/api/v1/_mock/login", json=who).confirmed()
        return str(issued.json["access_token"])

    def revoke(self, token: str) -> None:
        """What a person does in Mastodon's settings to shut a tool out."""
        ask("POST", f"{self.url}/oauth/revoke", form={"token": token}).confirmed()

    def statuses(self, account: MastodonAccount) -> list[dict[str, Any]]:
        """The latest forty statuses of the account, newest first."""
        found: list[dict[str, Any]] = (
            ask(
                "GET",
                f"{self.url}/api/v1/accounts/{account.id}/statuses",
                query={"limit": "40"},
                token=account.token,
            )
            .confirmed()
            .json
        )
        return found

    def texts(self, account: MastodonAccount) -> list[str]:
        """What the latest forty statuses of the account say, as it was sent, newest first."""
        return [self.source(status["id"]) for status in self.statuses(account)]

    def source(self, status_id: str) -> str:
        """The text of a status as it was sent."""
        answer = ask("GET", f"{self.url}/api/v1/statuses/{status_id}/source", token=self.token)
        return str(answer.confirmed().json["text"])

    def post(
        self, account: MastodonAccount, text: str, *, in_reply_to: str | None = None
    ) -> dict[str, Any]:
        """A status by `account`, such as a reader's reply."""
        wanted = {"status": text, "visibility": "public", "in_reply_to_id": in_reply_to}
        posted: dict[str, Any] = (
            ask("POST", f"{self.url}/api/v1/statuses", json=wanted, token=account.token)
            .confirmed()
            .json
        )
        return posted

    def favourite(self, account: MastodonAccount, status_id: str) -> None:
        url = f"{self.url}/api/v1/statuses/{status_id}/favourite"
        ask("POST", url, token=account.token).confirmed()

    def reset(self) -> None:
        """Forgets every status, app and token but those of the cast."""
        ask("POST", f"{self.url}/api/v1/_mock/reset").confirmed()
        self.ponts = self._account_of(PONTS)
        self.charlie = self._account_of(CHARLIE)

    def _account_of(self, member: Member) -> MastodonAccount:
        url = f"{self.url}/api/v1/accounts/verify_credentials"
        known = ask("GET", url, token=member.token).confirmed().json
        return MastodonAccount(username=known["username"], id=known["id"], token=member.token)


@contextmanager
def running_mastodon(folder: Path) -> Iterator[MastodonServer]:
    """A server of its own; uploaded media lie in `folder`."""
    media = folder / "media"
    media.mkdir(parents=True)
    process = ServerProcess(
        [sys.executable, "-m", "tests.servers.mastodon.serve", str(media)], folder=folder
    )
    addresses = process.start(START_SECONDS)
    try:
        yield MastodonServer(addresses["url"])
    finally:
        process.stop()
