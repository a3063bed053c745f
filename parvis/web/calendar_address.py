"""What the calendar's address asks for, and the addresses of the calendar's other pages."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from parvis.report.calendar import View
from parvis.report.calendar_entries import Filters, Kind
from parvis.web.forms.when import FIRST_YEAR, LAST_YEAR

_IDS = ("account", "campaign", "tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What cannot be read asks for nothing. `after` is the key of the last entry already shown."""

    view: View
    day: date
    filters: Filters = field(default_factory=Filters)
    all_hours: bool = False
    after: tuple[datetime, int] | None = None

    @property
    def address(self) -> str:
        """A page may have a thousand of them, which differ at their ends."""
        return f"{_page(self.view, self.filters, self.all_hours)}&{urlencode(self._place)}"

    @property
    def query(self) -> str:
        return self.address.partition("?")[2]

    @property
    def _place(self) -> dict[str, str]:
        place = {"day": self.day.isoformat()}
        if self.after:
            place["after"] = written_key(self.after)
        return place

    def but(self, **changes: Any) -> "Asked":
        """Another page of the same calendar, from its beginning on."""
        return replace(self, **{"after": None, **changes})


@lru_cache(maxsize=64)
def _page(view: View, filters: Filters, all_hours: bool) -> str:
    query = {"view": view.value}
    for name in _IDS:
        if chosen := getattr(filters, name):
            query[name] = str(chosen)
    if filters.kind:
        query["state"] = filters.kind.value
    if all_hours:
        query["hours"] = "all"
    return f"{reverse('calendar')}?{urlencode(query)}"


def asked_by(query: QueryDict, today: date) -> Asked:
    view, kind = query.get("view", ""), query.get("state", "")
    return Asked(
        view=View(view) if view in set(View) else View.MONTH,
        day=_day(query.get("day", "")) or today,
        filters=Filters(
            **{name: _number(query.get(name, "")) for name in _IDS},
            kind=Kind(kind) if kind in set(Kind) else None,
        ),
        all_hours=query.get("hours") == "all",
        after=read_key(query.get("after", "")),
    )


def _day(written: str) -> date | None:
    try:
        day = parse_date(written)
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _number(written: str) -> int | None:
    is_one = written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if is_one else None


def written_key(key: tuple[datetime, int] | None) -> str:
    """Where a page goes on."""
    return f"{key[0].isoformat()}~{key[1]}" if key else ""


def read_key(written: str) -> tuple[datetime, int] | None:
    at, _, post_id = written.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    number = _number(post_id)
    return None if moment is None or moment.tzinfo is None or number is None else (moment, number)
