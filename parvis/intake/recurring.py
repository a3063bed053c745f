"""What can be done with posts that come back: begin a series, change it, skip a turn, end it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from parvis.compose.additions import additions_of
from parvis.compose.content import Content, content_of
from parvis.compose.models import Post
from parvis.compose.validation import Finding, Severity
from parvis.compose.verbs import discard_draft, parts_of, review_parts
from parvis.connections.models import Account
from parvis.deliver.freeze import NotReady
from parvis.deliver.verbs import database_now
from parvis.intake import occurrences, turns
from parvis.people.models import User, Workspace
from parvis.schedule.equal_texts import MOST_TEXTS, about_repeats, next_text
from parvis.schedule.evergreen import Shelf, refuse_a_late_end
from parvis.schedule.models import Kind, Occurrence, Series, Standing
from parvis.schedule.recurrence import Improper, Recurrence, Turn, turns_of

Found = Mapping[Account, tuple[Finding, ...]]


class NotRepeatable(Exception):
    """Something stands in the way; nothing was changed. `findings` says what, per account; there
    are none where no account is chosen."""

    def __init__(self, findings: Found) -> None:
        super().__init__("the post cannot come back as it is")
        self.findings = findings


class HasEnded(Exception):
    """The series has ended. Nothing was changed."""


class GoneBy(Exception):
    """This turn has gone by, is on its way, or is none of the series. Nothing was changed."""


class Scope(StrEnum):
    """For which turns of a series a change of one of them is meant."""

    THIS = "this"
    LATER = "later"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`texts` take turns; the first is the content's. Raises Improper."""

    content: Content
    texts: tuple[str, ...]
    rule: Recurrence | Shelf

    def __post_init__(self) -> None:
        if not 1 <= len(self.texts) <= MOST_TEXTS:
            raise Improper("texts")

    @property
    def kind(self) -> Kind:
        return Kind.RECURRING if isinstance(self.rule, Recurrence) else Kind.EVERGREEN


@transaction.atomic
def begin(workspace: Workspace, plan: Plan, post: Post, *, by: User | None = None) -> Series:
    """Of a post, which is the first turn itself where it can be: a draft, or one that is scheduled
    for that moment. Another one stays as it is.

    Raises NotRepeatable, or Improper where no turn lies ahead.
    """
    now = database_now()
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    ahead = _ahead(plan, workspace, now)
    first = _turn_of(post, ahead)
    said = [] if first or post.is_draft else [post.text]
    refuse_what_is_found(workspace, plan, said, times_ahead(plan, ahead))
    series = _kept(Series(workspace=workspace, author=by, began_from=post, since=now), plan)
    if first is not None:
        _adopt(series, first, post, by)
    elif post.is_draft:
        discard_draft(post)
    turns.look_at(series)
    return series


@transaction.atomic
def change(series: Series, plan: Plan, *, by: User | None = None) -> Series:
    """Turns that wait follow, but for those that were changed by hand. A rule counts anew from now.

    Raises HasEnded, NotRepeatable, or Improper where no turn lies ahead.
    """
    held = _held(series)
    now = database_now()
    ahead = _ahead(plan, held.workspace, now)
    said = said_for_good(held, now)
    refuse_what_is_found(held.workspace, plan, said, times_ahead(plan, ahead))
    held.since = now
    _kept(held, plan)
    _take_off_what_comes_no_more(held, ahead, now, by)
    _say_all_anew(held, list(occurrences.untouched(held, now)), by)
    turns.look_at(held)
    return held


@transaction.atomic
def use_for(row: Occurrence, scope: Scope, *, by: User | None = None) -> None:
    """What one turn says by now becomes what its series says: from it on, or for all that wait.

    Raises HasEnded or NotRepeatable.
    """
    if scope is Scope.THIS or row.post is None:
        return
    series, now = _held(row.series), database_now()
    current = series.occurrences.select_for_update(of=("self",)).get(pk=row.pk)
    following = [one for one in occurrences.untouched(series, now) if one.pk != row.pk]
    if scope is Scope.LATER:
        _let_stand_alone(one for one in following if one.at < row.at)
        following = [one for one in following if one.at > row.at]
    plan = _plan_as_said(series, current)
    times = times_ahead(plan, _turns_after(series, current, scope, now))
    refuse_what_is_found(series.workspace, plan, said_for_good(series, now), times)
    _kept(series, plan)
    current.text = content_of(occurrences.fresh(row.post)).text
    occurrences.note_as_given(current)
    _say_all_anew(series, following, by)


