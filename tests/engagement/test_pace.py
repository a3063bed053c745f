"""When a post is looked at next."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parvis.engagement.pace import LEAN, NORMAL, Look, first_look, next_look

OUT = datetime(2026, 4, 20, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_new_post_is_looked_at_within_the_first_hour() -> None:
    following = first_look(NORMAL, OUT, OUT)
    assert following.at is not None
    assert OUT < following.at <= OUT + HOUR


def test_a_post_that_went_out_long_ago_is_looked_at_at_once() -> None:
    assert first_look(NORMAL, OUT, OUT + 3 * DAY).at == OUT + 3 * DAY


def test_a_post_that_is_too_old_is_not_looked_at() -> None:
    assert first_look(NORMAL, OUT, OUT + 91 * DAY).at is None


def test_for_ever_is_for_ever() -> None:
    for_ever = NORMAL.ending(None)
    assert first_look(for_ever, OUT, OUT + 4000 * DAY).at is not None
    assert next_look(for_ever, OUT, None, Look(at=OUT + 4000 * DAY, total=7)).at is not None


def test_figures_that_stand_still_are_looked_at_ever_more_rarely() -> None:
    before, gaps = Look(at=OUT + HOUR, total=50), []
    for _ in range(5):
        at = next_look(NORMAL, OUT, before, Look(at=before.at + HOUR, total=50)).at
        assert at is not None
        gaps.append(at - before.at)
        before = Look(at=at, total=50)
    assert gaps == sorted(gaps)
    assert gaps[-1] > 4 * gaps[0]


def test_a_post_that_takes_off_is_looked_at_sooner() -> None:
    before = Look(at=OUT + 10 * DAY, total=100)
    calm = next_look(NORMAL, OUT, before, Look(at=OUT + 15 * DAY, total=100)).at
    wild = next_look(NORMAL, OUT, before, Look(at=OUT + 15 * DAY, total=900)).at
    assert calm is not None
    assert wild is not None
    assert wild - (OUT + 15 * DAY) < (calm - (OUT + 15 * DAY)) / 2


def test_the_last_look_is_at_the_end() -> None:
    end = OUT + 90 * DAY
    near = Look(at=end - DAY, total=50)
    assert next_look(NORMAL, OUT, near, Look(at=end - HOUR, total=50)).at == end
    assert next_look(NORMAL, OUT, near, Look(at=end, total=50)).at is None


def test_where_a_look_costs_money_there_are_few() -> None:
    looks, at, before = 0, first_look(LEAN, OUT, OUT).at, None
    while at is not None:
        seen = Look(at=at, total=round(1000 * (1 - 2.718 ** (-(at - OUT) / HOUR / 8))))
        looks, before, at = looks + 1, seen, next_look(LEAN, OUT, before, seen).at
    assert 4 <= looks <= 8


@given(
    age=st.timedeltas(MINUTE, 89 * DAY),
    pause=st.timedeltas(timedelta(0), 7 * DAY),
    before=st.integers(0, 10**9),
    now=st.integers(0, 10**9),
)
def test_the_next_look_is_always_later_and_never_later_than_the_longest_pause(
    age: timedelta, pause: timedelta, before: int, now: int
) -> None:
    seen = Look(at=OUT + age, total=now)
    following = next_look(NORMAL, OUT, Look(at=seen.at - pause, total=before), seen)
    assert following.at is not None
    assert following.along_at is not None
    assert seen.at < following.along_at <= following.at <= seen.at + NORMAL.longest
