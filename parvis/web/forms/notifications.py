"""What a person wants to be told by e-mail, and a workspace's program by a webhook."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from parvis.people.models import MailWishes
from parvis.watch.models import Hook

if TYPE_CHECKING:
    # Only the stubs know that a ModelForm is of its model.
    _WishesForm = forms.ModelForm[MailWishes]
    _HookForm = forms.ModelForm[Hook]
else:
    _WishesForm = _HookForm = forms.ModelForm


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


class HookForm(_HookForm):
    """The address that is kept is not shown again: whoever has it can write there."""

    # It stands beside a form with fields of the same names.
    prefix = "hook"
    address = forms.CharField(
        label=_("Address"), max_length=2000, required=False, widget=forms.URLInput
    )

    class Meta:
        model = Hook
        fields = ("waiting", "refused", "lapsing", "published")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.instance.pk:
            self.fields["address"].help_text = gettext("Left empty, the one at %(host)s stays.") % {
                "host": self.instance.host
            }

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if not address and not self.instance.pk:
            raise forms.ValidationError(gettext("Enter where the messages go."))
        return address

    @property
    def wishes(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def checkboxes(self) -> list[Any]:
        return [self[name] for name in self.Meta.fields]
