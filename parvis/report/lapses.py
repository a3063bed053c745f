"""Permissions that only a person can renew, and that end within days: what hangs on them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F

from parvis.connections.models import Account
from parvis.connections.verbs import lapsing_accounts
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.faces import Speaker, speaker_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """`scheduled_after` is how many deliveries are due once the permission has ended."""

    account_id: int
    speaker: Speaker
    at: datetime
    is_over: bool
    scheduled_after: int


def lapses_of(workspace: Workspace, now: datetime) -> list[Lapse]:
    """The first to end comes first."""
    accounts = lapsing_accounts(workspace)
    counts = _scheduled_after(accounts) if accounts else {}
    return [
        Lapse(
            account_id=account.pk,
            speaker=speaker_of(account),
            at=account.lapses_at,
            is_over=account.lapses_at <= now,
            scheduled_after=counts.get(account.pk, 0),
        )
        for account in accounts
        if account.lapses_at
    ]


def _scheduled_after(accounts: list[Account]) -> dict[int, int]:
    late = Delivery.objects.filter(
        account__in=accounts, state=State.SCHEDULED, due_at__gt=F("account__lapses_at")
    )
    return dict(late.order_by().values_list("account").annotate(Count("pk")))
