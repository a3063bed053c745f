"""Letting people in: which role, and what somebody who was invited enters."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parvis.people.invitations import Newcomer
from parvis.people.models import Role, User

ROLES = [
    (Role.MEMBER, _("Member: writes, schedules and decides")),
    (Role.OWNER, _("Owner: also looks after accounts, people and settings")),
]


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"), choices=ROLES, initial=Role.MEMBER, widget=forms.RadioSelect
    )


class NewcomerForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("A password"),
        strip=False,
        help_text=_("At least ten characters. A few words are easier to keep than signs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            somebody = User(email=str(cleaned.get("email", "")), name=str(cleaned.get("name", "")))
            try:
                validate_password(password, somebody)
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned

    def newcomer(self, language: str) -> Newcomer:
        given = self.cleaned_data
        return Newcomer(
            name=given["name"],
            email=given["email"],
            password=given["password"],
            language=language,
        )
