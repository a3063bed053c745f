"""What the contract suite needs to know of each network and to order from its server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from parvis.networks.contract import Account, AppRegistration, Connected, Network
from parvis.networks.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post as the server itself shows it; `files` are the bytes of its media."""

    remote_id: str
    text: str
    alts: tuple[str, ...]
    files: tuple[bytes, ...]
    parent_id: str = ""


class Faults(Protocol):
    """What shall befall the next request that publishes."""

    def lose_answer(self) -> None: ...

    def lose_request(self) -> None: ...

    def error_before(self) -> None: ...

    def error_after(self) -> None: ...

    def garble(self) -> None: ...

    def limit(self, seconds: float) -> None: ...

    def silence(self) -> None:
        """From now on nothing that is asked is answered, whatever it is."""
        ...


class Ground(Protocol):
    """One server, and the account of Librairie Ponts on it."""

    name: str
    app: AppRegistration | None
    """With which the account is connected, where there is one."""
    refuses_equal_texts: bool
    looks_up_by_posting: bool
    """Nothing but the refusal of an equal post tells that a post is there (a LinkedIn member), so
    that a look-up leaves one behind."""
    longest_wait: timedelta
    """Until when the server says to wait when it was told to say 90 seconds."""

    @property
    def faults(self) -> Faults: ...

    @property
    def network(self) -> Network: ...

    @property
    def origin(self) -> str: ...

    async def connect(self, http: Http) -> Connected: ...

    async def connect_with_wrong_secret(self, http: Http) -> object: ...

    def is_ours(self, connected: Connected) -> bool: ...

    def posts(self) -> list[Posted]:
        """What the account has posted, oldest first."""
        ...

    def shut_out(self, account: Account) -> Account:
        """Kills every right that was given, as a person does in the network's settings."""
        ...

    def let_processing_end(self) -> None:
        """Called when the server is still working on media."""
        ...

    def an_hour_later(self) -> datetime: ...


def account_of(connected: Connected) -> Account:
    return Account(
        network=connected.network,
        server=connected.server,
        remote_id=connected.remote_id,
        handle=connected.handle,
        tokens=connected.tokens,
        traits=connected.traits,
        way=connected.way,
    )
