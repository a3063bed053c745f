"""A post that a person has found on the network."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parvis.deliver.candidates import published_as
from parvis.networks.contract import Published


class FoundForm(forms.Form):
    """`candidate` names one of the posts that a look-up found; `url` is one that was pasted."""

    candidate = forms.CharField(required=False)
    url = forms.URLField(required=False, assume_scheme="https", max_length=2000)

    def __init__(self, data: Any, *, candidates: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(data)
        self._candidates = {found["remote_id"]: found for found in candidates}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("Paste the address of the post, from https:// on."))
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = cleaned.get("candidate")
        if named and named not in self._candidates:
            raise ValidationError(_("That post is no longer among those that were found."))
        if not self.errors and not named and not cleaned.get("url"):
            raise ValidationError(_("Paste the address of the post, from https:// on."))
        return cleaned

    @property
    def complaint(self) -> str:
        return " ".join(str(said) for complaints in self.errors.values() for said in complaints)

    def published(self) -> Published:
        """The receipt. A pasted address names no id, so none is invented."""
        if named := self.cleaned_data["candidate"]:
            return published_as(self._candidates[named])
        return Published(remote_id="", url=self.cleaned_data["url"])
