"""Posts that come back: the list of series, the page of one, and what a post is a turn of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from parvis.compose.models import Post
from parvis.compose.validation import Finding
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.intake.occurrences import is_as_given
from parvis.intake.recurring import (
    Plan,
    plan_of,
    repeats_of,
    said_for_good,
    times_ahead,
    turns_ahead,
)
from parvis.networks.repeats import Stance, repeat_rule
from parvis.people.models import Workspace
from parvis.report.faces import Speaker, face_of, speaker_of
from parvis.report.rhythm import rhythm_of
from parvis.report.sentences import sentence_for_finding
from parvis.schedule.models import Kind, Occurrence, Series, Standing
from parvis.schedule.recurrence import Turn

EXCERPT = 160
# Beyond these, a list says that there is more.
LISTED = 200
AHEAD = 10
PAST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLine:
    """`next_at` is when it comes next, made or not; None where that is not known. `trouble` says
    why its next turn is not made; empty where nothing is in the way."""

    series_id: int
    text: str
    texts: int
    places: tuple[Speaker, ...]
    is_evergreen: bool
    rhythm: str
    next_at: datetime | None
    ended_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLine:
    """`at` is when it goes out, or went, or was to. `state` is the gravest of its deliveries’,
    empty where there are none; `differs`: it was changed or moved by hand."""

    day: date
    at: datetime
    standing: str
    text: str = ""
    post_id: int | None = None
    state: str = ""
    place: Speaker | None = None
    is_deleted: bool = False
    differs: bool = False
    reason: str = ""
    may_be_skipped: bool = False

    @property
    def may_be_put_back(self) -> bool:
        return self.standing == Standing.SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRepeats:
    """What a network says to a text that comes again, and what was found about this series."""

    place: Speaker
    words: str
    sentences: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStory:
    """`ahead` are its next turns, of `left` in all, and `after` counts those behind them.
    `past` are its last ones, the newest first; `waiting` counts posts that are scheduled."""

    line: SeriesLine
    texts: Sequence[str]
    ahead: Sequence[TurnLine]
    after: int
    left: int
    last_day: date | None
    past: Sequence[TurnLine]
    waiting: int
    repeats: Sequence[AboutRepeats]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOf:
    """The series that a post is a turn of, as its page tells it."""

    series_id: int
    occurrence_id: int
    rhythm: str
    has_ended: bool
    differs: bool
    has_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesList:
    going_on: Sequence[SeriesLine]
    ended: Sequence[SeriesLine]


def series_of(workspace: Workspace) -> SeriesList:
    """Those that go on by when they come next, then those that have ended, the latest first."""
    now = database_now()
    told = _told(Series.objects.filter(workspace=workspace), now)
    lines = [_line(each, now) for each in told.filter(ended_at=None).order_by("-pk")[:LISTED]]
    ended = told.exclude(ended_at=None).order_by("-ended_at")[:LISTED]
    return SeriesList(
        going_on=sorted(lines, key=lambda line: (line.next_at is None, line.next_at or now)),
        ended=[_line(each, now) for each in ended],
    )


def troubled_series(workspace: Workspace) -> list[SeriesLine]:
    """Those whose next turn is not made, the newest first. At most four queries."""
    now = database_now()
    troubled = Series.objects.filter(workspace=workspace, ended_at=None).exclude(trouble={})
    return [_line(each, now) for each in _told(troubled, now).order_by("-pk")[:LISTED]]


def story_of_series(series: Series) -> SeriesStory:
    now = database_now()
    read = _told(Series.objects.filter(pk=series.pk), now).get()
    faces = _faces(read)
    ahead = [] if read.ended_at else turns_ahead(read, now)
    rows = _rows(read)
    coming = list(rows.filter(at__gt=now).order_by("at", "pk")[:LISTED])
    past = rows.filter(at__lte=now).order_by("-at", "-pk")[:PAST]
    shown = _with_those_to_come(coming, ahead, faces)
    return SeriesStory(
        line=_line(read, now),
        texts=read.texts,
        ahead=shown[:AHEAD],
        after=max(len(shown) - AHEAD, 0),
        left=len(ahead) - sum(row.standing == Standing.SKIPPED for row in coming),
        last_day=ahead[-1].day if ahead else None,
        past=[_turn(row, faces) for row in past],
        waiting=sum(_waits(row) for row in coming),
        repeats=about_repeats(plan_of(read), _accounts(read), said_for_good(read, now), ahead),
    )


def about_repeats(
    plan: Plan, accounts: Iterable[Account], said: Sequence[str], ahead: Sequence[Turn]
) -> list[AboutRepeats]:
    """Account by account."""
    times = times_ahead(plan, ahead)
    return [
        AboutRepeats(
            place=speaker_of(account),
            words=_stance_in_words(account.network),
            sentences=_sentences(repeats_of(account, plan, said, times)),
        )
        for account in accounts
        if account.pk in plan.content.said
    ]


def stances_of(accounts: Iterable[Account]) -> list[AboutRepeats]:
    """Before anything is found."""
    return [
        AboutRepeats(
            place=speaker_of(account), words=_stance_in_words(account.network), sentences=()
        )
        for account in accounts
    ]


def turn_of_post(post: Post) -> TurnOf | None:
    row = Occurrence.objects.filter(post=post).select_related("series", "post__workspace").first()
    if row is None:
        return None
    now = database_now()
    others = row.series.occurrences.exclude(pk=row.pk).filter(at__gt=now)
    return TurnOf(
        series_id=row.series_id,
        occurrence_id=row.pk,
        rhythm=rhythm_of(plan_of(row.series).rule),
        has_ended=row.series.ended_at is not None,
        differs=row.stands_alone or not is_as_given(row),
        has_others=row.series.ended_at is None and (row.at > now or others.exists()),
    )


def _told(series: Any, now: datetime) -> Any:
    coming = Occurrence.objects.filter(at__gt=now).select_related("post").order_by("at")
    return series.select_related("workspace", "began_from__occurrence").prefetch_related(
        "accounts", Prefetch("occurrences", coming, to_attr="coming")
    )


def _line(series: Series, now: datetime) -> SeriesLine:
    accounts = _accounts(series)
    return SeriesLine(
        series_id=series.pk,
        text=_excerpt(series.texts[0]),
        texts=len(series.texts),
        places=tuple(speaker_of(account) for account in accounts),
        is_evergreen=series.kind == Kind.EVERGREEN,
        rhythm=rhythm_of(plan_of(series).rule),
        next_at=_next(series, now),
        ended_at=series.ended_at,
        trouble=_trouble(series.trouble, _faces(series)),
    )


def _next(series: Any, now: datetime) -> datetime | None:
    if series.ended_at is not None:
        return None
    made = [
        row.post.planned_at
        for row in series.coming
        if row.post and row.post.planned_at and not row.post.deleted_at
    ]
    settled = {row.day for row in series.coming}
    to_make = [turn.at for turn in turns_ahead(series, now) if turn.day not in settled]
    return min([*(at for at in made if at > now), *to_make[:1]], default=None)


def _rows(series: Series) -> Any:
    deliveries = Delivery.objects.only("post_id", "state")
    return (
        series.occurrences.select_related("post", "account")
        .prefetch_related("post__used_media", "post__variants", "post__tags")
        .prefetch_related(Prefetch("post__deliveries", deliveries))
    )


def _with_those_to_come(
    rows: Sequence[Occurrence], ahead: Sequence[Turn], faces: Mapping[int, Speaker]
) -> list[TurnLine]:
    settled = {row.day for row in rows if row.account_id is None}
    open_ = [
        TurnLine(day=turn.day, at=turn.at, standing="ahead", may_be_skipped=True)
        for turn in ahead
        if turn.day not in settled
    ]
    return sorted([*(_turn(row, faces) for row in rows), *open_], key=lambda line: line.at)


def _turn(row: Occurrence, faces: Mapping[int, Speaker]) -> TurnLine:
    line = TurnLine(
        day=row.day,
        at=row.at,
        standing=row.standing,
        place=speaker_of(row.account) if row.account else None,
        reason=_reason(row, faces),
    )
    post = row.post
    if post is None or row.standing != Standing.MADE:
        return line
    return replace(
        line,
        at=post.planned_at or row.at,
        text=_excerpt(post.text),
        post_id=post.pk,
        state=_gravest(delivery.state for delivery in post.deliveries.all()),
        is_deleted=post.deleted_at is not None,
        differs=row.stands_alone or not is_as_given(row),
        may_be_skipped=row.account_id is None and _waits(row),
    )


def _waits(row: Occurrence) -> bool:
    post = row.post
    if post is None or post.deleted_at is not None or row.standing != Standing.MADE:
        return False
    return {delivery.state for delivery in post.deliveries.all()} <= _CALLED_BACK


def _reason(row: Occurrence, faces: Mapping[int, Speaker]) -> str:
    if row.standing == Standing.MADE and row.reason:
        return _("without %(who)s") % {"who": _who(row.reason, faces)}
    return _trouble(row.reason, faces) if row.standing == Standing.MISSED else ""


def _trouble(trouble: Mapping[str, Any], faces: Mapping[int, Speaker]) -> str:
    """What keeps turns from being made, or has kept one from it."""
    told = {"who": _who(trouble, faces)}
    match trouble.get("code"):
        case "waits":
            return (
                _(
                    "%(who)s is paused or must be connected again. What comes next is made when "
                    "that is over."
                )
                % told
            )
        case "gone":
            return _("%(who)s was disconnected. Connect it again, or end the series.") % told
        case "in-the-way":
            return _("%(who)s cannot say it as it is. Change what it says.") % told
        case "nobody-looked":
            return _("Parvis was not running in the two weeks before.")
    return ""


def _who(trouble: Mapping[str, Any], faces: Mapping[int, Speaker]) -> str:
    named = [faces[pk].named for pk in trouble.get("accounts", ()) if pk in faces]
    return ", ".join(named) or _("One of its accounts")


def _accounts(series: Series) -> list[Account]:
    return list(series.accounts.all())


def _faces(series: Series) -> dict[int, Speaker]:
    return {account.pk: speaker_of(account) for account in _accounts(series)}


def _stance_in_words(network: str) -> str:
    told = {
        Stance.FORBIDS: _("%(network)s forbids a text that comes again."),
        Stance.MAY_REFUSE: _("%(network)s may refuse a text that comes again too soon."),
        Stance.TAKES: _("%(network)s takes a text as often as it comes."),
    }
    return told[repeat_rule(network).stance] % {"network": face_of(network).label}


def _sentences(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(finding.severity.value, sentence_for_finding(finding)) for finding in findings]


def _excerpt(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(EXCERPT)


def _gravest(states: Iterable[str]) -> str:
    told = [state for state in states if state != State.CANCELLED]
    return min(told, key=_GRAVITY.index, default="")


_CALLED_BACK = {State.SCHEDULED, State.HELD, State.CANCELLED}
_GRAVITY: list[str] = [
    State.UNKNOWN,
    State.HELD,
    State.REFUSED,
    State.CHECKING,
    State.SENDING,
    State.CLAIMED,
    State.SCHEDULED,
    State.PUBLISHED,
]
