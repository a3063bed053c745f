"""The slots of a week as a person writes them: the times of each day."""

import re
from collections.abc import Iterable, Iterator
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from parvis.schedule.slots import WeeklyTime

_SEPARATOR = re.compile(r"[,;\s]+")
_HOUR_SIGN = re.compile(r"\s*[hH]\s*")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})?)?")


class SlotsForm(forms.Form):
    """Valid with `times`. One field per day, from Monday on: “9:30, 17:30”, “9 h 30”."""

    def __init__(self, data: Any = None, *, times: Iterable[WeeklyTime] = ()) -> None:
        written = list(times)
        super().__init__(data, initial={_name(day): _written(day, written) for day in WEEKDAYS})
        for day, name in WEEKDAYS.items():
            self.fields[_name(day)] = forms.CharField(
                label=str(name).capitalize(),
                required=False,
                max_length=1000,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )

    @property
    def times(self) -> list[WeeklyTime]:
        return [slot for day in WEEKDAYS for slot in self.cleaned_data[_name(day)]]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own way
        for day in WEEKDAYS:
            try:
                self.cleaned_data[_name(day)] = list(_read(day, self.cleaned_data.get(_name(day))))
            except ValidationError as error:
                self.add_error(_name(day), error)


def _name(day: int) -> str:
    return f"day{day}"


def _written(day: int, times: Iterable[WeeklyTime]) -> str:
    return ", ".join(f"{slot.time:%H:%M}" for slot in times if slot.weekday == day)


def _read(day: int, typed: str | None) -> Iterator[WeeklyTime]:
    """Raises ValidationError, which names what is no time."""
    for word in _SEPARATOR.split(_HOUR_SIGN.sub(":", typed or "").strip()):
        if word:
            yield WeeklyTime(day, _time(word))


def _time(word: str) -> time:
    found = _TIME.fullmatch(word)
    try:
        if found is None:
            raise ValueError(word)
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        raise ValidationError(
            _("“%(word)s” is no time. Write times as 9:30, 17:30.") % {"word": word}
        ) from None
