"""How the desk writes times, states and networks. A builtin of every template."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as written_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from parvis.report.faces import Face, face_of
from parvis.report.marks import mark_of

register = template.Library()


@register.filter
def clock(moment: datetime) -> str:
    """The time on the workspace's clock: “14:05”, “14 h 05”."""
    return timezone.localtime(moment).strftime(pgettext("time of day, strftime", "%H:%M"))


@register.filter
def day(moment: datetime | date) -> str:
    """“Thursday 20 April”; the year is said when it is another than this one."""
    local = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    if local.year == timezone.localdate().year:
        return written_date(local, pgettext("day, Django’s date format", "l j F"))
    return written_date(local, pgettext("day with year, Django’s date format", "l j F Y"))


@register.filter
def moment(when: datetime) -> str:
    """“Thursday 20 April, 14:05”."""
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": day(when), "time": clock(when)}


@register.filter
def to_the_second(when: datetime) -> str:
    """For the trace of an attempt."""
    time = timezone.localtime(when).strftime(pgettext("time of day, strftime", "%H:%M:%S"))
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": day(when), "time": time}


@register.filter
def face(network: str) -> Face:
    return face_of(network)


@register.simple_tag
def monogram(network: str) -> SafeString:
    """A network's letters, drawn by us, with its name for those who hear the page."""
    shown = face_of(network)
    return format_html(
        '<span class="net" role="img" aria-label="{0}" title="{0}">{1}</span>',
        shown.label,
        shown.monogram,
    )


@register.simple_tag
def mark(state: str, words: str = "") -> SafeString:
    """The mark of a delivery's state. `words` are read aloud; without them it is decoration."""
    described = (
        format_html('role="img" aria-label="{}"', words)
        if words
        else format_html('aria-hidden="true"')
    )
    return format_html(
        '<svg class="mark mark-{0}" viewBox="-7 -7 14 14" {1}><use href="#mark-{0}"/></svg>',
        mark_of(state),
        described,
    )


@register.inclusion_tag("parvis/parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with its label, help and errors."""
    return {"field": bound}
