"""A snippet as a person writes it."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.compose.models import Snippet
from parvis.connections.verbs import accounts_of
from parvis.people.models import Workspace

if TYPE_CHECKING:
    # Only the stubs know that a ModelForm is of its model.
    _SnippetForm = forms.ModelForm[Snippet]
else:
    _SnippetForm = forms.ModelForm


class SnippetForm(_SnippetForm):
    class Meta:
        model = Snippet
        fields = ("name", "text", "is_signature", "account")
        labels: ClassVar = {
            "name": _("Name"),
            "text": _("Text"),
            "is_signature": _("Put it below what is said, as a signature"),
            "account": _("Account"),
        }
        help_texts: ClassVar = {
            "account": _("Whose signature it is. Other snippets are offered for every account."),
        }
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 4, "dir": "auto"})}

    def __init__(self, data: Any = None, *, instance: Snippet, workspace: Workspace) -> None:
        super().__init__(data, instance=instance)
        account = self.fields["account"]
        assert isinstance(account, forms.ModelChoiceField)
        connected = [one.pk for one in accounts_of(workspace)]
        account.queryset = account.queryset.filter(pk__in=connected)  # type: ignore[union-attr]
        account.empty_label = str(_("every account that has none of its own"))

    def clean(self) -> dict[str, Any]:
        """An account belongs to a signature alone."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("is_signature"):
            cleaned["account"] = None
        return cleaned
