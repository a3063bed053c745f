"""A date and a time on the workspace's clock, turned into one moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.schedule.local_time import Repeated, Skipped, settle
from parvis.web.templatetags.desk import with_offset

FIRST_YEAR, LAST_YEAR = 1970, 2199


def within_reach(chosen: date) -> None:
    """Far beyond lies nothing but a slip, and in the end years that no clock can show."""
    if not FIRST_YEAR <= chosen.year <= LAST_YEAR:
        raise ValidationError(
            _("Choose a date between %(first)s and %(last)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the moments that a local time may mean. `value` is what its button sends."""

    value: str
    words: str


class WhenForm(forms.Form):
    """Valid with `due_at`, a UTC moment. After a time that the clocks skip or show twice it is
    not, and `choices` holds the two moments to choose from; a chosen one comes back as `moment`.
    """

    date = forms.DateField(
        label=gettext_lazy("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[within_reach],
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    moment = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, validators=[within_reach]
    )

    def __init__(self, data: Any = None, *, zone: ZoneInfo, at: datetime | None = None) -> None:
        local = at.astimezone(zone) if at else None
        initial = {"date": local.date(), "time": local.time()} if local else {}
        super().__init__(data, initial=initial)
        self.zone = zone
        self.choices: tuple[Choice, ...] = ()
        # Browsers take these two forms alone, whatever the language of the page.
        self.fields["date"].widget.format = "%Y-%m-%d"
        self.fields["time"].widget.format = "%H:%M"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cleaned["due_at"] = cleaned.get("moment") or self._settled(cleaned)
        return cleaned

    def _settled(self, cleaned: dict[str, Any]) -> datetime:
        if not cleaned.get("date") or not cleaned.get("time"):
            raise ValidationError(_("Choose a date and a time."))
        try:
            return settle(datetime.combine(cleaned["date"], cleaned["time"]), self.zone)
        except Skipped as skipped:
            self.choices = _choices(skipped.before, skipped.after)
            raise ValidationError(
                _("The clocks skip this time: they jump forward that night. Choose one of these.")
            ) from None
        except Repeated as repeated:
            self.choices = _choices(repeated.first, repeated.second)
            raise ValidationError(
                _("The clocks show this time twice: they go back that night. Choose which one.")
            ) from None


def _choices(*moments: datetime) -> tuple[Choice, ...]:
    return tuple(
        Choice(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), with_offset(at)) for at in moments
    )
