"""How late a post may go out by itself and still make sense to who reads it. In seconds."""

from parvis.compose.models import LATENESS_ALLOWED

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

# Less than a minute would hold what a busy second delays; more than a month is another occasion.
LEAST, MOST = MINUTE, 30 * DAY
USUAL = LATENESS_ALLOWED
OFFERED = (15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY)


class LatenessOutOfRange(ValueError):
    """Between a minute and 30 days."""


def is_in_range(seconds: int) -> bool:
    return LEAST <= seconds <= MOST
