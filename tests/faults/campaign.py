"""A whole campaign: the parts are started, posts fall due and things break; then it is judged."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, connections
from django.db.models import Q

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.verbs import workspace_of
from tests.cast import open_the_desk_of_alice
from tests.faults import clocks, telling
from tests.faults.accounts import connect_accounts
from tests.faults.composing import PICTURES, Composer
from tests.faults.crew import EVERY_STOP, Worker, hits_of, stop_points
from tests.faults.disasters import WORKERS, disasters, orders
from tests.faults.gaps import read_hits
from tests.faults.judging import Fault, Verdict, judge
from tests.faults.links import Link, ProxyLink, relay_thread
from tests.faults.misfortune import FROZEN_LEASES, Misfortune
from tests.faults.namespace import namespace_link, namespaces_work
from tests.faults.options import Options, Trouble
from tests.faults.person import Person
from tests.faults.place import Place, keep
from tests.faults.plan import Planned, plan
from tests.faults.reading import read_deliveries, read_timeline

TICK = 0.1
HANDED_OVER_BEFORE = 10.0
COMPOSING_AT_ONCE = 0.3
LONGEST_DELAY = 3
LEAST_PATIENCE = 120.0
PATIENCE_IN_TERMS = 15.0
"""Of `under_way`: for how long what is under way at the end may take to settle."""
_UNDER_WAY = (State.CLAIMED, State.SENDING, State.CHECKING, State.SCHEDULED)


def run(options: Options, place: Place) -> int:
    """Prints what came of it; the exit code is 1 when something is lost, duplicated or wrong, or
    when nothing was put to the test."""
    began = time.monotonic()
    with _campaign(options, place) as campaign:
        campaign.conduct()
        campaign.settle()
        verdicts = campaign.verdicts()
        hit = campaign.hit()
    return _tell(options, place, verdicts, hit, time.monotonic() - began)


class Campaign:
    def __init__(self, options: Options, place: Place, workers: list[Worker]) -> None:
        _be_patient()
        alice = open_the_desk_of_alice()
        workspace = workspace_of(alice)
        accounts = connect_accounts(options, workspace, place.sandbox)
        _make_the_clock_movable()
        self._options = options
        self._place = place
        self._person = Person(alice, place.sandbox, options.seed)
        traits = {network: some[0].traits for network, some in accounts.items()}
        self._planned = plan(options, traits, PICTURES)
        known = {name: frozenset(place.sandbox.told(name)["faults"]) for name in options.networks}
        self._misfortune = Misfortune(
            place=place,
            workers=workers,
            disasters=disasters(options, settings.TERMS),
            orders=orders(options, settings.TERMS, known),
            stops=stop_points(options, place.logs),
            frozen_leases=_FROZEN_LEASES[options.trouble],
        )
        self._misfortune.begin()
        self._began = time.monotonic()
        self._composer = Composer(workspace, accounts, database_now())

    @property
    def _now(self) -> float:
        """Seconds from the start."""
        return time.monotonic() - self._began

    def conduct(self) -> None:
        """Until the time is over and everything planned has been handed over."""
        waiting = list(reversed(self._planned))
        while waiting or self._now < self._options.seconds:
            if self._now > LONGEST_DELAY * self._options.seconds + LEAST_PATIENCE:
                raise TimeoutError(f"{len(waiting)} posts could not even be handed over")
            self._hand_over(waiting)
            self._misfortune.strike(self._now)
            self._person.act(self._now)
            time.sleep(TICK)

    def settle(self) -> None:
        """Nothing breaks any more; what is under way comes to an end, as far as it does."""
        self._misfortune.end()
        patience = max(LEAST_PATIENCE, PATIENCE_IN_TERMS * settings.TERMS.under_way)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _something_is_under_way(patience):
            self._misfortune.keep_alive()
            self._person.act(self._now)
            time.sleep(TICK * 5)

    def verdicts(self) -> dict[str, Verdict]:
        return {
            network: judge(read_deliveries(network), read_timeline(self._place.sandbox, network))
            for network in self._options.networks
        }

    def hit(self) -> dict[str, dict[str, int]]:
        """What was put to the test, and how often."""
        gaps = Counter({str(stop): 0 for stop in EVERY_STOP})
        gaps.update(read_hits(hits_of(self._place.logs)))
        return {
            "gaps": dict(sorted(gaps.items())),
            "disasters": dict(sorted(self._misfortune.befallen.items())),
            "faults": dict(sorted(self._misfortune.faults().items())),
            "person": dict(sorted(self._person.did.items())),
        }

    def _hand_over(self, waiting: list[Planned]) -> None:
        """What is due soon, for a short while: a person does other things as well."""
        until = time.monotonic() + COMPOSING_AT_ONCE
        while waiting and waiting[-1].due < self._now + HANDED_OVER_BEFORE:
            if not self._composer.hand_over(waiting[-1]) or time.monotonic() > until:
                close_old_connections()
                return
            planned = waiting.pop()
            self._person.intend(planned, self._composer.handed_over[planned.number])


@contextmanager
def _campaign(options: Options, place: Place) -> Iterator[Campaign]:
    with ExitStack() as stack:
        stack.callback(connections.close_all)
        workers = [
            Worker(f"worker-{number}", link, place.logs, options.broken)
            for number, link in enumerate(_links(stack, place))
        ]
        for worker in workers:
            stack.callback(worker.end)
        yield Campaign(options, place, workers)


def _links(stack: ExitStack, place: Place) -> list[Link]:
    """The last worker gets a network namespace of its own where the machine allows it."""
    thread = stack.enter_context(relay_thread())
    links: list[Link] = [ProxyLink(thread, place.socket) for _ in range(WORKERS)]
    if namespaces_work():
        ports = place.ports
        links[-1] = stack.enter_context(namespace_link(thread, place.socket, ports, place.logs))
    return links


def _be_patient() -> None:
    """Workers must not hold a transaction open; who watches them on a busy machine may."""
    connection.settings_dict["OPTIONS"].pop("options", None)


def _make_the_clock_movable() -> None:
    """For all connections to come; those that there are end."""
    with connection.cursor() as cursor:
        cursor.execute(clocks.DATABASE)
    connections.close_all()


def _something_is_under_way(patience: float) -> bool:
    """What is not due yet counts as well: a person may have moved it. What waits for a limit that
    lasts for longer does not: LinkedIn's end at midnight."""
    try:
        later = database_now() + timedelta(seconds=patience)
        waits = Q(account__waits_until__gt=later) | Q(ready_at__gt=later)
        return Delivery.objects.filter(~waits, state__in=_UNDER_WAY).exists()
    except (DatabaseError, psycopg.Error):
        close_old_connections()
        return True


