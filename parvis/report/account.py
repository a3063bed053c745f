"""One account, whole: how it came here, what it may do, how long that holds, what it can carry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.report.accounts import AccountLine, account_line
from parvis.report.allowances import AllowanceLine, allowance_lines, wait_in_words
from parvis.report.limits import limits_in_words
from parvis.report.network_phrases import CONNECTED_BY, ENDS_BY, SCOPES

COMING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """`words` is empty for one that this version does not know."""

    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    post_id: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """`refresh_at` is None where nothing is renewed by itself, `lapses_at` where no end is
    foreseen; `ends_by` says what may end it all the same. `wait` says until when the network lets
    it post nothing; empty when it may. `coming` is what goes out next."""

    line: AccountLine
    server: str
    connected_by: str
    connected_at: datetime
    refreshed_at: datetime | None
    refresh_at: datetime | None
    expires_at: datetime | None
    lapses_at: datetime | None
    ends_by: str
    permissions: tuple[Permission, ...]
    limits: tuple[str, ...]
    allowances: tuple[AllowanceLine, ...]
    wait: str
    coming: tuple[Coming, ...]


def account_facts(account: Account) -> AccountFacts:
    return AccountFacts(
        line=account_line(account),
        server=account.server,
        connected_by=_connected_by(account),
        connected_at=account.connected_at,
        refreshed_at=account.refreshed_at,
        refresh_at=account.refresh_at,
        expires_at=account.token_expires_at,
        lapses_at=account.lapses_at,
        ends_by=str(ENDS_BY.get((account.network, account.way), ENDS_BY.get(account.network, ""))),
        permissions=permissions_in_words(account.scopes),
        limits=limits_in_words(account.traits),
        allowances=allowance_lines(account),
        wait=wait_in_words(account),
        coming=tuple(_coming(account)),
    )


def permissions_in_words(scopes: Iterable[str]) -> tuple[Permission, ...]:
    return tuple(Permission(name=name, words=str(SCOPES.get(name, ""))) for name in scopes)


def _coming(account: Account) -> Iterator[Coming]:
    scheduled = Delivery.objects.filter(account=account, state=State.SCHEDULED)
    for delivery in scheduled.order_by("due_at", "pk")[:COMING]:
        text = delivery.parts[0]["text"] if delivery.parts else ""
        yield Coming(post_id=delivery.post_id, text=text, at=delivery.due_at)


def _connected_by(account: Account) -> str:
    """An account that an earlier version connected may name no way."""
    known = CONNECTED_BY.get((account.network, account.way))
    return str(known) if known else ""
