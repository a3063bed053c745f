"""What the posts of a workspace can be searched by."""

from collections.abc import Sequence
from dataclasses import dataclass

from parvis.compose.models import Campaign, Tag
from parvis.connections.models import Account
from parvis.people.models import SavedView, User, Workspace
from parvis.report.faces import face_of, speaker_of

Named = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchChoices:
    """All but `views` are pairs of a key and what people call it; `open_campaigns` have not
    ended."""

    accounts: Sequence[Named]
    networks: Sequence[tuple[str, str]]
    campaigns: Sequence[Named]
    open_campaigns: Sequence[Named]
    tags: Sequence[Named]
    authors: Sequence[Named]
    views: Sequence[SavedView]

    @property
    def tag_names(self) -> list[str]:
        return [name for _, name in self.tags]


def search_choices(workspace: Workspace, user: User) -> SearchChoices:
    accounts = list(
        Account.objects.filter(workspace=workspace).only("network", "handle", "is_sandbox")
    )
    networks = dict.fromkeys(account.network for account in accounts)
    campaigns = list(
        Campaign.objects.filter(workspace=workspace).values_list("pk", "name", "ended_at")
    )
    return SearchChoices(
        accounts=[(account.pk, speaker_of(account).named) for account in accounts],
        networks=[(name, face_of(name).label) for name in networks],
        campaigns=[(pk, name) for pk, name, _ in campaigns],
        open_campaigns=[(pk, name) for pk, name, ended_at in campaigns if ended_at is None],
        tags=list(Tag.objects.filter(workspace=workspace).values_list("pk", "name")),
        authors=list(workspace.members.order_by("name").values_list("pk", "name")),
        views=list(SavedView.objects.filter(user=user, workspace=workspace)),
    )