@transaction.atomic
def skip(series: Series, day: date, *, by: User | None = None) -> None:
    """This turn is left out. Raises HasEnded or GoneBy."""
    held, now = _held(series), database_now()
    row = held.occurrences.filter(day=day, account=None).first()
    if row is None:
        row = _unmade(held, day, now)
    elif row.at <= now or row.standing != Standing.MADE or not occurrences.take_off(row, by=by):
        raise GoneBy
    row.standing = Standing.SKIPPED
    row.save()


@transaction.atomic
def put_back(series: Series, day: date) -> None:
    """A turn that was skipped comes after all. Raises HasEnded or GoneBy."""
    held, now = _held(series), database_now()
    skipped = held.occurrences.filter(day=day, standing=Standing.SKIPPED, at__gt=now)
    if not skipped.exists():
        raise GoneBy
    skipped.delete()
    turns.look_at(held)


@transaction.atomic
def end(series: Series, *, take_off: bool, by: User | None = None) -> int:
    """No more is made of it. What waits of it is taken off the desk, or goes out as planned;
    answers how many posts were taken off. Raises HasEnded."""
    held, now = _held(series), database_now()
    held.ended_at, held.trouble = now, {}
    held.save(update_fields=["ended_at", "trouble"])
    waiting = list(occurrences.waiting(held, now)) if take_off else []
    return sum(occurrences.take_off(row, by=by) for row in waiting)


def findings_of(workspace: Workspace, plan: Plan, said: Collection[str], times: int) -> Found:
    """What is found about each account, of any of the texts, each finding once."""
    found: dict[Account, list[Finding]] = {}
    additions = additions_of(workspace.pk, plan.content)
    for text in plan.texts:
        content = replace(plan.content, text=text)
        for account, parts in parts_of(workspace, content, additions).items():
            known = found.setdefault(account, [*repeats_of(account, plan, said, times)])
            reviewed = review_parts(parts, account).findings
            known += [finding for finding in reviewed if finding not in known]
    return {account: tuple(findings) for account, findings in found.items()}


def repeats_of(
    account: Account, plan: Plan, said: Collection[str], times: int
) -> Sequence[Finding]:
    """Where an account says a text of its own, that is the only one it has."""
    own = plan.content.said[account.pk].text
    if own is None:
        return list(about_repeats(account.network, plan.texts, said, times))
    return list(about_repeats(account.network, [own], [own] if said else [], times))


def refuse_what_is_found(
    workspace: Workspace, plan: Plan, said: Collection[str], times: int
) -> None:
    """Raises NotRepeatable."""
    found = findings_of(workspace, plan, said, times)
    in_the_way = {
        account: tuple(one for one in findings if one.severity is Severity.ERROR)
        for account, findings in found.items()
    }
    if not found or any(in_the_way.values()):
        raise NotRepeatable({account: errors for account, errors in in_the_way.items() if errors})


def plan_of(series: Series) -> Plan:
    kind = Recurrence if series.kind == Kind.RECURRING else Shelf
    return Plan(
        content=Content.from_json(series.content),
        texts=tuple(series.texts),
        rule=kind.from_json(series.rule),
    )


def turns_ahead(series: Series, now: datetime) -> list[Turn]:
    """Those of its rule, whether they are made, skipped or neither; an evergreen has none."""
    rule = plan_of(series).rule
    if isinstance(rule, Shelf):
        return []
    turns_ = turns_of(rule, series.workspace.zone, since=series.since)
    return [turn for turn in turns_ if turn.at > now]


def said_for_good(series: Series, now: datetime) -> list[str]:
    """What was said, or will be whatever the series says from now on. An evergreen says no more
    than its number of times in all, so that what it said itself is counted there."""
    first = series.began_from
    is_apart = first is not None and not first.is_draft and not hasattr(first, "occurrence")
    said = [first.text] if first is not None and is_apart and first.deleted_at is None else []
    if series.kind == Kind.EVERGREEN:
        return said
    follows = {row.pk for row in occurrences.untouched(series, now)}
    stays = occurrences.said_in(series).exclude(pk__in=follows)
    return said + list(stays.values_list("post__text", flat=True))


