"""The accounts of a workspace, with what hangs on each."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from parvis.connections.models import Account, AccountState
from parvis.connections.verbs import LAPSE_ANNOUNCED
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.faces import Speaker
from parvis.report.sentences import sentence_for_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """`renewed_before` is None where the permission has no end, `lapses_at` where it goes on
    without a person, `paused_at` where nobody has paused it. `problem` of a connected account keeps
    it from being renewed, not from posting. Counts are deliveries."""

    account_id: int
    network: str
    handle: str
    is_sandbox: bool
    display_name: str
    host: str
    state: str
    problem: str
    renewed_before: datetime | None
    lapses_at: datetime | None
    is_renewed: bool
    waits_until: datetime | None
    paused_at: datetime | None
    scheduled: int
    held: int

    @property
    def named(self) -> str:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox).named

    @property
    def is_connected(self) -> bool:
        return self.state == AccountState.CONNECTED

    @property
    def is_disconnected(self) -> bool:
        return self.state == AccountState.DISCONNECTED

    @property
    def lapses_soon(self) -> bool:
        """So soon, or already, that its owner is told on every page that shows it."""
        ends = self.lapses_at
        return self.is_connected and ends is not None and ends < now() + LAPSE_ANNOUNCED

    @property
    def mark(self) -> str:
        """The account's state in the marks of deliveries: a disc, a triangle or a dash."""
        return _MARKS[AccountState(self.state)]

    @property
    def words(self) -> str:
        return str(AccountState(self.state).label)


_MARKS = {
    AccountState.CONNECTED: State.PUBLISHED,
    AccountState.NEEDS_RECONNECT: State.HELD,
    AccountState.DISCONNECTED: State.CANCELLED,
}


def account_lines(workspace: Workspace) -> list[AccountLine]:
    """Also the disconnected ones: their history and what they hold are still here."""
    return [_line(account) for account in _counted(workspace)]


def account_line(account: Account) -> AccountLine:
    return _line(_counted(account.workspace).get(pk=account.pk))


def _counted(workspace: Workspace) -> QuerySet[Account]:
    """Counts what is still to be done, however much was done before."""
    scheduled = Delivery.objects.filter(state=State.SCHEDULED)
    held = Delivery.objects.filter(
        workspace=OuterRef("workspace"), state=State.HELD, post__deleted_at=None
    )
    accounts = Account.objects.filter(workspace=workspace).annotate(
        scheduled=_number_of(scheduled), held=_number_of(held)
    )
    return accounts.defer("stored_traits", "sealed_tokens", "scopes")


def _number_of(deliveries: QuerySet[Delivery]) -> Coalesce:
    of_each = deliveries.filter(account=OuterRef("pk")).order_by().values("account")
    return Coalesce(Subquery(of_each.annotate(number=Count("pk")).values("number")), 0)


def _line(account: Account) -> AccountLine:
    return AccountLine(
        account_id=account.pk,
        network=account.network,
        handle=account.handle,
        is_sandbox=account.is_sandbox,
        display_name=account.display_name,
        host=urlsplit(account.server).netloc,
        state=account.state,
        problem=_problem(account),
        renewed_before=account.token_expires_at,
        lapses_at=account.lapses_at,
        is_renewed=account.refresh_at is not None,
        waits_until=account.waits_until,
        paused_at=account.paused_at,
        scheduled=account.scheduled,  # type: ignore[attr-defined]  # annotated
        held=account.held,  # type: ignore[attr-defined]  # annotated
    )


def _problem(account: Account) -> str:
    if not account.problem_code:
        return account.problem
    return sentence_for_reason(account.problem_code, account.problem_facts, account.problem)
