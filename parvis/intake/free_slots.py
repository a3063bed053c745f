"""Fills slots that are still free shortly before with evergreen posts.

A slot is left to people for as long as it can be: what stays free two days ahead is filled, by what
its account has not said for longest.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Count, Max, Q

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver.freeze import NotReady
from parvis.deliver.verbs import database_now
from parvis.intake import occurrences
from parvis.schedule.evergreen import Candidate, Shelf, fairest
from parvis.schedule.models import Kind, Occurrence, Series, Standing
from parvis.schedule.recurrence import Turn
from parvis.schedule.slots import free_slots_for

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=48)


def fill_all() -> int:
    """Answers how many posts were made. One account keeps no other from its own."""
    speaking = Account.objects.filter(
        series__kind=Kind.EVERGREEN, series__ended_at=None, state=AccountState.CONNECTED
    ).filter(paused_at=None, workspace__paused_at=None, slots__isnull=False)
    made = 0
    for pk in list(speaking.distinct().values_list("pk", flat=True)):
        try:
            made += _fill(pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("slots of account %s cannot be filled", pk)
    return made


def has_run_out(series: Series, now: datetime) -> bool:
    """Its last day has gone by, or every account has said it as often as it may."""
    shelf = Shelf.from_json(series.rule)
    if now.astimezone(series.workspace.zone).date() > shelf.ends_on:
        return True
    said = occurrences.said_in(series)
    often = {each["account"]: each["n"] for each in said.values("account").annotate(n=Count("pk"))}
    accounts = series.accounts.exclude(state=AccountState.DISCONNECTED)
    open_ = [pk for pk in accounts.values_list("pk", flat=True) if often.get(pk, 0) < shelf.times]
    waits = said.filter(at__gt=now).exists()
    return not open_ and not waits and accounts.exists()


@transaction.atomic
def _fill(account_id: int) -> int:
    """Who fills slots of an account comes one after the other, as people do who queue."""
    now = database_now()
    locked = Account.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    account = locked.select_related("workspace").filter(pk=account_id).first()
    if account is None:
        return 0
    return sum(_fill_slot(account, slot) for slot in _open_slots(account, now))


def _open_slots(account: Account, now: datetime) -> list[datetime]:
    """A slot that was given once stays settled, also where a person has emptied it since."""
    near = takewhile(lambda slot: slot <= now + AHEAD, free_slots_for([account], now))
    settled = Occurrence.objects.filter(account=account, at__gt=now)
    given = set(settled.values_list("at", flat=True))
    return [slot for slot in near if slot not in given]


def _fill_slot(account: Account, slot: datetime) -> bool:
    day = slot.astimezone(account.workspace.zone).date()
    candidates = {one.series_id: one for one in _candidates(account)}
    while candidates and (chosen := fairest(candidates.values(), day)):
        if _say(chosen.series_id, account, Turn(slot, day)):
            return True
        del candidates[chosen.series_id]
    return False


def _say(series_id: int, account: Account, turn: Turn) -> bool:
    going_on = Series.objects.select_for_update(of=("self",)).filter(ended_at=None)
    series = going_on.select_related("workspace", "author").filter(pk=series_id).first()
    if series is None:
        return False
    try:
        with transaction.atomic():
            occurrences.make(series, turn, [account], account=account)
    except NotReady:
        Series.objects.filter(pk=series_id).update(
            trouble={"code": "in-the-way", "accounts": [account.pk]}
        )
        return False
    except IntegrityError as error:
        if "one_evergreen_per_slot" not in str(error):
            raise
        return False
    Series.objects.filter(pk=series_id).update(trouble={})
    return True


def _candidates(account: Account) -> Iterator[Candidate]:
    on_it = Q(occurrences__account=account, occurrences__standing=Standing.MADE)
    said = on_it & Q(occurrences__post__isnull=False, occurrences__post__deleted_at=None)
    shelf = Series.objects.filter(kind=Kind.EVERGREEN, ended_at=None, accounts=account)
    counted = shelf.annotate(
        said=Count("occurrences", filter=said),
        last=Max("occurrences__post__planned_at", filter=said),
    )
    first = _said_at_first(account)
    for series in counted.order_by("pk"):
        known = [at for at in (series.last, first.get(series.began_from_id)) if at]
        yield Candidate(
            series_id=series.pk,
            shelf=Shelf.from_json(series.rule),
            said=series.said,
            last=max(known).astimezone(account.workspace.zone) if known else None,
        )


def _said_at_first(account: Account) -> dict[int | None, datetime]:
    """When the account said, or will say, the posts that its series were made of."""
    series = Series.objects.filter(kind=Kind.EVERGREEN, ended_at=None, accounts=account)
    posts = Post.objects.filter(
        pk__in=series.values("began_from"), deliveries__account=account, deleted_at=None
    ).filter(handed_over_at__isnull=False)
    return {pk: at for pk, at in posts.values_list("pk", "planned_at") if at is not None}
