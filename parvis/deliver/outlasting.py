"""A network's limit that ends later than a delivery may still go out by itself: released now, it
would be held again at once, as too late."""

from datetime import datetime, timedelta

from parvis.deliver.models import Delivery


class LimitOutlasts(Exception):
    """Nothing was sent, and it is held as before. `until` is when the account may post again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"the limit lasts until {until.isoformat(timespec='seconds')}")
        self.until = until


def limit_that_outlasts(delivery: Delivery, now: datetime) -> datetime | None:
    """When the limit ends, if that is too late for a delivery that were due now."""
    until = delivery.account.waits_until
    last = now + timedelta(seconds=delivery.lateness_allowed)
    return until if until is not None and until > last else None
