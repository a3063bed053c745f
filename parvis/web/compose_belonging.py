"""What the composer offers besides the text: campaigns, tags, marks for links, snippets."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.compose.content import Content
from parvis.compose.links import UTM_NAMES
from parvis.compose.models import Campaign, Snippet, Tag
from parvis.compose.snippets import snippets_of
from parvis.people.models import Workspace

_MOST_TAGS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One field of what is added to links: `value` is the post's own, `of_campaign` what is
    added where that is empty."""

    name: str
    label: str
    value: str
    of_campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    campaigns: list[Campaign]
    chosen: Campaign | None
    tags: list[str]
    marks: list[Mark]
    snippets: list[Snippet]
    has_signature: bool

    @property
    def is_said(self) -> bool:
        return self.chosen is not None or any(mark.value for mark in self.marks)


def belonging_of(workspace: Workspace, content: Content) -> Belonging:
    """Asks for campaigns, tags and snippets: three queries, whatever there is."""
    kept = snippets_of(workspace)
    campaigns = _campaigns(workspace, content)
    chosen = next((each for each in campaigns if each.pk == content.campaign_id), None)
    return Belonging(
        campaigns=campaigns,
        chosen=chosen,
        tags=list(_tags(workspace)),
        marks=_marks(content, chosen),
        snippets=[snippet for snippet in kept if not snippet.is_signature],
        has_signature=any(snippet.is_signature for snippet in kept),
    )


def _campaigns(workspace: Workspace, content: Content) -> list[Campaign]:
    """Those that go on, and the post's own even if it has ended."""
    found = Campaign.objects.filter(workspace=workspace)
    return [each for each in found if each.ended_at is None or each.pk == content.campaign_id]


def _tags(workspace: Workspace) -> list[str]:
    found = Tag.objects.filter(workspace=workspace)
    return list(found.values_list("name", flat=True)[:_MOST_TAGS])


def _marks(content: Content, chosen: Campaign | None) -> list[Mark]:
    labels = {
        "source": _("Source"),
        "medium": _("Medium"),
        "campaign": _("Campaign"),
        "content": _("Content"),
    }
    return [
        Mark(
            name=name,
            label=labels[name],
            value=content.utm.get(name, ""),
            of_campaign=str(chosen.utm.get(name, "")) if chosen else "",
        )
        for name in UTM_NAMES
    ]
