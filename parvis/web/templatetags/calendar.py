"""How the calendar writes hours, marks and addresses."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from html import escape
from itertools import chain

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from parvis.people.dates import written_date
from parvis.report.calendar import Calendar, Cell, HourRow, View
from parvis.report.calendar_entries import Entry
from parvis.web.calendar_address import Asked
from parvis.web.templatetags.desk import address_of, day, mark, monogram, state_words

register = template.Library()


@register.simple_tag
def calendar_entries(entries: Sequence[Entry], *, titled: bool = False) -> SafeString:
    """A list of them. `titled`: the text is said to a pointer, too, where it has little room."""
    pen = _pen_for(timezone.get_current_timezone(), get_language())
    written = "".join(pen.write(entry, titled=titled) for entry in entries)
    return mark_safe(f"<ul>{written}</ul>" if written else "")  # noqa: S308 - the pen escapes


class _Pen:
    """Writes entries in one zone and language. A week at a busy desk has half a thousand of them:
    as a template of its own, each would take ten times as long. What holds for all is asked once.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._clock = pgettext("time of day", "%(hour)02d:%(minute)02d")
        self._without_text = _("Picture without text")
        self._comes_back = format_html(_COMES_BACK, _("comes back"))
        self._marks: dict[str, SafeString] = {}

    def write(self, entry: Entry, *, titled: bool) -> str:
        """All that somebody wrote in it is escaped."""
        at = entry.at.astimezone(self._zone)
        text = escape(entry.text)
        return _ENTRY.format(
            title=f' title="{text}"' if titled else "",
            address=address_of("compose" if entry.is_draft else "post", entry.post_id),
            post=entry.post_id,
            seen=at.isoformat(),
            stays=f' data-stays="{entry.stays.value}"' if entry.stays else "",
            mark=self._mark(entry),
            at=self._clock % {"hour": at.hour, "minute": at.minute},
            networks=_networks(entry),
            comes_back=self._comes_back if entry.series else "",
            campaign=_campaign(entry.campaign, entry.colour) if entry.campaign else "",
            text=text or self._without_text,
        )

    def _mark(self, entry: Entry) -> SafeString:
        if entry.state not in self._marks:
            self._marks[entry.state] = entry_mark(entry)
        return self._marks[entry.state]


@lru_cache(maxsize=16)
def _pen_for(zone: tzinfo, language: str | None) -> _Pen:
    return _Pen(zone)


_ENTRY = (
    '<li{title}><a class="entry" draggable="true" href="{address}" data-post="{post}" '
    'data-seen="{seen}"{stays}><span class="when">{mark}<span class="clock">{at}</span>{networks}'
    '{comes_back}</span><span class="said" dir="auto">{campaign}{text}</span></a></li>'
)


_COMES_BACK = '<span role="img" aria-label="{0}" title="{0}">↻</span>'


def _networks(entry: Entry) -> str:
    """Three have room; of more the first two, and how many others there are."""
    places = entry.places if len(entry.places) <= 3 else entry.places[:2]
    others = len(entry.places) - len(places)
    named = "".join(monogram(place.network) for place in places)
    return f"{named}<span>+{others}</span>" if others else named


@lru_cache(maxsize=256)
def _campaign(name: str, colour: str) -> SafeString:
    return format_html(
        '<span class="dot dot-{0}" role="img" aria-label="{1}" title="{1}"></span>', colour, name
    )


@register.simple_tag
def week_cells(asked: Asked, row: HourRow) -> SafeString:
    """One hour of each day, from Monday on."""
    return mark_safe("".join(_week_cell(asked, cell) for cell in row.cells))  # noqa: S308 - escaped below


def _week_cell(asked: Asked, cell: Cell) -> str:
    return _CELL.format(
        at=cell.start.isoformat(timespec="hours"),
        now=' class="now"' if cell.is_now else "",
        entries=calendar_entries(cell.entries),
        fold=calendar_fold(asked, cell, cell.start) if cell.more else "",
    )


_CELL = '<td data-at="{at}"{now}>{entries}{fold}</td>'


@register.simple_tag
def calendar_fold(asked: Asked, cell: Cell, from_hour: datetime | None = None) -> SafeString:
    """Leads to what a cell has no room for. `from_hour` is what the clocks show."""
    return format_html(
        '<a class="fold" href="{}">{}<span class="heard">, {}</span></a>',
        calendar_address(asked, View.AGENDA, cell.date, from_hour),
        _so_many_more(cell.more, get_language()),
        day(cell.date),
    )


@lru_cache(maxsize=256)
def _so_many_more(count: int, language: str | None) -> str:
    return ngettext("%(n)s more", "%(n)s more", count) % {"n": count}


@register.simple_tag
def calendar_address(asked: Asked, view: str, day: date, from_hour: datetime | None = None) -> str:
    """With the same choice of entries. `from_hour` is what the clocks show."""
    after = None if from_hour is None else (timezone.make_aware(from_hour), 0)
    return asked.but(view=View(view), day=day, after=after).address


@register.filter
def weekday(day: date) -> str:
    """“Mon 20”."""
    return written_date(day, pgettext("day of a week, Django’s date format", "D j"))


@register.filter
def is_gone(week: Sequence[Cell], calendar: Calendar) -> bool:
    """Weeks before this one stand low in this month, so that what comes is in view."""
    return calendar.first <= calendar.today <= calendar.last and week[-1].date < calendar.today


@register.filter
def campaigns_shown(calendar: Calendar) -> list[tuple[str, str]]:
    """Name and colour of each campaign that has an entry here."""
    cells = chain(*calendar.weeks, *(row.cells for row in calendar.hours))
    shown = (*(cell.entries for cell in cells), *(day.entries for day in calendar.agenda))
    entries = chain.from_iterable(shown)
    return sorted({(entry.campaign, entry.colour) for entry in entries if entry.campaign})


@register.simple_tag
def full_hour(hour: time) -> str:
    """As the score writes it: “9:00”, “9 h”."""
    return pgettext("full hour", "%(hour)d:00") % {"hour": hour.hour}


@register.simple_tag
def entry_mark(entry: Entry) -> SafeString:
    """The mark of its state; a draft's is a ring that is not closed yet."""
    if entry.state:
        return mark(entry.state, state_words(entry.state))
    return format_html(_DRAFT, _("planned draft"))


_DRAFT = (
    '<svg class="mark mark-draft" viewBox="-7 -7 14 14" role="img" aria-label="{}">'
    '<use href="#mark-due" x="-7" y="-7" width="14" height="14"/></svg>'
)
