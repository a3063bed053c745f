"""What connecting an account asks for. What is secret is never written back into a page."""

from django import forms
from django.utils.translation import gettext_lazy as _
from yarl import URL

_ADDRESS = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
    "inputmode": "url",
}
_SECRET = {"autocomplete": "off", "spellcheck": "false"}


class BlueskyForm(forms.Form):
    handle = forms.CharField(
        label=_("Handle"),
        max_length=300,
        help_text=_("For example alice.bsky.social, or your own domain."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = forms.CharField(
        label=_("App password"),
        max_length=200,
        help_text=_("Nineteen signs, like xxxx-xxxx-xxxx-xxxx."),
        widget=forms.PasswordInput(attrs=_SECRET),
    )
    server = forms.CharField(
        label=_("Server"),
        max_length=300,
        required=False,
        help_text=_("For example pds.example.org. The password is sent there."),
        widget=forms.TextInput(attrs=_ADDRESS),
    )

    def clean_server(self) -> str:
        """An origin, or empty."""
        typed: str = self.cleaned_data["server"].strip()
        if not typed:
            return ""
        try:
            return str(URL(typed if "://" in typed else f"https://{typed}").origin())
        except ValueError:
            raise forms.ValidationError(
                _("This is not the address of a server. Write it like pds.example.org.")
            ) from None


class DeveloperAppForm(forms.Form):
    """Some networks give no secret to an app that cannot keep one, so it may be left empty. With
    the ID that is kept already, an empty one leaves the kept secret as it is."""

    client_id = forms.CharField(
        label=_("App ID"),
        max_length=500,
        help_text=_("Also called client ID or app key."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    client_secret = forms.CharField(
        label=_("Secret"),
        max_length=500,
        required=False,
        help_text=_("It is sealed as soon as it arrives, and never shown again."),
        widget=forms.PasswordInput(attrs=_SECRET),
    )


class MastodonServerForm(forms.Form):
    server = forms.CharField(
        label=_("Server"),
        max_length=300,
        help_text=_("For example mastodon.social, or your whole handle."),
        widget=forms.TextInput(attrs=_ADDRESS),
    )


class MastodonTokenForm(MastodonServerForm):
    token = forms.CharField(
        label=_("Access token"), max_length=500, widget=forms.PasswordInput(attrs=_SECRET)
    )
