"""Who claims, and when nobody does: clocks that take turns, and a database's clock that jumps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob

from parvis.connections.models import Account
from parvis.deliver import claims, clock
from parvis.deliver.clock import MOST_WAITING, Clock, Guard, database_seconds
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from tests.cast import connect, make_due, scheduled
from tests.servers.waiting import wait_until

ON_THE_WAY = 0.1
AN_HOUR = 3600.0
DAY = 86_400.0


class Times:
    """What a guard is shown: the database's time, and this machine's, which only goes on."""

    def __init__(self) -> None:
        self.guard = Guard()
        self.here = 1000.0
        self.database = 50 * 365 * DAY

    def look(self, answered_after: float = ON_THE_WAY) -> bool:
        asked, database = self.here, self.database
        self.pass_by(answered_after)
        return self.guard.trusts(database, asked, self.here)

    def pass_by(self, seconds: float) -> None:
        self.here += seconds
        self.database += seconds


@pytest.fixture
def times() -> Times:
    return Times()


def test_a_clock_that_goes_on_is_trusted(times: Times) -> None:
    for seconds in (0.02, 2.0, 60.0, DAY):
        assert times.look()
        times.pass_by(seconds)
    assert times.look()


@pytest.mark.parametrize("jump", [30.0, AN_HOUR, -30.0, -AN_HOUR])
def test_after_a_jump_nothing_is_trusted_until_what_was_under_way_is_over(
    times: Times, jump: float
) -> None:
    times.look()
    times.database += jump
    assert not times.look()
    times.pass_by(settings.TERMS.under_way - 1.0)
    assert not times.look()
    times.pass_by(1.1)
    assert times.look()


def test_a_second_jump_begins_the_wait_anew(times: Times) -> None:
    times.look()
    times.database += AN_HOUR
    times.look()
    times.pass_by(settings.TERMS.under_way - 10.0)
    times.database -= AN_HOUR
    assert not times.look()
    times.pass_by(20.0)
    assert not times.look()


def test_a_little_drift_and_a_corrected_second_are_trusted(times: Times) -> None:
    for second in (0.5, -0.5, 1.0, -1.0):
        times.look()
        times.database += second
        assert times.look()


def test_drift_that_adds_up_is_never_taken_for_a_jump(times: Times) -> None:
    for _ in range(100):
        times.pass_by(2.0)
        times.database += 0.2
        assert times.look()


@pytest.mark.parametrize("seconds", [8.0, 40.0, AN_HOUR])
def test_an_answer_that_took_long_is_no_jump(times: Times, seconds: float) -> None:
    """A process that was stopped in the middle, or a database that was hard to reach."""
    times.look()
    times.pass_by(2.0)
    assert times.look(answered_after=seconds)
    times.pass_by(2.0)
    assert times.look()


def test_a_jump_during_an_answer_that_took_long_is_noticed_afterwards(times: Times) -> None:
    times.look()
    times.pass_by(2.0)
    times.look(answered_after=40.0)
    times.database += 20.0
    assert not times.look()


@pytest.fixture
def jumped(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Clock]:
    """A clock before whose eyes the database's clock has jumped by so many seconds."""

    def jump(seconds: float) -> Clock:
        ticking = Clock()
        ticking.tick()
        monkeypatch.setattr(clock, "database_seconds", lambda: database_seconds() + seconds)
        return ticking

    return jump


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [AN_HOUR, -AN_HOUR])
def test_after_a_jump_nothing_is_claimed_swept_or_looked_up(
    ponts: Account, ponts_mastodon: Account, jumped: Callable[[float], Clock], seconds: float
) -> None:
    ticking = jumped(seconds)
    due, lost, unknown = (scheduled(one) for one in (ponts, ponts_mastodon, ponts_mastodon))
    put(lost, State.SENDING, lease_until=Now() - timedelta(seconds=1))
    put(unknown, State.CHECKING, ready_at=Now())
    before = kept()
    assert ticking.tick() == 0
    assert kept() == before
    assert not ProcrastinateJob.objects.exists()
    assert Clock().tick() > 0
    assert kept() != before
    assert {due.pk, lost.pk, unknown.pk} == set(before)


@pytest.mark.django_db
def test_after_an_outage_what_is_too_late_is_held_before_anything_is_claimed(
    ponts: Account,
) -> None:
    too_late, in_time = scheduled(ponts), scheduled(ponts)
    make_due(too_late, timedelta(hours=13))
    make_due(in_time, timedelta(hours=11))
    Clock().tick()
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {too_late.pk: State.HELD, in_time.pk: State.CLAIMED}


