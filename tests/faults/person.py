"""What a person does while a campaign runs: moves and takes back posts, releases what is held,
connects accounts again, and decides what the look-ups could not tell."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError

from parvis.connections.models import Account, AccountState
from parvis.deliver import verbs
from parvis.deliver.leaving import welcome_back
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.contract import Published
from parvis.networks.errors import NetworkError
from parvis.people.models import User
from tests.faults.accounts import connect_again
from tests.faults.plan import Deed, Planned
from tests.faults.reading import author_of, read_timeline
from tests.servers.sandbox import SandboxControl

LOOKS_EVERY = 2.0
_BEFORE_DUE = 1.5
_TOO_LATE = "too-late"
_LEFT_ALONE = 3
"""Of what is to be decided, one in so many is left to the end: somebody was told, and is away."""

Done = Callable[[], object]


class Person:
    """Alice, with one look at the desk every few seconds. `did` counts what she has done."""

    def __init__(self, alice: User, sandbox: SandboxControl, seed: int) -> None:
        self._alice = alice
        self._sandbox = sandbox
        self._chance = random.Random(f"{seed}/person")
        self._plans: list[tuple[float, Deed, Delivery]] = []
        self._asked_since: dict[int, float] = {}
        self._looks_at = 0.0
        self.did: Counter[str] = Counter()

    def intend(self, planned: Planned, delivery: Delivery) -> None:
        if planned.deed is not Deed.NOTHING:
            at = planned.due - _BEFORE_DUE * self._chance.random()
            self._plans.append((at, planned.deed, delivery))

    def act(self, now: float) -> None:
        """`now` is in seconds from the start."""
        self._do_what_was_intended(now)
        if now >= self._looks_at:
            self._looks_at = now + LOOKS_EVERY
            self._look_at_the_desk(now)

    def _do_what_was_intended(self, now: float) -> None:
        due = [plan for plan in self._plans if plan[0] <= now]
        for plan in due:
            self._plans.remove(plan)
            _, deed, delivery = plan
            self._try(deed, lambda deed=deed, one=delivery: self._carry_out(deed, one))

    def _carry_out(self, deed: Deed, delivery: Delivery) -> None:
        if deed is Deed.TAKE_BACK:
            verbs.take_back(delivery.post, by=self._alice)
        else:
            later = timedelta(seconds=self._chance.uniform(1, 15))
            verbs.move(delivery.post, verbs.database_now() + later, by=self._alice)

    def _look_at_the_desk(self, now: float) -> None:
        for account in _waiting_for_permission():
            self._try("connected again", lambda account=account: self._connect_again(account))
        for delivery in _to_release():
            self._try("released", lambda one=delivery: verbs.release(one, by=self._alice))
        for delivery in _to_decide():
            if now - self._asked_since.setdefault(delivery.pk, now) > settings.TERMS.under_way:
                self._try("decided", lambda one=delivery: self._decide(one))

    def _connect_again(self, account: Account) -> None:
        for connected in connect_again(account, self._sandbox):
            welcome_back(connected)

    def _decide(self, delivery: Delivery) -> None:
        """By what she sees on the network, by her own clock long after anything was sent."""
        found = self._found(delivery)
        if found is None and delivery.pk % 2:
            verbs.send_again(delivery, by=self._alice)
        elif found is None:
            verbs.give_up(delivery, by=self._alice)
        elif len(delivery.receipts) + 1 == len(delivery.parts):
            verbs.it_is_there(delivery, found, by=self._alice)

    def _found(self, delivery: Delivery) -> Published | None:
        """The part that she is asked about, if it is on the network and no other delivery's."""
        wanted = delivery.parts[len(delivery.receipts)]["text"].split()
        taken = {
            receipt["remote_id"]
            for receipts in Delivery.objects.exclude(receipts=[]).values_list("receipts", flat=True)
            for receipt in receipts
        }
        for post in read_timeline(self._sandbox, delivery.account.network):
            is_ours = post.author == author_of(delivery.account) and post.text.split() == wanted
            if is_ours and post.remote_id not in taken:
                return Published(remote_id=post.remote_id, url="")
        return None

    def _try(self, what: str, do: Done) -> None:
        """What cannot be done just now is tried at the next look, or has become pointless."""
        try:
            do()
        except (
            DatabaseError,
            NetworkError,
            AssertionError,
            OSError,
            verbs.AlreadyOnItsWay,
            verbs.InThePast,
            verbs.NothingToDecide,
        ):
            self.did["in vain"] += 1
        else:
            self.did[str(what)] += 1


def _waiting_for_permission() -> list[Account]:
    """One of those that one permission opens is enough."""
    waiting = _asked(lambda: Account.objects.filter(state=AccountState.NEEDS_RECONNECT))
    return list({(one.network, one.handle): one for one in waiting}.values())


def _to_release() -> list[Delivery]:
    """What waits for nothing but a word. What is too late is left: that was what was wanted."""
    held = Delivery.objects.filter(state=State.HELD).exclude(
        reason_code__in=(_TOO_LATE, verbs.RECONNECT)
    )
    return _asked(lambda: held.select_related("account"))


def _to_decide() -> list[Delivery]:
    asked = Delivery.objects.filter(state=State.UNKNOWN).select_related("account")
    return [one for one in _asked(lambda: asked) if one.pk % _LEFT_ALONE]


def _asked(rows: Callable[[], Iterable[object]]) -> list:
    """Nothing while the database is away."""
    try:
        return list(rows())
    except DatabaseError:
        return []
