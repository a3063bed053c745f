"""What is to be done to many posts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.compose.models import Campaign
from parvis.deliver.in_bulk import Shift
from parvis.people.models import Workspace

MOVE, CAMPAIGN, TAG, UNTAG = "move", "campaign", "tag", "untag"
DUPLICATE, TAKE_BACK, DELETE, RESTORE, EXPORT = (
    "duplicate",
    "take-back",
    "delete",
    "restore",
    "export",
)
HOURS, DAYS = "hours", "days"
TICKED, FOUND = "ticked", "found"
# A year.
FARTHEST = {HOURS: 24 * 366, DAYS: 366}

DOINGS = [
    (MOVE, gettext_lazy("Move them")),
    (CAMPAIGN, gettext_lazy("Put them into a campaign")),
    (TAG, gettext_lazy("Tag them")),
    (UNTAG, gettext_lazy("Remove a tag")),
    (DUPLICATE, gettext_lazy("Duplicate them")),
    (TAKE_BACK, gettext_lazy("Take them back as drafts")),
    (DELETE, gettext_lazy("Delete them")),
    (RESTORE, gettext_lazy("Put them back")),
    (EXPORT, gettext_lazy("Export them as CSV")),
]


class BulkForm(forms.Form):
    """Valid with what its `do` needs. `beyond` and `up_to` are keys: of all that were found, those
    between them are still to be done."""

    do = forms.ChoiceField(choices=DOINGS)
    scope = forms.ChoiceField(choices=[(TICKED, TICKED), (FOUND, FOUND)], required=False)
    post = forms.TypedMultipleChoiceField(coerce=int, required=False)
    query = forms.CharField(required=False, max_length=2000)
    by = forms.IntegerField(required=False)
    unit = forms.ChoiceField(choices=[(HOURS, HOURS), (DAYS, DAYS)], required=False)
    campaign = forms.ModelChoiceField(Campaign.objects.none(), required=False)
    tag = forms.CharField(required=False, max_length=50)
    beyond = forms.IntegerField(required=False, min_value=0)
    up_to = forms.IntegerField(required=False, min_value=0)

    def __init__(self, data: Any, *, workspace: Workspace) -> None:
        super().__init__(data)
        campaigns = Campaign.objects.filter(workspace=workspace, ended_at=None)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["do"].error_messages["required"] = _("Choose what to do with these posts.")
        ticked = [key for key in data.getlist("post") if key.isascii() and key.isdigit()]
        self.fields["post"].choices = [(key, key) for key in ticked]  # type: ignore[attr-defined]

    @property
    def shift(self) -> Shift:
        by = self.cleaned_data["by"]
        return Shift(hours=by) if self.cleaned_data["unit"] == HOURS else Shift(days=by)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") != FOUND and not cleaned.get("post"):
            raise ValidationError(_("Tick the posts that you mean. Nothing was changed."))
        if cleaned.get("do") == MOVE:
            self._check_distance(cleaned)
        if cleaned.get("do") in (TAG, UNTAG) and not cleaned.get("tag", "").strip():
            raise ValidationError(_("Say which tag. Nothing was changed."))
        return cleaned

    def _check_distance(self, cleaned: dict[str, Any]) -> None:
        by, farthest = cleaned.get("by"), FARTHEST[cleaned.get("unit") or DAYS]
        if not by:
            raise ValidationError(_("Say by how many hours or days. Nothing was changed."))
        if abs(by) > farthest:
            raise ValidationError(_("That is more than a year. Nothing was changed."))
