"""The day as a line."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.accounts import account_lines
from parvis.report.score import Score, day_around, score_of
from tests.cast import scheduled

PARIS = ZoneInfo("Europe/Paris")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, 20, hour, minute, tzinfo=PARIS).astimezone(UTC)


def score(workspace: Workspace, now: datetime) -> Score:
    return score_of(workspace, account_lines(workspace), now)


def put(account: Account, due_at: datetime, state: State = State.SCHEDULED) -> Delivery:
    delivery = scheduled(account, text=f"{due_at} {state}")
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at, state=state)
    return delivery


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2026, 3, 29), 23), ((2026, 4, 20), 24), ((2026, 10, 25), 25)],
)
def test_a_day_is_as_long_as_its_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    start, end = day_around(datetime(*day, 12, tzinfo=PARIS), PARIS)
    assert (end - start).total_seconds() == hours * 3600
    assert start.astimezone(PARIS).hour == end.astimezone(PARIS).hour == 0


@pytest.mark.django_db
def test_a_quiet_day_is_drawn_from_seven_to_nine_in_the_evening(
    workspace: Workspace, ponts: Account
) -> None:
    drawn = score(workspace, at(14))
    assert drawn.now_x == "50.00%"
    assert [hour.at.astimezone(PARIS).hour for hour in drawn.hours] == [8, 10, 12, 14, 16, 18, 20]


@pytest.mark.django_db
def test_an_early_and_a_late_post_widen_the_day(workspace: Workspace, ponts: Account) -> None:
    put(ponts, at(0, 30))
    put(ponts, at(23, 30))
    (voice,) = score(workspace, at(14)).voices
    first, last = (float(mark.x.rstrip("%")) for mark in voice.marks)
    assert 0 < first < last < 100


@pytest.mark.django_db
def test_yesterday_and_tomorrow_are_not_on_the_line(workspace: Workspace, ponts: Account) -> None:
    put(ponts, datetime(2026, 4, 19, 23, 59, tzinfo=PARIS))
    put(ponts, datetime(2026, 4, 21, 0, 0, tzinfo=PARIS))
    assert score(workspace, at(14)).is_empty


@pytest.mark.django_db
def test_what_was_cancelled_leaves_no_mark(workspace: Workspace, ponts: Account) -> None:
    put(ponts, at(10), State.CANCELLED)
    assert score(workspace, at(14)).is_empty


@pytest.mark.django_db
def test_marks_of_one_state_within_ten_minutes_are_one(
    workspace: Workspace, ponts: Account
) -> None:
    for minute in (0, 3, 9):
        put(ponts, at(10, minute), State.PUBLISHED)
    put(ponts, at(10, 5), State.REFUSED)
    (voice,) = score(workspace, at(14)).voices
    assert sorted((mark.state, mark.count) for mark in voice.marks) == [
        (State.PUBLISHED, 3),
        (State.REFUSED, 1),
    ]
