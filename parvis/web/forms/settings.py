"""The workspace's and the user's own settings."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parvis.people.models import User, Workspace
from parvis.people.sign_in import TooManyTries, count_try, forgive
from parvis.web.forms.opening import ZoneField

if TYPE_CHECKING:
    # Only the stubs know that a ModelForm is of its model.
    _WorkspaceForm = forms.ModelForm[Workspace]
    _UserForm = forms.ModelForm[User]
else:
    _WorkspaceForm = _UserForm = forms.ModelForm


class WorkspaceForm(_WorkspaceForm):
    time_zone = ZoneField()

    class Meta:
        model = Workspace
        fields = ("name", "time_zone", "language")
        labels: ClassVar = {"name": _("Name"), "language": _("Language of posts")}
        help_texts: ClassVar = {
            "language": _("New posts are marked as written in this language."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_languages(self)


class YourselfForm(_UserForm):
    class Meta:
        model = User
        fields = ("name", "email", "language")
        labels: ClassVar = {"name": _("Your name"), "language": _("Language of these pages")}

    def __init__(self, data: Any = None, *, instance: User) -> None:
        # The workspace’s form stands on the same page and has a name and a language as well.
        super().__init__(data, instance=instance, auto_id="your_%s")
        _offer_languages(self)


def _offer_languages(form: forms.BaseForm) -> None:
    """Those there are: without the row of dashes with which Django begins what has no default."""
    form.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]


class NewPasswordForm(forms.Form):
    """The new password is asked for once: it can be shown while it is typed."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least ten characters. A few words are easier to keep than signs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User) -> None:
        super().__init__(*args)
        self.user = user

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise ValidationError(_("This is not your present password."))
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])


class PresentPasswordForm(forms.Form):
    """Asks again who is there. Tries are counted, as they are at the door."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.address = user, address

    def clean_present(self) -> str:
        try:
            this_try = count_try(self.user.email, self.address)
        except TooManyTries:
            raise ValidationError(
                _("Too many tries from here. Try again in a quarter of an hour.")
            ) from None
        if not self.user.check_password(self.cleaned_data["present"]):
            raise ValidationError(_("This is not your present password."))
        forgive(this_try)
        return str(self.cleaned_data["present"])
