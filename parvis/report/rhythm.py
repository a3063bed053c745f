"""How often something comes back, in words: “Every 2 weeks, on Monday and Friday, at 9:00”."""

from collections.abc import Sequence

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from parvis.schedule.evergreen import Shelf
from parvis.schedule.recurrence import LAST, Every, Recurrence

Rule = Recurrence | Shelf


def rhythm_of(rule: Rule) -> str:
    if isinstance(rule, Shelf):
        return _of_shelf(rule)
    told = {"every": _every(rule), "days": _days(rule), "time": _time(rule)}
    if not told["days"]:
        return _("%(every)s, at %(time)s") % told
    return _("%(every)s, %(days)s, at %(time)s") % told


def nth_words() -> list[tuple[int, str]]:
    return [
        (1, pgettext("which weekday of a month", "first")),
        (2, pgettext("which weekday of a month", "second")),
        (3, pgettext("which weekday of a month", "third")),
        (4, pgettext("which weekday of a month", "fourth")),
        (LAST, pgettext("which weekday of a month", "last")),
    ]


def _every(rule: Recurrence) -> str:
    n = rule.interval
    told = {
        Every.DAY: ngettext("Every day", "Every %(n)s days", n),
        Every.WEEK: ngettext("Every week", "Every %(n)s weeks", n),
        Every.MONTH: ngettext("Every month", "Every %(n)s months", n),
    }
    return told[rule.every] % {"n": n}


def _days(rule: Recurrence) -> str:
    if rule.every is Every.WEEK:
        return _("on %(days)s") % {"days": _listed([str(WEEKDAYS[day]) for day in rule.weekdays])}
    if rule.every is Every.MONTH and rule.nth is not None:
        nth = dict(nth_words())[rule.nth]
        return _("on the %(nth)s %(weekday)s") % {"nth": nth, "weekday": WEEKDAYS[rule.weekdays[0]]}
    if rule.every is Every.MONTH:
        is_last = rule.day == LAST
        return _("on its last day") if is_last else _("on day %(day)s") % {"day": rule.day}
    return ""


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    told = {"most": ", ".join(words[:-1]), "last": words[-1]}
    return pgettext("the end of a list", "%(most)s and %(last)s") % told


def _time(rule: Recurrence) -> str:
    told = {"hour": rule.at.hour, "minute": rule.at.minute}
    return pgettext("time of day", "%(hour)02d:%(minute)02d") % told


def _of_shelf(shelf: Shelf) -> str:
    times = ngettext(
        "In a free slot, once on each account",
        "In free slots, at most %(n)s times on each account",
        shelf.times,
    ) % {"n": shelf.times}
    rest = ngettext(
        "not before %(n)s day has passed", "not before %(n)s days have passed", shelf.rest_days
    ) % {"n": shelf.rest_days}
    return _("%(times)s, %(rest)s") % {"times": times, "rest": rest}
