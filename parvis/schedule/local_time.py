"""A local time is not always one moment: clocks skip an hour in spring and repeat one in autumn.

`settle` never guesses: it answers the one moment, or says that there is none or that there are
two, and which moments a person can choose from.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class Skipped(Exception):
    """The clock jumps over this time. `before` and `after` are UTC moments around the jump."""

    def __init__(self, local: datetime, before: datetime, after: datetime) -> None:
        super().__init__(f"{local} does not exist")
        self.local, self.before, self.after = local, before, after


class Repeated(Exception):
    """The clock shows this time twice, at the UTC moments `first` and `second`."""

    def __init__(self, local: datetime, first: datetime, second: datetime) -> None:
        super().__init__(f"{local} is shown twice")
        self.local, self.first, self.second = local, first, second


def settle(local: datetime, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """The UTC moment at which clocks in `zone` show `local`, a datetime without zone.

    `fold` is the person's choice when the time is repeated: 0 the first, 1 the second.
    Raises Skipped or Repeated.
    """
    first, second = (_moment(local, zone, fold=f) for f in (0, 1))
    if first == second:
        return first
    if _shows(first, zone) != local.replace(fold=0):
        # PEP 495: in a gap, fold=0 reads the old offset and lands after it, fold=1 before it.
        raise Skipped(local, before=second, after=first)
    if fold is None:
        raise Repeated(local, first=first, second=second)
    return second if fold else first


def _moment(local: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _shows(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
