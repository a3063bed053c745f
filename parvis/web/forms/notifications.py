"""What a person wants to be told by e-mail."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from parvis.people.models import MailWishes

if TYPE_CHECKING:
    # Only the stubs know that a ModelForm is of its model.
    _WishesForm = forms.ModelForm[MailWishes]
else:
    _WishesForm = forms.ModelForm


def _hours() -> list[tuple[str, str]]:
    hours = (
        (str(hour), pgettext("full hour", "%(hour)d:00") % {"hour": hour}) for hour in range(24)
    )
    return [("", gettext("no letter")), *hours]


class MailWishesForm(_WishesForm):
    daily_hour = forms.TypedChoiceField(
        label=_("A letter each day"),
        help_text=_("What went out, what goes next and what waits, on the workspace’s clock."),
        choices=_hours,
        coerce=int,
        empty_value=None,
        required=False,
    )

    class Meta:
        model = MailWishes
        fields = ("waiting", "refused", "lapsing", "daily_hour")

    def checkboxes(self) -> list[Any]:
        return [self[name] for name in ("waiting", "refused", "lapsing")]
