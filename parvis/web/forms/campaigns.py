"""A campaign's outline, and the names of tags and views."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.compose.campaigns import Outline
from parvis.compose.models import COLOURS, Campaign
from parvis.web.forms.when import within_reach

_DAY = {"type": "date"}


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


class TagNameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=50)


class CampaignForm(forms.Form):
    """Valid with `outline`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    colour = forms.ChoiceField(
        label=gettext_lazy("Colour"), choices=COLOURS, widget=forms.RadioSelect, initial="glass"
    )
    starts_on = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        validators=[within_reach],
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        validators=[within_reach],
    )
    utm_source = forms.CharField(label="utm_source", required=False, max_length=100)
    utm_medium = forms.CharField(label="utm_medium", required=False, max_length=100)
    utm_campaign = forms.CharField(label="utm_campaign", required=False, max_length=100)

    def __init__(self, data: Any = None, *, campaign: Campaign | None = None) -> None:
        super().__init__(data, initial=_initial(campaign) if campaign else None)

    @property
    def utm_fields(self) -> list[forms.BoundField]:
        return [self[f"utm_{name}"] for name in UTM]

    @property
    def outline(self) -> Outline:
        kept = self.cleaned_data
        return Outline(
            name=kept["name"],
            colour=kept["colour"],
            starts_on=kept["starts_on"],
            ends_on=kept["ends_on"],
            utm={name: kept[f"utm_{name}"] for name in UTM if kept[f"utm_{name}"]},
        )

    def clean_ends_on(self) -> date | None:
        starts, ends = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if starts and ends and ends < starts:
            raise ValidationError(_("It cannot end before it begins."))
        return ends  # type: ignore[no-any-return]


UTM = ("source", "medium", "campaign")


def _initial(campaign: Campaign) -> dict[str, Any]:
    utm = {f"utm_{name}": campaign.utm.get(name, "") for name in UTM}
    own = ("name", "colour", "starts_on", "ends_on")
    return {**{name: getattr(campaign, name) for name in own}, **utm}
