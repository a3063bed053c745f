"""Drives clock and courier by hand: what a worker does in a loop, one turn at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from parvis.config.reach import all_networks, new_http
from parvis.connections.models import Account, Allowance
from parvis.deliver import claims
from parvis.deliver.courier import Courier
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.networks.http import Http


@contextmanager
def reaching(plc_directory: str, entryway: str) -> Iterator[None]:
    """While it lasts, Bluesky’s directory and entryway are these."""
    usual = settings.INSTALLATION
    settings.INSTALLATION = replace(usual, plc_directory=plc_directory, bluesky_entryway=entryway)
    all_networks.cache_clear()
    try:
        yield
    finally:
        settings.INSTALLATION = usual
        all_networks.cache_clear()


Surroundings = Callable[[], AbstractAsyncContextManager[None]]
"""What stands in the courier's own event loop while it works."""


def deliver_due(http: Callable[[], Http] = new_http, around: Surroundings = nullcontext) -> None:
    """One batch of what is due now, from claim to settlement."""
    deliver_claimed(claims.claim_due(100), http=http, around=around)


def deliver_claimed(
    batch: Sequence[claims.Claim],
    worker: str = "one",
    *,
    http: Callable[[], Http] = new_http,
    around: Surroundings = nullcontext,
) -> None:
    async_to_sync(_carry)(batch, worker, http, around)


def let_leases_lapse() -> None:
    """As time does when a worker has died, and the sweep after it."""
    Delivery.objects.filter(lease_until__isnull=False).update(
        lease_until=Now() - timedelta(seconds=1)
    )
    sweep()


def wait_no_longer_for_earlier_posts() -> None:
    """What is under way has held its account's later posts back for long enough."""
    Delivery.objects.exclude(began_at=None).update(began_at=Now() - timedelta(days=1))


def end_all_waiting() -> None:
    """Whatever waits for a time to try again, or for an account's limit, is due now."""
    Account.objects.update(waits_until=None)
    Allowance.objects.all().delete()
    Delivery.objects.filter(state=State.SCHEDULED).update(ready_at=Now())


def look_up_due() -> None:
    """One batch of look-ups, long after anything that was sent could be under way."""
    long_ago = F("started_at") - timedelta(seconds=settings.TERMS.under_way)
    Attempt.objects.filter(finished_at__isnull=False).update(started_at=long_ago)
    look_up_at_once()


def look_up_at_once() -> None:
    """One batch of look-ups, whose settling window or pause is taken as over."""
    Delivery.objects.filter(state=State.CHECKING).update(ready_at=Now())
    async_to_sync(_look_up)(claims.claim_lookups(100))


async def _carry(
    batch: Sequence[claims.Claim], worker: str, new: Callable[[], Http], around: Surroundings
) -> None:
    async with around(), new() as http:
        await Courier(http, worker).deliver(batch)


async def _look_up(batch: list[claims.Claim]) -> None:
    async with new_http() as http:
        await Courier(http, "one").look_up(batch)
