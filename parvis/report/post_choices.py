"""What the posts of a workspace can be searched by."""

from collections.abc import Sequence
from dataclasses import dataclass

from parvis.compose.models import Campaign, Tag
from parvis.connections.models import Account
from parvis.people.models import SavedView, User, Workspace
from parvis.report.faces import face_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchChoices:
    """`networks` are pairs of a name and what people call it; `open_campaigns` have not ended."""

    accounts: Sequence[Account]
    networks: Sequence[tuple[str, str]]
    campaigns: Sequence[Campaign]
    tags: Sequence[Tag]
    authors: Sequence[User]
    views: Sequence[SavedView]

    @property
    def open_campaigns(self) -> list[Campaign]:
        return [campaign for campaign in self.campaigns if campaign.ended_at is None]


def search_choices(workspace: Workspace, user: User) -> SearchChoices:
    accounts = list(
        Account.objects.filter(workspace=workspace).only("network", "handle", "is_sandbox")
    )
    networks = dict.fromkeys(account.network for account in accounts)
    return SearchChoices(
        accounts=accounts,
        networks=[(name, face_of(name).label) for name in networks],
        campaigns=list(Campaign.objects.filter(workspace=workspace)),
        tags=list(Tag.objects.filter(workspace=workspace)),
        authors=list(workspace.members.order_by("name")),
        views=list(SavedView.objects.filter(user=user, workspace=workspace)),
    )
