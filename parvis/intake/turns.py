"""Makes the posts of series ahead of time: those of the coming two weeks, and the next one in any
case. A worker asks for it again and again, and two may ask at once.

While an account is paused or must be connected again, a turn waits until a day before its time;
then it speaks through the others, or, where there are none, is missed. The series says why.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from parvis.connections.models import Account, AccountState
from parvis.deliver.freeze import NotReady
from parvis.deliver.verbs import database_now
from parvis.intake import free_slots, occurrences
from parvis.schedule.models import Kind, Occurrence, Series, Standing
from parvis.schedule.recurrence import Recurrence, Turn, turns_of

log = logging.getLogger(__name__)

AHEAD = timedelta(days=14)
LAST_CALL = timedelta(days=1)
LOOK_EVERY = timedelta(minutes=30)
LOOK_AGAIN = timedelta(minutes=5)
LOOKED_AT_ONCE = 100


def make_what_is_due() -> int:
    """Answers how many posts were made. One series that cannot be read keeps no other from it."""
    now = database_now()
    due = Series.objects.filter(ended_at=None, look_at__lte=now).order_by("look_at", "pk")
    made = 0
    for pk in list(due.values_list("pk", flat=True)[:LOOKED_AT_ONCE]):
        try:
            made += _look_at(pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("series %s cannot be looked at", pk)
            Series.objects.filter(pk=pk).update(look_at=now + LOOK_AGAIN)
    return made + free_slots.fill_all()


def look_at(series: Series) -> int:
    """At once, as after a change."""
    return _look_at(series.pk, whenever=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """The accounts of a series: which can speak, which cannot for the moment, which are gone."""

    able: Sequence[Account]
    unable: Sequence[Account]
    gone: Sequence[Account]

    @property
    def trouble(self) -> dict[str, Any]:
        """Why a turn is not made through all of them; {} where it is."""
        if self.unable:
            return {"code": "waits", "accounts": [account.pk for account in self.unable]}
        if self.gone and not self.able:
            return {"code": "gone", "accounts": [account.pk for account in self.gone]}
        return {}


def voices_of(series: Series) -> Voices:
    accounts = list(series.accounts.select_related("workspace"))
    gone = [each for each in accounts if each.state == AccountState.DISCONNECTED]
    able = [each for each in accounts if each.can_publish and not each.is_paused]
    unable = [each for each in accounts if each not in gone and each not in able]
    return Voices(able=able, unable=unable, gone=gone)


@transaction.atomic
def _look_at(series_id: int, *, whenever: bool = False) -> int:
    """One worker at a time: who comes second finds nothing to do, or leaves it to the first."""
    now = database_now()
    locked = Series.objects.select_for_update(skip_locked=not whenever, of=("self",))
    series = locked.select_related("workspace", "author").filter(pk=series_id).first()
    if series is None or series.ended_at or (series.look_at > now and not whenever):
        return 0
    made = _recur(series, now) if series.kind == Kind.RECURRING else _shelve(series, now)
    series.save(update_fields=["look_at", "trouble", "ended_at"])
    return made


def _recur(series: Series, now: datetime) -> int:
    recurrence = Recurrence.from_json(series.rule)
    turns = list(turns_of(recurrence, series.workspace.zone, since=series.since))
    settled = set(series.occurrences.values_list("day", flat=True))
    _miss(series, [turn for turn in turns if turn.at <= now and turn.day not in settled])
    wanted = [turn for turn in _near(turns, now) if turn.day not in settled]
    series.look_at = now + LOOK_EVERY
    series.trouble = {}
    made = _make_all(series, wanted, now)
    if not any(turn.at > now for turn in turns):
        series.ended_at = now
    return made


def _near(turns: Iterable[Turn], now: datetime) -> list[Turn]:
    ahead = [turn for turn in turns if turn.at > now]
    return list(takewhile(lambda turn: turn.at <= now + AHEAD, ahead)) or ahead[:1]


def _make_all(series: Series, turns: Sequence[Turn], now: datetime) -> int:
    voices = voices_of(series)
    made = 0
    for turn in turns:
        if not voices.able or (voices.unable and turn.at > now + LAST_CALL):
            _note_trouble(series, voices.trouble, now)
            break
        made += _make(series, turn, voices, now)
    return made


def _make(series: Series, turn: Turn, voices: Voices, now: datetime) -> bool:
    left_out = [account.pk for account in (*voices.unable, *voices.gone)]
    reason = {"code": "left-out", "accounts": left_out} if left_out else {}
    try:
        with transaction.atomic():
            occurrences.make(series, turn, voices.able, reason=reason)
    except NotReady as refused:
        accounts = [account.pk for account in refused.findings]
        _note_trouble(series, {"code": "in-the-way", "accounts": accounts}, now)
        return False
    except IntegrityError as error:
        if "one_turn_per_day" not in str(error):
            raise
        return False
    return True


def _note_trouble(series: Series, trouble: dict[str, Any], now: datetime) -> None:
    series.trouble = trouble
    series.look_at = now + LOOK_AGAIN


def _miss(series: Series, turns: Iterable[Turn]) -> None:
    """What has gone by without having been made is written down with what stood in the way."""
    reason = series.trouble or {"code": "nobody-looked", "accounts": []}
    Occurrence.objects.bulk_create(
        (
            Occurrence(
                series=series, day=turn.day, at=turn.at, standing=Standing.MISSED, reason=reason
            )
            for turn in turns
        ),
        ignore_conflicts=True,
    )


def _shelve(series: Series, now: datetime) -> int:
    """Slots are filled account by account; here it only ends."""
    series.look_at = now + LOOK_EVERY
    if free_slots.has_run_out(series, now):
        series.ended_at = now
    return 0
