"""How long something took or lies back, as people say it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


def span_in_words(seconds: float) -> str:
    """In the largest unit of which it holds two, or one exactly: “90 seconds”, “3 hours”."""
    whole = max(round(seconds), 0)
    if _is_told_in(_DAY, whole):
        return ngettext("%(n)s day", "%(n)s days", _count(whole, _DAY)) % {"n": _count(whole, _DAY)}
    if _is_told_in(_HOUR, whole):
        hours = _count(whole, _HOUR)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if _is_told_in(_MINUTE, whole):
        minutes = _count(whole, _MINUTE)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if whole == 0:
        return _("less than a second")
    return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}


def _is_told_in(unit: int, seconds: int) -> bool:
    return seconds == unit or seconds >= 2 * unit


def _count(seconds: int, unit: int) -> int:
    return round(seconds / unit)
