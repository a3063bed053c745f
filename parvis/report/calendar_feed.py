"""The calendar as other programs subscribe to it: the last thirty days and the next 180."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from parvis.connections.models import Account
from parvis.people.models import Workspace
from parvis.report.calendar_entries import Entry, Filters, Span, entries_from
from parvis.report.faces import speaker_of

BACK, AHEAD = timedelta(days=30), timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """`uid` stays when the post is moved, so that subscribers move it too."""

    uid: UUID
    entry: Entry


def feed_of(workspace: Workspace, now: datetime) -> list[FeedEvent]:
    accounts = Account.objects.filter(workspace=workspace)
    faces = {account.pk: speaker_of(account) for account in accounts}
    entries = entries_from(workspace, Span(now - BACK, now + AHEAD), Filters(), faces)
    named = zip(_names(entries), entries, strict=True)
    return [FeedEvent(uid=_uid(workspace, name), entry=entry) for name, entry in named]


def _names(entries: Sequence[Entry]) -> Iterable[str]:
    """A post is one event; what of it has a time of its own is another, named by its account."""
    first: dict[int, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.first_delivery):
        first.setdefault(entry.post_id, entry.first_delivery)
    for entry in entries:
        is_whole = entry.first_delivery == first[entry.post_id]
        own = "" if is_whole else f"/{','.join(map(str, entry.account_ids))}"
        yield f"post/{entry.post_id}{own}"


def _uid(workspace: Workspace, name: str) -> UUID:
    """The moment of the workspace's opening sets desks apart whose numbers are the same."""
    desk = f"parvis:{workspace.pk}:{workspace.created_at.isoformat()}"
    return uuid5(NAMESPACE_URL, f"{desk}:{name}")