_FROZEN_LEASES = dict.fromkeys(Trouble, FROZEN_LEASES) | {
    # Nothing is done late there that a longer sleep could add to.
    Trouble.FREEZING: (1.2, 10.0)
}
_PUT_TO_THE_TEST = {
    Trouble.ALL: ("gaps", "disasters", "faults"),
    Trouble.ANSWERS: ("faults",),
    Trouble.FREEZING: ("gaps",),
}


def _tell(
    options: Options,
    place: Place,
    verdicts: dict[str, Verdict],
    hit: dict[str, dict[str, int]],
    seconds: float,
) -> int:
    for network, verdict in verdicts.items():
        print(telling.line(network, [verdict], seconds))  # noqa: T201
    every = list(verdicts.values())
    print(telling.line("total", every, seconds, hit=hit))  # noqa: T201
    violated = any(verdict.count(fault) for verdict in every for fault in Fault)
    if violated:
        print("\n".join(telling.traces(verdicts)), file=sys.stderr)  # noqa: T201
        print(f"The logs are kept in {keep(place)}.", file=sys.stderr)  # noqa: T201
    untried = not sum(verdict.published for verdict in every) or not all(
        sum(hit[what].values()) for what in _PUT_TO_THE_TEST[options.trouble]
    )
    if untried:
        print("Too little was put to the test: see “hit”.", file=sys.stderr)  # noqa: T201
    return int(violated or untried)