def times_ahead(plan: Plan, ahead: Sequence[Turn]) -> int:
    return plan.rule.times if isinstance(plan.rule, Shelf) else len(ahead)


def _ahead(plan: Plan, workspace: Workspace, now: datetime) -> list[Turn]:
    """Raises Improper where it would never come."""
    if isinstance(plan.rule, Shelf):
        refuse_a_late_end(plan.rule, now.astimezone(workspace.zone).date())
        return []
    ahead = list(turns_of(plan.rule, workspace.zone, since=now))
    if not ahead:
        raise Improper("nothing-ahead")
    return ahead


def _turn_of(post: Post, ahead: Sequence[Turn]) -> Turn | None:
    """Which of the turns the post can be itself."""
    if Occurrence.objects.filter(post=post).exists():
        return None
    if post.is_draft:
        return ahead[0] if ahead else None
    return next((turn for turn in ahead if turn.at == post.planned_at), None)


def _adopt(series: Series, turn: Turn, post: Post, by: User | None) -> None:
    try:
        occurrences.adopt(series, turn, post, by=by)
    except NotReady as refused:
        raise NotRepeatable(refused.findings) from refused


def _kept(series: Series, plan: Plan) -> Series:
    content = replace(plan.content, text=plan.texts[0], planned_at=None)
    series.kind = plan.kind
    series.rule = plan.rule.to_json()
    series.content = content.to_json()
    series.texts = list(plan.texts)
    series.save()
    series.accounts.set(Account.objects.filter(workspace=series.workspace, pk__in=content.said))
    return series


def _held(series: Series) -> Series:
    locked = Series.objects.select_for_update(of=("self",))
    held = locked.select_related("workspace", "author", "began_from").get(pk=series.pk)
    if held.ended_at is not None:
        raise HasEnded
    return held


def _take_off_what_comes_no_more(
    series: Series, ahead: Sequence[Turn], now: datetime, by: User | None
) -> None:
    comes = {(turn.day, turn.at) for turn in ahead}
    speaks = set(series.accounts.values_list("pk", flat=True))
    for row in list(occurrences.untouched(series, now)):
        stays = row.account_id in speaks if row.account_id else (row.day, row.at) in comes
        if not stays and occurrences.take_off(row, by=by):
            row.delete()
    series.occurrences.filter(standing=Standing.SKIPPED, at__gt=now).exclude(
        day__in=[turn.day for turn in ahead]
    ).delete()


def _say_all_anew(series: Series, rows: Sequence[Occurrence], by: User | None) -> None:
    """In order, so that the texts take turns as they would have."""
    follows = [row.pk for row in rows]
    stays = occurrences.said_in(series).exclude(pk__in=follows).order_by("at")
    said = [(each.account_id, each.text) for each in stays]
    for row in rows:
        text = next_text(
            series.texts, [text for account, text in said if account == row.account_id]
        )
        said.append((row.account_id, text))
        try:
            occurrences.say_anew(row, series, text, by=by)
        except NotReady as refused:
            raise NotRepeatable(refused.findings) from refused


def _let_stand_alone(rows: Iterable[Occurrence]) -> None:
    Occurrence.objects.filter(pk__in=[row.pk for row in rows]).update(stands_alone=True)


def _plan_as_said(series: Series, row: Occurrence) -> Plan:
    """The series with the words of this turn: they take the place of the text it was given."""
    assert row.post is not None
    plan = plan_of(series)
    content = content_of(occurrences.fresh(row.post))
    texts = dict.fromkeys(content.text if text == row.text else text for text in plan.texts)
    texts = texts if content.text in texts else {content.text: None, **texts}
    said = {**plan.content.said, **content.said} if row.account_id else content.said
    return replace(plan, content=replace(content, said=said), texts=tuple(texts)[:MOST_TEXTS])


def _turns_after(series: Series, row: Occurrence, scope: Scope, now: datetime) -> list[Turn]:
    others = [turn for turn in turns_ahead(series, now) if turn.day != row.day]
    return [turn for turn in others if scope is Scope.ALL or turn.at > row.at]


def _unmade(series: Series, day: date, now: datetime) -> Occurrence:
    turn = next((turn for turn in turns_ahead(series, now) if turn.day == day), None)
    if turn is None:
        raise GoneBy
    return Occurrence(series=series, day=turn.day, at=turn.at)