@pytest.mark.django_db
def test_no_more_batches_wait_than_are_soon_begun(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "BATCH", 1)
    accounts = [connect(workspace, handle=f"{n}.example.org") for n in range(MOST_WAITING + 1)]
    scheduled(*accounts)
    ticking = Clock()
    assert sum(ticking.tick() for _ in range(MOST_WAITING + 2)) == MOST_WAITING
    assert ProcrastinateJob.objects.count() == MOST_WAITING
    _begin_one_job()
    assert ticking.tick() == 1


@pytest.mark.django_db
def test_all_that_is_claimed_of_an_account_goes_to_one_worker(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two would each send a part of its queue at the same time."""
    monkeypatch.setattr(clock, "BATCH", 4)
    accounts = [connect(workspace, handle=f"{n}.example.org") for n in range(4)]
    for _ in range(3):
        scheduled(*accounts)
    ticking = Clock()
    while ticking.tick():
        pass
    jobs_of = [[pk for pk, _ in job.args["claims"]] for job in ProcrastinateJob.objects.all()]
    assert jobs_of
    for account in accounts:
        queue = set(account.deliveries.values_list("pk", flat=True))
        assert len([job for job in jobs_of if queue & set(job)]) <= 1


@pytest.mark.django_db
def test_a_claim_and_the_job_that_works_on_it_are_one_commit(
    ponts: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = scheduled(ponts)

    def fail(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(clock.tasks.deliver, "defer", fail)
    with pytest.raises(ConnectionError):
        Clock().tick()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.fence) == (State.SCHEDULED, 0)


@pytest.fixture
def clocks(transactional_db: None) -> Iterator[None]:
    """Several may tick at once, each in its own transaction. Django does not know of the engine's
    tables, and leaves what is in them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.mark.usefixtures("clocks")
def test_while_one_clock_claims_the_others_do_not_and_do_not_wait(ponts: Account) -> None:
    scheduled(ponts)
    with ticking_elsewhere():
        assert Clock().tick() == 0
    assert Clock().tick() == 1


@pytest.mark.usefixtures("clocks")
def test_a_clock_that_was_stopped_in_the_middle_keeps_the_others_waiting_for_a_while_only(
    ponts: Account,
) -> None:
    """The database ends a transaction in which nothing is done."""
    scheduled(ponts)
    with ticking_elsewhere(idle_for_at_most="300ms"):
        assert Clock().tick() == 0
        wait_until(lambda: Clock().tick() == 1, 60, "the lock of the stopped clock to be gone")


@pytest.mark.django_db
def test_a_clocks_transaction_in_which_nothing_is_done_ends_before_a_lease_would() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        claims.may_tick()
        cursor.execute("SELECT extract(epoch FROM current_setting(%s)::interval)", [_IDLE])
        (seconds,) = cursor.fetchone()
    assert 0 < seconds < settings.TERMS.lease


@pytest.mark.usefixtures("clocks")
def test_two_clocks_at_once_claim_everything_once_and_each_account_in_order(
    workspace: Workspace,
) -> None:
    accounts = [connect(workspace, handle=f"{n}.example.org") for n in range(4)]
    for _ in range(3):
        scheduled(*accounts)
    start = Barrier(2)
    clocks = [Thread(target=_tick_until_all_is_claimed, args=(start,)) for _ in range(2)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join(timeout=60)
    claimed = [claim for job in ProcrastinateJob.objects.all() for claim in job.args["claims"]]
    assert sorted(pk for pk, _ in claimed) == sorted(Delivery.objects.values_list("pk", flat=True))
    assert {fence for _, fence in claimed} == {1}
    for account in accounts:
        queue = account.deliveries.order_by("due_at", "pk").values_list("pk", flat=True)
        assert [pk for pk, _ in claimed if pk in queue] == list(queue)


_IDLE = "idle_in_transaction_session_timeout"


@contextmanager
def ticking_elsewhere(idle_for_at_most: str = "60s") -> Iterator[None]:
    """Another process is in the middle of claiming, and goes no further."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SET {_IDLE} = '{idle_for_at_most}'")
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [claims._TICKING])
            assert cursor.fetchone() == (True,)
        yield
    finally:
        other.close()


def _tick_until_all_is_claimed(start: Barrier) -> None:
    try:
        ticking = Clock()
        start.wait(timeout=60)
        scheduled_ones = Delivery.objects.filter(state=State.SCHEDULED)
        wait_until(lambda: ticking.tick() or not scheduled_ones.exists(), 60, "all to be claimed")
    finally:
        connection.close()


def _begin_one_job() -> None:
    first = ProcrastinateJob.objects.order_by("pk")[:1].values("pk")
    ProcrastinateJob.objects.filter(pk__in=first).update(status="doing")


def put(delivery: Delivery, state: State, **more: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **more)


def kept() -> dict[int, tuple[str, int]]:
    rows = Delivery.objects.values_list("pk", "state", "fence")
    return {pk: (state, fence) for pk, state, fence in rows}
