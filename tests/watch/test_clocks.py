"""A clock that jumps is noticed, and neither sleep nor a slow answer is taken for a jump."""

import pytest

from parvis.watch.clocks import TOLD_FOR_SECONDS, JumpWatch, Reading
from parvis.watch.troubles import Trouble


class Wound:
    """Three clocks that are wound by hand, and what a watch makes of them."""

    def __init__(self) -> None:
        self.watch = JumpWatch("host-1")
        self.wall = self.steady = self.database = 1_000_000.0
        self.read()

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds
        self.database += seconds

    def read(self, *, blur: float = 0.0, database_answers: bool = True) -> dict[str, Trouble]:
        reading = Reading(
            wall=self.wall,
            steady=self.steady,
            database=self.database if database_answers else None,
            blur=blur,
        )
        return {jump.code: jump for jump in self.watch.hear(reading)}


@pytest.fixture
def clocks() -> Wound:
    return Wound()


def test_time_that_passes_for_all_is_no_jump(clocks: Wound) -> None:
    clocks.pass_by(5)
    assert clocks.read() == {}
    clocks.pass_by(8 * 3600)
    assert clocks.read() == {}


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_this_hosts_clock_that_was_set_is_told_with_how_far(clocks: Wound, seconds: int) -> None:
    clocks.pass_by(5)
    clocks.wall += seconds
    found = clocks.read()
    assert set(found) == {"host-clock-jumped"}
    assert found["host-clock-jumped"].facts == {"host": "host-1", "seconds": seconds}


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_the_databases_clock_that_was_set_is_an_error(clocks: Wound, seconds: int) -> None:
    clocks.pass_by(5)
    clocks.database += seconds
    found = clocks.read()
    assert set(found) == {"database-clock-jumped"}
    assert found["database-clock-jumped"].severity == "error"
    assert found["database-clock-jumped"].facts == {"seconds": seconds}


def test_small_corrections_are_no_jump(clocks: Wound) -> None:
    clocks.pass_by(5)
    clocks.wall += 2
    clocks.database -= 2
    assert clocks.read() == {}


def test_a_slow_answer_of_the_database_is_no_jump(clocks: Wound) -> None:
    clocks.pass_by(5)
    clocks.database -= 6
    assert clocks.read(blur=1.5) == {}


def test_a_jump_while_the_database_was_away_is_noticed_when_it_is_back(clocks: Wound) -> None:
    clocks.pass_by(60)
    assert clocks.read(database_answers=False) == {}
    clocks.pass_by(60)
    clocks.database += 3600
    assert set(clocks.read()) == {"database-clock-jumped"}


def test_a_jump_is_told_for_a_while_and_then_no_more(clocks: Wound) -> None:
    clocks.wall += 3600
    assert set(clocks.read()) == {"host-clock-jumped"}
    clocks.pass_by(TOLD_FOR_SECONDS - 1)
    assert set(clocks.read()) == {"host-clock-jumped"}
    clocks.pass_by(2)
    assert clocks.read() == {}
