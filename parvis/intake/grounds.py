"""Gathers what must be known of a workspace to judge rows: a fixed number of queries, however many
rows there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from parvis.compose.models import Campaign, Media, Post, Tag
from parvis.compose.snippets import signatures_of
from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.connections.verbs import accounts_of
from parvis.intake.checking import FILES, Cells, Grounds
from parvis.networks import present
from parvis.people.models import Workspace


def grounds_for(workspace: Workspace, rows: Sequence[Cells]) -> Grounds:
    return Grounds(
        zone=workspace.zone,
        language=workspace.language,
        now=present.now(),
        accounts=_accounts(accounts_of(workspace)),
        media=_media(workspace, rows),
        tags=_tags(workspace),
        campaigns=_campaigns(workspace),
        signatures=signatures_of(workspace.pk),
        said=_said(workspace, rows),
    )


def _accounts(accounts: Iterable[Account]) -> Mapping[str, list[Account]]:
    named: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        handle = account.handle.removeprefix("@").casefold()
        label = all_networks()[account.network].label.casefold()
        names = {handle, f"{account.network}:{handle}", account.network, label}
        for name in names:
            named[name].append(account)
    return dict(named)


def _media(workspace: Workspace, rows: Iterable[Cells]) -> Mapping[str, list[Media]]:
    wanted = {name.strip() for row in rows for name in FILES.split(row.get("media", ""))} - {""}
    named: dict[str, list[Media]] = defaultdict(list)
    if wanted:
        of_that_name = Media.objects.filter(workspace=workspace, copy_of=None, name__in=wanted)
        for media in of_that_name.order_by("-pk"):
            named[media.name.casefold()].append(media)
    return dict(named)


def _tags(workspace: Workspace) -> frozenset[str]:
    names = Tag.objects.filter(workspace=workspace).values_list("name", flat=True)
    return frozenset(name.casefold() for name in names)


def _campaigns(workspace: Workspace) -> Mapping[str, Campaign]:
    return {each.name.casefold(): each for each in Campaign.objects.filter(workspace=workspace)}


def _said(workspace: Workspace, rows: Iterable[Cells]) -> Mapping[tuple[str, datetime | None], int]:
    texts = {row["text"] for row in rows if row.get("text")}
    # Said as the index `post_by_text` says it, so that it serves.
    kept = Post.objects.filter(workspace=workspace, deleted_at=None).exclude(text="")
    posts = kept.filter(text__in=texts)
    found = posts.order_by("-pk").values_list("text", "planned_at", "pk")
    return {(text, planned_at): pk for text, planned_at, pk in found}
