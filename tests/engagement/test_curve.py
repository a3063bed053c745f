"""A figure between two readings."""

from datetime import UTC, datetime, timedelta

import pytest

from parvis.engagement.curve import value_at

NOON = datetime(2026, 4, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POINTS = [(NOON, 0.0), (NOON + 2 * HOUR, 10.0), (NOON + 6 * HOUR, 30.0)]


@pytest.mark.parametrize(
    ("hours", "value"), [(-1, 0.0), (0, 0.0), (1, 5.0), (2, 10.0), (5, 25.0), (6, 30.0), (9, 30.0)]
)
def test_it_lies_on_the_line_between_them(hours: int, value: float) -> None:
    assert value_at(POINTS, NOON + hours * HOUR) == value
