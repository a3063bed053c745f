"""Light or dark, from the foot of every page."""

from typing import TYPE_CHECKING

from django import forms

from parvis.people.models import User

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]  # only the stubs know that a ModelForm is of its model
else:
    _UserForm = forms.ModelForm


class AppearanceForm(_UserForm):
    class Meta:
        model = User
        fields = ("theme",)
