"""How the calendar writes hours, marks and addresses."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import chain

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parvis.people.dates import written_date
from parvis.report.calendar import Calendar, Cell, View
from parvis.report.calendar_entries import Entry
from parvis.web.calendar_address import Asked
from parvis.web.templatetags.desk import mark, state_words

register = template.Library()


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
