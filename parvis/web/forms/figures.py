"""For how long posts are followed, and how often each account is read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.engagement.models import Pace

FOR_EVER = "0"
_USUAL = ""


class DaysForm(forms.Form):
    days = forms.ChoiceField(
        label=_("Posts are followed for"),
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("a year")),
            (FOR_EVER, pgettext_lazy("how long posts are followed", "ever")),
        ],
        help_text=_("The older a post, the rarer its figures are read: after weeks, once a week."),
    )

    def clean_days(self) -> int | None:
        """None for ever."""
        return int(self.cleaned_data["days"]) or None


class PaceForm(forms.Form):
    """`usual` is what the network's usual pace means, in words."""

    pace = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, usual: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pace"].choices = [  # type: ignore[attr-defined]
            (_USUAL, _("as usual: %(pace)s") % {"pace": usual}),
            *Pace.choices,
        ]

    def clean_pace(self) -> Pace | None:
        """None for the network's usual one."""
        chosen = self.cleaned_data["pace"]
        return Pace(chosen) if chosen else None
