"""Campaigns: the list of them, and what one of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count as HowMany
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from parvis.compose.models import Campaign, Post, Tag
from parvis.people.models import Workspace
from parvis.report.post_search import Count, Shelf, Wanted, count, found_posts
from parvis.report.posts import PostLine, page_of_posts

NEWEST = 20
_COUNTED_SHELVES = (Shelf.DRAFTS, Shelf.SCHEDULED, Shelf.PUBLISHED, Shelf.TO_DECIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    campaign_id: int
    name: str
    colour: str
    starts_on: date | None
    ends_on: date | None
    ended_at: datetime | None
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStory:
    """`counts` are of each shelf; `lines` its newest posts."""

    counts: Sequence[tuple[Shelf, Count]]
    lines: Sequence[PostLine]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    tag_id: int
    name: str
    posts: int


def campaign_lines(workspace: Workspace) -> list[CampaignLine]:
    """Those that go on first, the latest first."""
    of_one = Post.objects.filter(campaign=OuterRef("pk"), deleted_at=None).order_by()
    number = Subquery(of_one.values("campaign").annotate(number=HowMany("*")).values("number"))
    campaigns = Campaign.objects.filter(workspace=workspace).annotate(number=Coalesce(number, 0))
    lines = [_line(each) for each in campaigns.order_by("-created_at")]
    return sorted(lines, key=lambda line: line.ended_at is not None)


def story_of_campaign(campaign: Campaign) -> CampaignStory:
    workspace = campaign.workspace
    page = page_of_posts(workspace, Wanted(campaign=campaign.pk), length=NEWEST)
    counts = [
        (shelf, count(found_posts(workspace, Wanted(shelf=shelf, campaign=campaign.pk))))
        for shelf in _COUNTED_SHELVES
    ]
    return CampaignStory(counts=counts, lines=page.lines, has_more=page.older is not None)


def tag_lines(workspace: Workspace) -> list[TagLine]:
    """Those of deleted posts, which are few, are counted apart: so no post need be read."""
    tagged = Post.tags.through.objects.filter(tag__workspace=workspace)
    every, deleted = _by_tag(tagged), _by_tag(tagged.filter(post__deleted_at__isnull=False))
    return [
        TagLine(tag_id=pk, name=name, posts=every.get(pk, 0) - deleted.get(pk, 0))
        for pk, name in Tag.objects.filter(workspace=workspace).values_list("pk", "name")
    ]


def _by_tag(tagged: QuerySet[Any]) -> dict[int, int]:
    return dict(tagged.values_list("tag").annotate(number=HowMany("*")))


def _line(campaign: Campaign) -> CampaignLine:
    return CampaignLine(
        campaign_id=campaign.pk,
        name=campaign.name,
        colour=campaign.colour,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        ended_at=campaign.ended_at,
        posts=campaign.number,  # type: ignore[attr-defined]  # annotated
    )
