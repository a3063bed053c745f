"""What the first page asks for."""

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parvis.people.models import User
from parvis.people.verbs import Opening


def zone_choices() -> list[tuple[str, str]]:
    """The IANA names that people know, “Region/Place”, and UTC."""
    places = sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class ZoneField(forms.ChoiceField):
    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(
            label=_("Time zone"),
            choices=zone_choices,
            help_text=_("Times are written and read in this zone."),
            widget=forms.Select(attrs={"autocomplete": "off", **(attrs or {})}),
        )


class OpeningForm(forms.Form):
    """`time_zone` is guessed from the browser by desk.js, where a script may run."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it. Nothing is sent to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("A password"),
        strip=False,
        help_text=_("At least ten characters. A few words are easier to keep than signs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    workspace = forms.CharField(
        label=_("Whose desk is it?"),
        max_length=150,
        help_text=_("The name of your shop, your association, your town."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = ZoneField(attrs={"data-guess-zone": ""})

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            self._check_password(password)
        return cleaned

    def _check_password(self, password: str) -> None:
        somebody = User(
            email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", "")
        )
        try:
            validate_password(password, somebody)
        except ValidationError as weak:
            self.add_error("password", weak)

    def opening(self, language: str) -> Opening:
        given = self.cleaned_data
        return Opening(
            name=given["name"],
            email=given["email"],
            password=given["password"],
            workspace=given["workspace"],
            time_zone=given["time_zone"],
            language=language,
        )
