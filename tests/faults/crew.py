"""The worker processes of a campaign, and what befalls them."""

from __future__ import annotations

import itertools
import random
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.faults import clocks
from tests.faults.gaps import Gap, Ill, StopPoint, read_hits
from tests.faults.links import Link
from tests.faults.options import Break, Options, Trouble
from tests.faults.processes import Child, python
from tests.faults.worker import Orders

_LONGEST_WAIT = 4
# The database may be starting yet, and not answer.
_PATIENCE_WITH_STARTS = 5
_LIVES_LONG = 4
"""One in so many has no stop point, and lives until something else kills it."""
EVERY_STOP = (
    StopPoint(Gap.TAKEN, Ill.FREEZE),
    *(
        StopPoint(gap, Ill.DIE)
        for gap in (Gap.WRITTEN, Gap.ANSWERED, Gap.CALLING, Gap.TAKEN, Gap.ABOUT_TO_WRITE)
    ),
    StopPoint(Gap.WRITTEN, Ill.FREEZE),
    *(
        StopPoint(gap, Ill.DIE)
        for gap in (Gap.LOOKED_UP, Gap.LOOKING_UP, Gap.SETTLED, Gap.HANDED_OVER, Gap.CLAIMED)
    ),
)
"""Every gap; first those on which the promise rests, for a short campaign does not reach all."""


class Worker:
    """One place at the desk: a process that is started again whenever it has ended."""

    def __init__(self, name: str, link: Link, folder: Path, broken: Break | None) -> None:
        self.name = name
        self.link = link
        self._folder = folder
        self._broken = broken
        self._clock = folder / f"{name}.clock"
        self.set_clock(0.0)
        self._child: Child | None = None
        self.has_orders = False
        self._given_up = 0

    def start(self, stop: StopPoint | None = None) -> None:
        """Returns at once; the process needs some seconds until it works."""
        orders = Orders(
            hits=hits_of(self._folder), clock=self._clock, stop=stop, broken=self._broken
        )
        self.has_orders = stop is not None
        self._child = Child(
            [*self.link.prefix, *python("tests.faults.worker")],
            env={"DATABASE_URL": self.link.url, **orders.to_environment()},
            log=self._folder / f"{self.name}.log",
        )

    @property
    def has_ended(self) -> bool:
        return self._child is None or self._child.has_ended

    def refuse_to_go_on(self) -> None:
        """RuntimeError, with what it said, when it cannot even start, again and again."""
        if self._child is None or not self._child.has_given_up:
            return
        self._given_up += 1
        if self._given_up > _PATIENCE_WITH_STARTS:
            raise RuntimeError(f"{self.name} cannot start: {self._child.last_words()}")

    def wait_until_at_work(self) -> None:
        """Also one that dies soon after says that it is ready."""
        assert self._child is not None
        self._child.word()

    @property
    def is_frozen(self) -> bool:
        if self._child is None or self.has_ended:
            return False
        try:
            return psutil.Process(self._child.pid).status() == psutil.STATUS_STOPPED
        except psutil.NoSuchProcess:
            return False

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def freeze(self) -> None:
        if self._child is not None:
            self._child.send(signal.SIGSTOP)

    def wake(self) -> None:
        if self._child is not None:
            self._child.send(signal.SIGCONT)

    def set_clock(self, wrong_by: float) -> None:
        clocks.set_wrong(self._clock, wrong_by)

    def end(self) -> None:
        """In good order, whatever state it is in."""
        self.wake()
        self.link.heal()
        if self._child is not None:
            self._child.end()


def hits_of(folder: Path) -> Path:
    return folder / "hits"


def stop_points(options: Options, folder: Path) -> Iterator[StopPoint | None]:
    """For one (re)start after the other; first whatever was not hit yet."""
    if options.trouble is Trouble.ANSWERS:
        return itertools.repeat(None)
    if options.trouble is Trouble.FREEZING:
        return itertools.cycle((StopPoint(Gap.TAKEN, Ill.FREEZE), None))
    return _every_gap(random.Random(f"{options.seed}/stops"), hits_of(folder))


def _every_gap(chance: random.Random, hits: Path) -> Iterator[StopPoint | None]:
    given: Counter[StopPoint] = Counter()
    for number in itertools.count():
        hit = set(read_hits(hits))
        if left := [stop for stop in EVERY_STOP if str(stop) not in hit]:
            # Its worker may have died of something else before.
            stop = min(left, key=lambda one: given[one])
            given[stop] += 1
            yield stop
        elif number % _LIVES_LONG == 0:
            yield None
        else:
            stop = chance.choice(EVERY_STOP)
            yield StopPoint(stop.gap, stop.ill, chance.randint(1, _LONGEST_WAIT))
