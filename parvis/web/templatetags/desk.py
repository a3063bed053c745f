"""How the desk writes times, states and networks. A builtin of every template."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from parvis.connections.models import Account
from parvis.deliver.states import State
from parvis.networks import present
from parvis.people.dates import written_date
from parvis.report.excerpts import shortened
from parvis.report.faces import Speaker, face_of, speaker_of
from parvis.report.marks import mark_of

register = template.Library()


@register.filter
def clock(moment: datetime) -> str:
    """The time on the workspace's clock: “14:05”, “14 h 05”."""
    return pgettext("time of day", "%(hour)02d:%(minute)02d") % _hands(moment)


@register.filter
def hands(at: time) -> str:
    """A time of the week as `clock` writes one of a day."""
    told = {"hour": at.hour, "minute": at.minute}
    return pgettext("time of day", "%(hour)02d:%(minute)02d") % told


@register.filter
def day(moment: datetime | date) -> str:
    """“Thursday 20 April”; the year is said when it is another than this one."""
    local = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    is_of_this_year = local.year == timezone.localdate(present.now()).year
    return _written_day(local, get_language(), is_of_this_year=is_of_this_year)


# A list writes the same few days again and again.
@lru_cache(maxsize=512)
def _written_day(local: date, language: str | None, *, is_of_this_year: bool) -> str:
    if is_of_this_year:
        return written_date(local, pgettext("day, Django’s date format", "l j F"))
    return written_date(local, pgettext("day with year, Django’s date format", "l j F Y"))


@register.filter
def moment(when: datetime) -> str:
    """“Thursday 20 April, 14:05”; with its offset where the clocks show this time twice."""
    return with_offset(when) if _is_shown_twice(when) else _day_and_time(when)


def with_offset(when: datetime) -> str:
    """“Sunday 31 October, 02:30 (UTC+02:00)”."""
    offset = timezone.localtime(when).strftime("%z")
    told = {"moment": _day_and_time(when), "offset": f"{offset[:3]}:{offset[3:]}"}
    return _("%(moment)s (UTC%(offset)s)") % told


@register.filter
def to_the_second(when: datetime) -> str:
    """For the trace of an attempt: “Sun 22 Nov, 9:00:04”."""
    time = pgettext("time of day", "%(hour)02d:%(minute)02d:%(second)02d") % _hands(when)
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": _short_day(when), "time": time}


@register.filter
def hour(moment: datetime) -> str:
    """A full hour on the score: “9”, “9 h”."""
    return pgettext("full hour", "%(hour)d:00") % _hands(moment)


@register.filter
def soon(when: datetime) -> str:
    """The time alone when it is today; else with its day: “Sun 22 Nov, 9:00”."""
    if timezone.localdate(when) == timezone.localdate(present.now()):
        return clock(when)
    told = {"day": _short_day(when), "time": clock(when)}
    return pgettext("day and time", "%(day)s, %(time)s") % told


@register.filter(name="shortened")
def shortened_to(text: str, length: int) -> str:
    return shortened(text, length)


@register.filter
def is_ahead(when: datetime | None) -> bool:
    return when is not None and when > present.now()


@register.filter
def zone_name(zone: str) -> str:
    """“America/New_York” as people write it."""
    return zone.replace("_", " ")


@register.filter
def face_label(network: str) -> str:
    return face_of(network).label


@register.filter
def in_words(places: Sequence[Speaker]) -> str:
    """“Bluesky, Mastodon (sandbox)”: the networks of these places, each once."""
    named = (replace(place, handle=face_label(place.network)).named for place in places)
    return ", ".join(dict.fromkeys(named))


@register.filter
def named(account: Account) -> str:
    """For a sentence, where no mark can stand beside the handle."""
    return speaker_of(account).named


@register.filter
def shape(state: str) -> str:
    return mark_of(state)


@register.filter
def state_words(state: str) -> str:
    return str(State(state).label)


