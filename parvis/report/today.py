"""The day of a workspace: what waits for a person, the score, what went out, what goes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q, QuerySet

from parvis.connections.models import AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from parvis.report.accounts import AccountLine, account_lines
from parvis.report.decisions import Decision, decisions_of, said_by
from parvis.report.faces import Speaker
from parvis.report.figures import leading_figures, with_counts
from parvis.report.lapses import Lapse, lapses_of
from parvis.report.recurring import SeriesLine, troubled_series
from parvis.report.score import Score, day_around, score_of
from parvis.report.under_way import SOON, UnderWay, under_way_of

SHOWN = 8
DECISIONS_SHOWN = 30
UNDER_WAY_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Speaker):
    """`figures` under the network's own names; empty before they are known."""

    figures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A post that went out, or goes next, with the accounts that it does so on, and how it fares
    there as far as that is known."""

    post_id: int
    text: str
    at: datetime
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """`decisions` are the oldest that wait. `under_way` is what is being sent, looked up or late.
    `coming` is what goes next, also after today."""

    now: datetime
    decisions: tuple[Decision, ...]
    more_decisions: bool
    to_reconnect: tuple[AccountLine, ...]
    lapses: tuple[Lapse, ...]
    troubled_series: tuple[SeriesLine, ...]
    score: Score
    under_way: tuple[UnderWay, ...]
    more_under_way: bool
    went_out: tuple[Going, ...]
    coming: tuple[Going, ...]
    accounts: tuple[AccountLine, ...]

    @property
    def seconds_until_next(self) -> int:
        """Nothing of the browser's clock is in it."""
        return round((self.coming[0].at - self.now).total_seconds()) if self.coming else 0


def today_of(workspace: Workspace) -> Today:
    now = database_now()
    decisions = decisions_of(workspace, DECISIONS_SHOWN + 1, now)
    accounts = account_lines(workspace)
    under_way = under_way_of(workspace, UNDER_WAY_SHOWN + 1, now)
    return Today(
        now=now,
        decisions=tuple(decisions[:DECISIONS_SHOWN]),
        more_decisions=len(decisions) > DECISIONS_SHOWN,
        to_reconnect=tuple(a for a in accounts if a.state == AccountState.NEEDS_RECONNECT),
        lapses=tuple(lapses_of(workspace, now)),
        troubled_series=tuple(troubled_series(workspace)),
        score=score_of(workspace, accounts, now),
        under_way=tuple(under_way[:UNDER_WAY_SHOWN]),
        more_under_way=len(under_way) > UNDER_WAY_SHOWN,
        went_out=tuple(_went_out(workspace, now)),
        coming=tuple(_coming(workspace, now)),
        accounts=tuple(a for a in accounts if not a.is_disconnected),
    )


def _went_out(workspace: Workspace, now: datetime) -> Iterable[Going]:
    """The last of today."""
    midnight, _ = day_around(now, workspace.zone)
    published = Delivery.objects.filter(
        workspace=workspace, state=State.PUBLISHED, settled_at__gte=midnight
    )
    return _by_post(with_counts(published).order_by("-settled_at", "-pk"))


def _coming(workspace: Workspace, now: datetime) -> Iterable[Going]:
    """By when each goes out, which is later than it was due where it was released to wait. What
    is due is under way."""
    later = Q(due_at__gt=now) | Q(ready_at__gt=now + SOON)
    scheduled = Delivery.objects.filter(later, workspace=workspace, state=State.SCHEDULED)
    return _by_post(scheduled.order_by("ready_at", "pk"))


def _by_post(deliveries: QuerySet[Delivery]) -> Iterable[Going]:
    """In the order of each post's first; enough are read for a few accounts each."""
    together: dict[int, list[Delivery]] = {}
    for delivery in deliveries.select_related("account").only(*_TOLD)[: SHOWN * 4]:
        together.setdefault(delivery.post_id, []).append(delivery)
    for post_id, of_post in islice(together.items(), SHOWN):
        first = of_post[0]
        yield Going(
            post_id=post_id,
            text=said_by(first),
            at=first.settled_at or first.ready_at,
            places=tuple(_place(delivery) for delivery in of_post),
        )


def _place(delivery: Delivery) -> Place:
    account = delivery.account
    return Place(
        network=account.network,
        handle=account.handle,
        is_sandbox=account.is_sandbox,
        figures=leading_figures(getattr(delivery, "counts", None)),
    )


# The rest of a delivery, and the traits of its account, are much to read.
_TOLD = (
    *("post_id", "parts", "ready_at", "settled_at"),
    *("account__network", "account__handle", "account__is_sandbox"),
)
