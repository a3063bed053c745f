"""How many follow an account: counted once a day, sparingly where that costs money."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from parvis.config.reach import all_networks
from parvis.connections.models import Account, AccountState
from parvis.engagement.models import AccountFigures, Pace, Reading
from parvis.engagement.rhythms import pace_of
from parvis.networks.contract import CountsFollowers
from parvis.networks.measures import Standing

AT_ONCE = 20
# Whoever has just connected an account has other questions to it.
_NOT_BEFORE = timedelta(hours=1)
_EVERY = {Pace.NORMAL: timedelta(days=1), Pace.LEAN: timedelta(days=7)}


def take_due(now: datetime) -> list[Account]:
    """Those whose turn it is. They are marked as counted, so that no other worker takes them."""
    with transaction.atomic():
        due = [account for account in _perhaps_due(now) if _is_due(account, now)][:AT_ONCE]
        Reading.objects.bulk_create(
            [Reading(account=account, counted_at=now) for account in due],
            update_conflicts=True,
            unique_fields=["account"],
            update_fields=["counted_at"],
        )
    return due


def keep(account: Account, standing: Standing, now: datetime) -> None:
    counts = {"followers": standing.followers, "posts": standing.posts}
    day = now.astimezone(account.workspace.zone).date()
    AccountFigures.objects.update_or_create(account=account, day=day, defaults=counts)


def _perhaps_due(now: datetime) -> list[Account]:
    counting = [name for name, one in all_networks().items() if isinstance(one, CountsFollowers)]
    rare = Q(reading=None) | Q(reading__counted_at=None)
    accounts = Account.objects.filter(
        rare | Q(reading__counted_at__lte=now - min(_EVERY.values())),
        network__in=counting,
        connected_at__lte=now - _NOT_BEFORE,
        state=AccountState.CONNECTED,
    )
    # Two workers that look at once take different ones.
    locked = accounts.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(locked.select_related("workspace", "reading").order_by("pk"))


def _is_due(account: Account, now: datetime) -> bool:
    reading: Reading | None = getattr(account, "reading", None)
    pause = _EVERY.get(pace_of(account, reading, now.date()))
    if pause is None:
        return False
    return reading is None or reading.counted_at is None or reading.counted_at <= now - pause