@register.filter
def with_commands(sentence: str) -> SafeString:
    """A sentence whose commands, `between backticks`, are set as such."""
    parts = (conditional_escape(part) for part in sentence.split("`"))
    return mark_safe("".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts)))  # noqa: S308 - escaped just now


@register.simple_tag
def address_of(page: str, number: int) -> str:
    """What `url` answers for a page whose address has one number, where a list has many."""
    before, after = _around_number(page)
    return f"{before}{number}{after}"


@cache
def _around_number(page: str) -> tuple[str, str]:
    before, _zero, after = reverse(page, args=(0,)).rpartition("/0/")
    return f"{before}/", f"/{after}"


@register.simple_tag
@lru_cache(maxsize=64)
def monogram(network: str) -> SafeString:
    """A network's letters, drawn by us, with its name for those who hear the page."""
    shown = face_of(network)
    return format_html(
        '<span class="net" role="img" aria-label="{0}" title="{0}">{1}</span>',
        shown.label,
        shown.monogram,
    )


@register.simple_tag
def speaker(account: Speaker, name: str = "") -> SafeString:
    """An account wherever it appears: its network’s letters, its handle (or `name`), and the mark
    of the sandbox if it is one of its accounts."""
    mark_of_it = sandbox_mark() if account.is_sandbox else SafeString()
    return _who(account.network, account.handle, name, mark_of_it)


# A page may name the same few accounts a thousand times.
@lru_cache(maxsize=1024)
def _who(network: str, handle: str, name: str, sandbox: SafeString) -> SafeString:
    return format_html(
        '<span class="who{0}">{1}<span title="{2}">{3}</span>{4}</span>',
        " in-sandbox" if sandbox else "",
        monogram(network),
        handle,
        name or handle,
        sandbox,
    )


@register.simple_tag
def sandbox_mark() -> SafeString:
    return format_html(
        '<span class="sandbox-mark" title="{}">{}</span>',
        _("What it says is on no real network."),
        _("Sandbox"),
    )


_MARK = (
    '<svg class="mark mark-{0}" viewBox="-7 -7 14 14" {1}>'
    '<use href="#mark-{0}" x="-7" y="-7" width="14" height="14"/></svg>'
)


@register.simple_tag
def options(choices: Iterable[tuple[object, str]], chosen: object = None) -> SafeString:
    """The options of a list to choose from, each a value and what it is called."""
    told = ((value, _SELECTED if value == chosen else "", words) for value, words in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', told)


_SELECTED = SafeString(" selected")


@register.simple_tag
@lru_cache(maxsize=256)
def mark(state: str, words: str = "") -> SafeString:
    """The mark of a delivery's state. `words` are read aloud; without them it is decoration."""
    heard = 'role="img" aria-label="{}"' if words else 'aria-hidden="true"'
    return format_html(
        _MARK,
        mark_of(state),
        format_html(heard, words),
    )


@register.inclusion_tag("parvis/parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with its label, help and errors."""
    return {"field": bound}


@register.simple_tag
def suggestions(words: Iterable[str]) -> SafeString:
    """What a field proposes while one types: the inside of a datalist."""
    return format_html_join("", '<option value="{}"></option>', ((word,) for word in words))


def _day_and_time(when: datetime) -> str:
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": day(when), "time": clock(when)}


def _is_shown_twice(when: datetime) -> bool:
    local = timezone.localtime(when)
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _hands(when: datetime) -> dict[str, int]:
    """What the workspace's clock shows."""
    local = timezone.localtime(when)
    return {"hour": local.hour, "minute": local.minute, "second": local.second}


def _short_day(when: datetime) -> str:
    return _written_short(timezone.localtime(when).date(), get_language())


@lru_cache(maxsize=512)
def _written_short(local: date, language: str | None) -> str:
    return written_date(local, pgettext("short day, Django’s date format", "D j M"))
