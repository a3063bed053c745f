"""The times of the week at which accounts usually speak, and which of the coming ones are free.

A slot is a local time of its workspace's zone. Where clocks skip it, it falls on the moment after
the jump; where they show it twice, on the first of the two. It is free while nothing of its account
is planned within its minute.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction

from parvis.connections.models import Account
from parvis.people.models import Workspace
from parvis.schedule.local_time import Repeated, Skipped, settle
from parvis.schedule.models import Slot

# A queue that is full for so long is no queue; the next slot is then looked for by hand.
HORIZON = timedelta(weeks=26)
_LOOKED_AT_ONCE = timedelta(weeks=4)
SLOT = timedelta(minutes=1)
MOST_SLOTS = 24 * 7
# What is held keeps its time until somebody has decided.
_PLANNED = ("scheduled", "claimed", "sending", "held")
# For an account that has none: workdays, late in the morning and early in the evening.
PROPOSED_DAYS = range(5)
PROPOSED_TIMES = (time(9, 30), time(17, 30))


@dataclass(frozen=True, slots=True, order=True)
class WeeklyTime:
    """`weekday` 0 is Monday."""

    weekday: int
    time: time

    def on(self, day: date, zone: ZoneInfo) -> datetime:
        """The UTC moment of that day."""
        return moment_of(datetime.combine(day, self.time), zone)


PROPOSED = tuple(WeeklyTime(day, at) for day in PROPOSED_DAYS for at in PROPOSED_TIMES)


class TooManySlots(ValueError):
    """More than MOST_SLOTS in a week. Nothing was changed."""


def has_slots(workspace: Workspace) -> bool:
    return Slot.objects.filter(account__workspace=workspace).exists()


def slots_of(account: Account) -> list[WeeklyTime]:
    """From Monday on."""
    return [WeeklyTime(slot.weekday, slot.time) for slot in account.slots.all()]


@transaction.atomic
def set_slots(account: Account, times: Iterable[WeeklyTime]) -> list[WeeklyTime]:
    """In the place of what there was. What is scheduled already stays where it is."""
    wanted = sorted({WeeklyTime(each.weekday, each.time.replace(second=0)) for each in times})
    if len(wanted) > MOST_SLOTS:
        raise TooManySlots
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    Slot.objects.filter(account=account).delete()
    Slot.objects.bulk_create(
        Slot(account=account, weekday=each.weekday, time=each.time) for each in wanted
    )
    return wanted


def add_slots(account: Account, times: Iterable[WeeklyTime]) -> list[WeeklyTime]:
    return set_slots(account, [*slots_of(account), *times])


def remove_slot(account: Account, slot: WeeklyTime) -> None:
    Slot.objects.filter(account=account, weekday=slot.weekday, time=slot.time).delete()


def next_free_slot(account: Account, after: datetime) -> datetime | None:
    """None where it has no slots, or none that is free within half a year."""
    return next_free_slot_for([account], after)


def next_free_slot_for(accounts: Sequence[Account], after: datetime) -> datetime | None:
    """The next slot of any of them that every one of them is free at; an account without slots of
    its own follows the others. All of one workspace."""
    return next(free_slots_for(accounts, after), None)


def free_slots_for(accounts: Sequence[Account], after: datetime) -> Iterator[datetime]:
    """In their order, all after `after`. Looks ahead as far as it is asked."""
    weekly = {time for account in accounts for time in slots_of(account)}
    until = after + HORIZON
    while weekly and after < until:
        end = after + _LOOKED_AT_ONCE
        taken = planned_of(accounts, after, end)
        for moment in coming(weekly, accounts[0].workspace.zone, after, end):
            if is_free(moment, taken):
                yield moment
        after = end


def planned_of(accounts: Sequence[Account], after: datetime, until: datetime) -> list[datetime]:
    """When something of any of them is to go out, in order. (Deliveries are a room further on,
    and known here by their relation alone.)"""
    planned = Account.objects.filter(
        pk__in=[account.pk for account in accounts],
        deliveries__workspace=accounts[0].workspace_id,
        deliveries__state__in=_PLANNED,
        deliveries__due_at__range=(after, until + SLOT),
    )
    return sorted(planned.values_list("deliveries__due_at", flat=True))


def coming(
    weekly: Collection[WeeklyTime], zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The moments of weekly times after `after` and up to `until`, each once, in UTC."""
    moments = (
        slot.on(day, zone)
        for day in _days(after.astimezone(zone).date(), until.astimezone(zone).date())
        for slot in sorted(weekly)
        if slot.weekday == day.weekday()
    )
    for moment, _ in groupby(moments):
        if after < moment <= until:
            yield moment


def is_free(moment: datetime, taken: Sequence[datetime]) -> bool:
    """`taken` is in order."""
    at = bisect_left(taken, moment)
    return at == len(taken) or taken[at] >= moment + SLOT


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """A slot needs no person to say which moment it means."""
    try:
        return settle(local, zone)
    except Skipped as skipped:
        return skipped.after
    except Repeated as repeated:
        return repeated.first


def _days(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(days=ahead)
