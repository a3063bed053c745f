"""Following posts by hand: what a worker does in a loop, one turn at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from asgiref.sync import async_to_sync

from parvis.config import reach
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.engagement.models import Following, Snapshot
from parvis.engagement.reading import Reader
from parvis.engagement.taking_up import take_up, take_up_given_up
from parvis.networks import present
from parvis.sandbox import audience
from parvis.sandbox.audience import Counts
from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.records import Post
from tests.deliver.rehearsing import Rehearsal, settled, told_of


def on(*kinds: str) -> pytest.MarkDecorator:
    """The test is done with an account of each of these kinds."""
    return pytest.mark.parametrize("observed", kinds, indirect=True)


@dataclass(slots=True)
class Observed:
    """An account in the sandbox whose posts are followed; `gone_by` is what both clocks were put
    forward."""

    rehearsal: Rehearsal
    gone_by: float = field(default=0.0)

    def published(self, text: str = "The square reopens on Saturday.") -> Delivery:
        delivery = self.rehearsal.schedule(text)
        self.rehearsal.deliver()
        assert settled(delivery).receipts, told_of(delivery)
        return delivery

    def go_on(self, span: timedelta) -> None:
        """Time goes by, in the sandbox and here."""
        self.rehearsal.sandbox.advance(span.total_seconds())
        self.gone_by += span.total_seconds()
        present.set_clock_ahead(-self.gone_by)

    def turn(self) -> int:
        """Answers how many posts were claimed."""
        long_ago = present.now() - timedelta(days=90)
        take_up(long_ago, present.now())
        take_up_given_up(long_ago, present.now())
        return read_what_is_due()

    def live(self, span: timedelta, step: timedelta = timedelta(minutes=15)) -> int:
        """Turn after turn until `span` has gone by; answers how many looks that took. Time goes on
        from one due look to the next, in `step`s at least."""
        end, looks = present.now() + span, 0
        while present.now() < end:
            looks += self.turn()
            due = next_due()
            pause = max((due or end) - present.now(), step)
            self.go_on(min(pause, max(end - present.now(), timedelta(seconds=1))))
        return looks + self.turn()

    def hold_the_clock(self) -> None:
        """Of the sandbox, so nearly that nothing happens while a test looks."""
        self.rehearsal.sandbox.sandbox.world.clock.set_speed(1e-6)

    @property
    def account(self) -> Account:
        return self.rehearsal.account

    def post(self) -> Post:
        """The newest of the owner's in the sandbox's own books."""
        ours = {person.id for person in self._network.shelf.people if person.is_owner}
        posts = [one for one in self._network.shelf.posts if one.author_id in ours]
        return max(posts, key=lambda one: one.created_at)

    def booked(self) -> Counts:
        """How that post stands now, by the sandbox's own books."""
        return self._network.counts(self.post())

    def booked_at(self, moment: datetime) -> Counts:
        post = self.post()
        name = f"{self._network.name}/{post.id}"
        seed = self.rehearsal.sandbox.sandbox.world.seed
        return audience.counts(seed, name, moment - post.created_at)

    @property
    def _network(self) -> SandboxNetwork:
        return self.rehearsal.sandbox.sandbox.networks[self.rehearsal.network]


def read_what_is_due() -> int:
    async def turn() -> int:
        async with reach.new_http() as http:
            return await Reader(http).read_what_is_due()

    return async_to_sync(turn)()


def next_due() -> datetime | None:
    return (
        Following.objects.exclude(next_at=None)
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )


def snapshots_of(delivery: Delivery) -> list[Snapshot]:
    return list(Snapshot.objects.filter(following__delivery=delivery).order_by("at", "pk"))
