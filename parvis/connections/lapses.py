"""Permissions that come to their end, told to the log once a day, days ahead."""

import logging
from datetime import date, datetime

from parvis.connections.verbs import lapsing_accounts
from parvis.networks import present

log = logging.getLogger("parvis.connections")


class LapseNews:
    """What one process has told. It is told again after a new start, and on the next day."""

    def __init__(self) -> None:
        self._told_on: date | None = None

    def tell(self, now: datetime | None = None) -> int:
        """How many lines were written: one for each account, on the day's first call."""
        today = (now or present.now()).date()
        if self._told_on == today:
            return 0
        self._told_on = today
        lapsing = lapsing_accounts()
        for account in lapsing:
            log.warning(
                "the permission of %s ends on %s, and only a person can renew it",
                account,
                account.lapses_at and account.lapses_at.date().isoformat(),
            )
        return len(lapsing)
