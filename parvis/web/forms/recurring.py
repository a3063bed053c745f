"""When a post comes back, how often, and with which texts."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parvis.report.rhythm import nth_words
from parvis.schedule.equal_texts import MOST_TEXTS
from parvis.schedule.evergreen import LONGEST_REST, Shelf
from parvis.schedule.models import Kind
from parvis.schedule.recurrence import (
    LAST,
    LONGEST_INTERVAL,
    LONGEST_YEARS,
    MOST_REPEATS,
    Every,
    Improper,
    Recurrence,
)
from parvis.web.forms.when import within_reach

EVERY = [
    (Every.DAY.value, pgettext_lazy("interval", "days")),
    (Every.WEEK.value, pgettext_lazy("interval", "weeks")),
    (Every.MONTH.value, pgettext_lazy("interval", "months")),
]
BY_DAY, BY_LAST, BY_NTH = "day", "last", "nth"
IN_A_MONTH = [
    (BY_DAY, gettext_lazy("on the same day of the month")),
    (BY_LAST, gettext_lazy("on the last day of the month")),
    (BY_NTH, gettext_lazy("on a weekday of the month")),
]
_LONGEST_TEXT = 20_000


def _days(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=[within_reach])


def _number(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most)


class RecurringForm(forms.Form):
    """Valid with `rule` and `texts`. What belongs to another kind or rhythm is not looked at."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.RadioSelect)
    interval = _number(gettext_lazy("Every"), LONGEST_INTERVAL)
    every = forms.ChoiceField(choices=EVERY, required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"), choices=[], coerce=int, required=False
    )
    in_a_month = forms.ChoiceField(choices=IN_A_MONTH, required=False, widget=forms.RadioSelect)
    day = _number(gettext_lazy("Day"), 31)
    nth = forms.TypedChoiceField(choices=[], coerce=int, required=False)
    weekday = forms.TypedChoiceField(choices=[], coerce=int, required=False)
    at = forms.TimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    starts_on = _days(gettext_lazy("From"))
    ends_on = _days(gettext_lazy("Until"))
    times = _number(gettext_lazy("Times"), MOST_REPEATS)
    most = _number(gettext_lazy("At most so many times on each account"), MOST_REPEATS)
    rest_days = _number(gettext_lazy("Days of rest in between"), LONGEST_REST)
    shelf_ends_on = _days(gettext_lazy("Until"))

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        weekdays = [(day, str(name).capitalize()) for day, name in WEEKDAYS.items()]
        choices = {"weekdays": weekdays, "weekday": weekdays, "nth": nth_words()}
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        sent = data.getlist("text") if data is not None else (initial or {}).get("texts", [])
        self.typed = [text.replace("\r\n", "\n").replace("\x00", "") for text in sent]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each once, without those left empty; the first one stays also where it is empty."""
        first, *others = self.typed or [""]
        return tuple(dict.fromkeys([first, *(text for text in others if text.strip())]))

    @property
    def chosen_weekdays(self) -> list[int]:
        return [int(day) for day in self["weekdays"].value() or () if str(day).isdecimal()]

    @property
    def chosen_nth(self) -> str:
        return str(self["nth"].value())

    @property
    def chosen_weekday(self) -> str:
        return str(self["weekday"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if any(len(text) > _LONGEST_TEXT for text in self.typed):
            raise ValidationError(_("One of the texts is too long."))
        if not self.errors:
            try:
                is_evergreen = cleaned["kind"] == Kind.EVERGREEN
                cleaned["rule"] = self._shelf(cleaned) if is_evergreen else self._rule(cleaned)
            except Improper as improper:
                self.refuse(improper)
        return cleaned

    def refuse(self, improper: Improper) -> None:
        self.add_error(*_sentence(improper.code, self.data.get("kind", "")))

    def _shelf(self, cleaned: dict[str, Any]) -> Shelf:
        if cleaned["shelf_ends_on"] is None:
            raise Improper("no-shelf-end")
        return Shelf(
            times=cleaned["most"] or 0,
            rest_days=cleaned["rest_days"] or 0,
            ends_on=cleaned["shelf_ends_on"],
        )

    def _rule(self, cleaned: dict[str, Any]) -> Recurrence:
        if cleaned["at"] is None or cleaned["starts_on"] is None:
            raise Improper("no-start")
        return Recurrence(
            every=Every(cleaned["every"] or Every.DAY),
            interval=cleaned["interval"] or 1,
            at=cleaned["at"].replace(second=0),
            starts_on=cleaned["starts_on"],
            ends_on=cleaned["ends_on"],
            times=cleaned["times"],
            **_days_of(cleaned),
        )


def initial_of(rule: Recurrence | Shelf, texts: Sequence[str]) -> dict[str, Any]:
    if isinstance(rule, Shelf):
        own = {"most": rule.times, "rest_days": rule.rest_days, "shelf_ends_on": rule.ends_on}
        return {"kind": Kind.EVERGREEN, "texts": texts, **own}
    by = BY_NTH if rule.nth is not None else BY_LAST if rule.day == LAST else BY_DAY
    return {
        "kind": Kind.RECURRING,
        "texts": texts,
        "interval": rule.interval,
        "every": rule.every.value,
        "weekdays": list(rule.weekdays),
        "in_a_month": by,
        "day": rule.day if by == BY_DAY else rule.starts_on.day,
        "nth": rule.nth or 1,
        "weekday": rule.weekdays[0] if by == BY_NTH else rule.starts_on.weekday(),
        "at": rule.at,
        "starts_on": rule.starts_on,
        "ends_on": rule.ends_on,
        "times": rule.times,
    }


def usual(starts_on: date, at: time, texts: Sequence[str], shelf_ends_on: date) -> dict[str, Any]:
    """What is proposed for a post: every week, ten times; or a shelf."""
    every_week = Recurrence(
        every=Every.WEEK, at=at, starts_on=starts_on, weekdays=(starts_on.weekday(),), times=10
    )
    shelf = Shelf(times=6, rest_days=30, ends_on=shelf_ends_on)
    return {**initial_of(shelf, texts), **initial_of(every_week, texts)}


def _days_of(cleaned: dict[str, Any]) -> dict[str, Any]:
    if cleaned["every"] == Every.WEEK:
        return {"weekdays": tuple(sorted(cleaned["weekdays"]))}
    if cleaned["every"] != Every.MONTH:
        return {}
    if cleaned["in_a_month"] == BY_LAST:
        return {"day": LAST}
    if cleaned["in_a_month"] == BY_NTH and cleaned["nth"] != "" and cleaned["weekday"] != "":
        return {"nth": cleaned["nth"], "weekdays": (cleaned["weekday"],)}
    return {"day": cleaned["day"]}


def _sentence(code: str, kind: str) -> tuple[str | None, str]:
    """The field that it stands at, and what is said."""
    ends_on = "shelf_ends_on" if kind == Kind.EVERGREEN else "ends_on"
    told = {
        "no-weekday": ("weekdays", _("Choose a weekday at least.")),
        "no-day": ("day", _("Choose which day of the month.")),
        "no-start": ("starts_on", _("Choose a day and a time to begin with.")),
        "no-end": ("ends_on", _("Choose an end: a last day, or how many times.")),
        "no-shelf-end": ("shelf_ends_on", _("Choose a last day.")),
        "ends-before": (ends_on, _("It cannot end before it begins.")),
        "ends-too-late": (
            ends_on,
            _("It can go on for %(years)s years at most.") % {"years": LONGEST_YEARS},
        ),
        "times": (
            "most" if kind == Kind.EVERGREEN else "times",
            _("Choose how many times, from 1 to %(most)s.") % {"most": MOST_REPEATS},
        ),
        "rest": (
            "rest_days",
            _("Choose how many days, from 1 to %(most)s.") % {"most": LONGEST_REST},
        ),
        "texts": (None, _("It can have %(most)s texts at most.") % {"most": MOST_TEXTS}),
    }
    otherwise = _("It would never come: nothing of it lies ahead. Choose a later end.")
    return told.get(code, (None, otherwise))
