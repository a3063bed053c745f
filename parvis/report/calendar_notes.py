"""What is worth a look: posts that come too close to each other, and accounts that fall silent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.db.models.functions import Lag

from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.calendar_entries import Faces, Span
from parvis.report.faces import Speaker

TOO_CLOSE = timedelta(minutes=5)
SAME_TEXT_TOO_CLOSE = timedelta(days=3)
SILENT_FOR = timedelta(days=7)
SHOWN = 5


class Clash(StrEnum):
    CLOSE = "close"
    SAME_TEXT = "same text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two scheduled posts of one account. `post_id` and `at` are the later one's."""

    kind: Clash
    speaker: Speaker
    post_id: int
    before: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """`silent` are connected accounts without anything scheduled for the week ahead."""

    conflicts: tuple[Conflict, ...]
    has_more: bool
    silent: tuple[Speaker, ...]

    @property
    def are_there(self) -> bool:
        return bool(self.conflicts or self.silent)


def notes_of(
    workspace: Workspace, accounts: Sequence[Account], faces: Faces, span: Span, now: datetime
) -> Notes:
    """Of what is still to go out within `span`. `accounts` come from `accounts_ahead`."""
    ahead = Span(max(span.start, now), span.end)
    found = [*_close(workspace, ahead, faces), *_same_text(workspace, ahead, faces)]
    conflicts = sorted(found, key=lambda conflict: conflict.at)
    return Notes(
        conflicts=tuple(conflicts[:SHOWN]),
        has_more=len(conflicts) > SHOWN,
        silent=tuple(faces[account.pk] for account in accounts if _is_silent(account)),
    )


def accounts_ahead(workspace: Workspace, now: datetime) -> QuerySet[Account]:
    """The workspace's accounts, each knowing whether it says something in the week ahead."""
    coming = Delivery.objects.filter(
        account=OuterRef("pk"),
        state=State.SCHEDULED,
        due_at__gte=now,
        due_at__lt=now + SILENT_FOR,
    )
    accounts = Account.objects.filter(workspace=workspace).annotate(speaks=Exists(coming))
    return accounts.only("network", "handle", "is_sandbox", "state")


def _is_silent(account: Account) -> bool:
    speaks: bool = account.speaks  # type: ignore[attr-defined]  # annotated
    return account.state == AccountState.CONNECTED and not speaks


def _close(workspace: Workspace, ahead: Span, faces: Faces) -> Iterable[Conflict]:
    return _clashes(workspace, ahead, faces, Clash.CLOSE, TOO_CLOSE, [F("account_id")])


def _same_text(workspace: Workspace, ahead: Span, faces: Faces) -> Iterable[Conflict]:
    same: list[BaseExpression | F] = [F("account_id"), KT("parts__0__text")]
    says_something = ~Q(parts__0__text="")
    return _clashes(
        workspace, ahead, faces, Clash.SAME_TEXT, SAME_TEXT_TOO_CLOSE, same, says_something
    )


def _clashes(
    workspace: Workspace,
    ahead: Span,
    faces: Faces,
    kind: Clash,
    within: timedelta,
    alike: Sequence[BaseExpression | F],
    *only: Q,
) -> Iterable[Conflict]:
    """Deliveries that follow another one of the same kind sooner than `within`."""
    rows = (
        Delivery.objects.filter(
            *only,
            workspace=workspace,
            state=State.SCHEDULED,
            due_at__gte=ahead.start,
            due_at__lt=ahead.end,
            post__deleted_at=None,
        )
        .annotate(before=Window(Lag("due_at"), partition_by=alike, order_by=["due_at", "pk"]))
        .filter(before__gt=F("due_at") - within)
        .order_by("due_at", "pk")
        .values_list("account_id", "post_id", "before", "due_at")[: SHOWN + 1]
    )
    for account_id, post_id, before, at in rows:
        yield Conflict(kind=kind, speaker=faces[account_id], post_id=post_id, before=before, at=at)
