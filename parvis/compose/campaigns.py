"""Campaigns: posts that belong together."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from parvis.compose.models import Campaign
from parvis.people.models import Workspace


class NameTaken(Exception):
    """Another one of the workspace has this name. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`utm` is added to the links of its posts: {"source", "medium", "campaign"}, those that are
    given."""

    name: str
    colour: str = "glass"
    starts_on: date | None = None
    ends_on: date | None = None
    utm: Mapping[str, str] = field(default_factory=dict)


def start_campaign(workspace: Workspace, outline: Outline) -> Campaign:
    """Raises NameTaken."""
    return _kept(Campaign(workspace=workspace), outline)


def change_campaign(campaign: Campaign, outline: Outline) -> Campaign:
    """Raises NameTaken."""
    return _kept(campaign, outline)


def end_campaign(campaign: Campaign) -> None:
    """It is offered no more where posts are written. Its posts stay as they are."""
    Campaign.objects.filter(pk=campaign.pk, ended_at=None).update(ended_at=Now())


def reopen_campaign(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(ended_at=None)


def _kept(campaign: Campaign, outline: Outline) -> Campaign:
    for name, value in asdict(outline).items():
        setattr(campaign, name, value)
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        raise NameTaken from error
    return campaign
