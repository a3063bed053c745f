"""Signing in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.people.sign_in import TooManyTries, count_try, forgive
from parvis.web.templatetags.desk import clock


class SignInForm(AuthenticationForm):
    error_messages = {  # noqa: RUF012  # as Django declares it
        "invalid_login": gettext_lazy(
            "This e-mail address and password do not go together. Check both and try again."
        ),
        "inactive": gettext_lazy("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True}
        )

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        try:
            this_try = count_try(str(self.cleaned_data.get("username", "")), address)
        except TooManyTries as held_off:
            raise ValidationError(_held_off(held_off), code="too_many") from None
        cleaned = super().clean()
        forgive(this_try)
        return cleaned


def _held_off(held_off: TooManyTries) -> str:
    return _(
        "Too many tries from here. Nothing was looked at; the next try counts from %(time)s (UTC)."
    ) % {"time": clock(held_off.until)}
