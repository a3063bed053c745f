"""What the database tells of the work is judged rightly: neither missed nor cried wolf about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.watch.troubles import Severity, Trouble
from tests.cast import make_due, scheduled
from tests.watch.conftest import worker

pytestmark = pytest.mark.django_db(transaction=True)

Examine = Callable[[], dict[str, Trouble]]
SILENT = timedelta(seconds=settings.TERMS.silent + 1)
MINUTE = timedelta(minutes=1)
LATER = timedelta(days=1)


def overdue(account: Account, ago: timedelta = MINUTE) -> Delivery:
    delivery = scheduled(account, in_=LATER)
    make_due(delivery, ago)
    return delivery


def test_a_desk_at_work_has_no_trouble(examine: Examine, ponts: Account) -> None:
    worker()
    scheduled(ponts, in_=LATER)
    assert examine() == {}


def test_a_due_delivery_that_nobody_took_is_noticed_with_its_age(
    examine: Examine, ponts: Account
) -> None:
    overdue(ponts)
    found = examine()["overdue"]
    assert found.severity == Severity.ERROR
    assert found.facts["count"] == 1
    assert 59 <= found.facts["seconds"] <= 90


def test_a_delivery_due_just_now_is_not_late(examine: Examine, ponts: Account) -> None:
    worker()
    make_due(scheduled(ponts, in_=LATER), timedelta(seconds=5))
    assert examine() == {}


def test_workers_that_are_a_little_behind_are_a_warning(examine: Examine, ponts: Account) -> None:
    worker()
    overdue(ponts, MINUTE)
    assert examine()["overdue"].severity == Severity.WARNING


def test_workers_that_are_far_behind_are_an_error(examine: Examine, ponts: Account) -> None:
    worker()
    overdue(ponts, timedelta(minutes=10))
    assert examine()["overdue"].severity == Severity.ERROR


def test_a_look_up_that_nobody_makes_is_noticed(examine: Examine, ponts: Account) -> None:
    worker()
    overdue(ponts)
    Delivery.objects.update(state=State.CHECKING)
    assert "overdue" in examine()


def test_what_a_lost_worker_left_and_nobody_took_over_is_noticed(
    examine: Examine, ponts: Account
) -> None:
    worker()
    overdue(ponts)
    Delivery.objects.update(state=State.SENDING, lease_until=Now() - MINUTE)
    assert examine()["overdue"].facts["count"] == 1


def test_what_is_being_sent_is_not_overdue(examine: Examine, ponts: Account) -> None:
    worker()
    overdue(ponts)
    Delivery.objects.update(state=State.SENDING, lease_until=Now() + MINUTE)
    assert examine() == {}


def test_an_account_that_was_told_to_wait_is_not_overdue(examine: Examine, ponts: Account) -> None:
    worker()
    overdue(ponts)
    Account.objects.update(waits_until=Now() + MINUTE)
    assert examine() == {}


def test_an_account_that_must_be_connected_again_is_not_overdue(
    examine: Examine, ponts: Account
) -> None:
    worker()
    overdue(ponts)
    Account.objects.update(state=AccountState.NEEDS_RECONNECT)
    assert examine() == {}


def test_what_waits_for_an_earlier_post_of_its_account_is_not_overdue(
    examine: Examine, ponts: Account
) -> None:
    worker()
    before = overdue(ponts, 2 * MINUTE)
    overdue(ponts, MINUTE)
    Delivery.objects.filter(pk=before.pk).update(
        state=State.CHECKING, began_at=Now() - 2 * MINUTE, ready_at=Now() + MINUTE
    )
    assert examine() == {}


def test_waiting_for_an_earlier_post_has_an_end(examine: Examine, ponts: Account) -> None:
    worker()
    long_ago = timedelta(seconds=settings.TERMS.order) + MINUTE
    before = overdue(ponts, long_ago)
    overdue(ponts, MINUTE)
    Delivery.objects.filter(pk=before.pk).update(
        state=State.CHECKING, began_at=Now() - long_ago, ready_at=Now() + MINUTE
    )
    assert examine()["overdue"].facts["count"] == 1


def test_one_account_that_waits_hides_no_other(
    examine: Examine, ponts: Account, ponts_mastodon: Account
) -> None:
    worker()
    overdue(ponts)
    overdue(ponts_mastodon)
    Account.objects.filter(pk=ponts.pk).update(waits_until=Now() + MINUTE)
    assert examine()["overdue"].facts["count"] == 1


def test_nobody_at_work_is_an_error_once_something_is_scheduled(
    examine: Examine, ponts: Account
) -> None:
    assert examine()["no-worker"].severity == Severity.WARNING
    scheduled(ponts, in_=LATER)
    assert examine()["no-worker"].severity == Severity.ERROR


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (("deliver", "collect"), "no-clock"),
        (("clock", "collect"), "no-deliverer"),
        (("clock", "deliver"), "no-collector"),
    ],
)
def test_a_role_that_nobody_has_is_named(examine: Examine, roles: tuple, code: str) -> None:
    worker(roles=roles)
    assert set(examine()) == {code}


def test_a_worker_that_has_just_stopped_is_not_missed_yet(examine: Examine) -> None:
    worker(stopped_at=Now())
    assert examine() == {}


def test_a_worker_that_stopped_long_ago_is_missed_but_not_lost(examine: Examine) -> None:
    worker(silent_for=SILENT, stopped_at=Now() - SILENT)
    assert set(examine()) == {"no-worker"}


def test_a_silent_worker_is_an_error_while_nobody_does_its_work(examine: Examine) -> None:
    worker(silent_for=SILENT)
    found = examine()
    assert set(found) == {"no-worker", "worker-silent"}
    assert found["worker-silent"].severity == Severity.ERROR
    assert found["worker-silent"].facts["host"] == "host-1"


def test_a_silent_worker_is_a_warning_while_others_do_its_work(examine: Examine) -> None:
    worker("host-1:1", silent_for=SILENT)
    worker("host-2:1")
    found = examine()
    assert set(found) == {"worker-silent"}
    assert found["worker-silent"].severity == Severity.WARNING


def test_a_worker_that_was_started_again_replaces_the_lost_one(examine: Examine) -> None:
    worker("host-1:1", silent_for=SILENT)
    worker("host-1:2")
    assert examine() == {}


def test_a_host_that_was_taken_away_is_news_for_a_day(examine: Examine) -> None:
    worker("host-1:1", silent_for=timedelta(days=2))
    worker("host-2:1")
    assert examine() == {}


def test_a_clock_that_is_minutes_off_is_told_with_its_host(examine: Examine) -> None:
    worker("host-1:1", clock_ahead=-200.0)
    worker("host-2:1", clock_ahead=3.0)
    found = examine()
    assert set(found) == {"clock-apart"}
    assert found["clock-apart"].facts == {"host": "host-1", "seconds": -200}


def test_what_was_held_because_it_was_too_late_is_counted(examine: Examine, ponts: Account) -> None:
    worker()
    scheduled(ponts)
    Delivery.objects.update(state=State.HELD, reason_code="too-late")
    assert examine()["held-late"].facts == {"count": 1}


def test_what_is_held_for_another_reason_is_no_trouble_of_the_work(
    examine: Examine, ponts: Account
) -> None:
    worker()
    scheduled(ponts)
    Delivery.objects.update(state=State.HELD, reason_code="reconnect")
    assert examine() == {}


def test_outcomes_that_nobody_knows_are_counted(examine: Examine, ponts: Account) -> None:
    worker()
    scheduled(ponts)
    Delivery.objects.update(state=State.UNKNOWN)
    assert examine()["to-decide"].facts == {"count": 1}


def test_a_large_history_is_not_read(examine: Examine, ponts: Account) -> None:
    """Neither what is settled nor what lies in the future: each part of the question has an
    index."""
    scheduled(ponts, in_=LATER)
    with connection.cursor() as cursor:
        cursor.execute(_MANY)
        cursor.execute("ANALYZE deliver_delivery")
        plan = _plan_of_backlog(cursor)
    assert f"Seq Scan on {TABLE}" not in plan
    worker()
    assert examine() == {}


TABLE = "deliver_delivery"
# A generated column is the database's to fill.
_GIVEN = [field.column for field in Post._meta.concrete_fields if not field.generated]
# Neither foreign keys nor the words to search for are asked here.
_MANY = f"""
SET session_replication_role = replica;
INSERT INTO compose_post ({", ".join(_GIVEN)})
SELECT {", ".join(f"(p).{column}" for column in _GIVEN)} FROM (
    SELECT jsonb_populate_record(p, jsonb_build_object('id', 1000000 + n)) AS p
    FROM compose_post p, generate_series(1, 20000) n) made;
INSERT INTO deliver_delivery SELECT (d).* FROM (
    SELECT jsonb_populate_record(d::deliver_delivery, jsonb_build_object(
        'id', 1000000 + n, 'post_id', 1000000 + n,
        'state', CASE WHEN n % 4 = 0 THEN 'scheduled' ELSE 'published' END)) AS d
    FROM deliver_delivery d, generate_series(1, 20000) n) made;
SET session_replication_role = DEFAULT
"""


def _plan_of_backlog(cursor) -> str:
    from parvis.watch.work import _BACKLOG

    cursor.execute(f"EXPLAIN {_BACKLOG}", {"patience": MINUTE, "order": MINUTE})
    return "\n".join(row[0] for row in cursor.fetchall())
