from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parvis.sandbox.clock import Clock
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox


class Wall:
    """The real time, as a test sets it."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_it_shows_the_real_time_at_first(wall: Wall) -> None:
    assert Clock(wall=wall).now() == datetime.fromtimestamp(wall.seconds, UTC)


def test_it_runs_as_fast_as_it_is_told(wall: Wall) -> None:
    clock = Clock(60, wall)
    before = clock.now()

    wall.seconds += 10

    assert clock.now() - before == timedelta(minutes=10)


def test_a_change_of_speed_does_not_jump(wall: Wall) -> None:
    clock = Clock(60, wall)
    wall.seconds += 10
    before = clock.now()

    clock.set_speed(2)
    wall.seconds += 10

    assert clock.now() - before == timedelta(seconds=20)


def test_it_can_be_put_forward_and_not_back(wall: Wall) -> None:
    clock = Clock(wall=wall)
    before = clock.now()

    clock.advance(timedelta(days=60))

    assert clock.now() - before == timedelta(days=60)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))


def test_one_that_is_taken_up_again_has_run_on(wall: Wall) -> None:
    first = Clock(60, wall)
    first.advance(timedelta(days=1))
    stored = first.to_json()
    wall.seconds += 100

    second = Clock(wall=wall)
    second.restore(stored)

    assert second.now() == first.now()
    assert second.speed == 60


@pytest.mark.parametrize("speed", [0, -1, 1_000_000, float("nan")])
def test_an_absurd_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed)


def test_the_control_puts_it_forward(squeaks: RunningSandbox) -> None:
    before = shown(squeaks)

    squeaks.advance(3600)

    assert timedelta(hours=1) <= shown(squeaks) - before < timedelta(hours=1, minutes=1)


@pytest.mark.parametrize("order", [{"advance_seconds": -1}, {"speed": 0}, {"speed": "fast"}])
def test_the_control_refuses_what_a_clock_cannot_do(
    squeaks: RunningSandbox, order: dict[str, object]
) -> None:
    assert ask("POST", f"{squeaks.control}/clock", json=order).status == 400


def test_a_reset_brings_back_the_real_time(squeaks: RunningSandbox) -> None:
    squeaks.advance(10_000)

    squeaks.reset()

    assert abs(shown(squeaks) - datetime.now(UTC)) < timedelta(minutes=1)


def shown(squeaks: RunningSandbox) -> datetime:
    return datetime.fromisoformat(ask("GET", f"{squeaks.control}/clock").json["now"])
