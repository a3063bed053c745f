"""Workers tell of themselves, by the database's clock."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now

from parvis.deliver import roster
from parvis.deliver.models import Worker
from parvis.deliver.roster import Sign
from parvis.deliver.verbs import database_now
from parvis.deliver.worker import new_worker_name

pytestmark = pytest.mark.django_db

CLOCK, DELIVER = frozenset({"clock"}), frozenset({"deliver"})


def sign(name: str = "one", roles: frozenset[str] = DELIVER, in_hand: int = 0) -> Sign:
    return Sign(name=name, roles=roles, in_hand=in_hand, counts={"published": in_hand})


def fall_silent(name: str, ago: float | None = None) -> None:
    seconds = settings.TERMS.silent + 1 if ago is None else ago
    Worker.objects.filter(name=name).update(beat_at=Now() - timedelta(seconds=seconds))


def names() -> set[str]:
    return set(Worker.objects.values_list("name", flat=True))


def test_the_first_sign_of_life_tells_who_a_worker_is() -> None:
    roster.beat(sign(roles=frozenset({"deliver", "clock"})))
    worker = Worker.objects.get()
    assert (worker.name, worker.roles) == ("one", ["clock", "deliver"])
    assert worker.host
    assert worker.version
    assert abs(worker.beat_at - database_now()) < timedelta(seconds=30)


def test_later_ones_tell_what_it_has_done_since_and_when_it_started() -> None:
    roster.beat(sign())
    long_ago = database_now() - timedelta(hours=1)
    Worker.objects.update(started_at=long_ago, beat_at=long_ago)
    roster.beat(sign(in_hand=7))
    worker = Worker.objects.get()
    assert (worker.in_hand, worker.counts) == (7, {"published": 7})
    assert worker.started_at == long_ago < worker.beat_at


@pytest.mark.parametrize("ahead", [420.0, -420.0])
def test_it_learns_by_how_much_its_hosts_clock_is_off(
    monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    hosts = time.time
    monkeypatch.setattr(roster.time, "time", lambda: hosts() + ahead)
    assert roster.beat(sign()) == pytest.approx(ahead, abs=5)
    assert Worker.objects.get().clock_ahead == pytest.approx(ahead, abs=5)


def test_a_worker_is_there_until_it_has_been_silent_for_long() -> None:
    roster.beat(sign())
    fall_silent("one", ago=settings.TERMS.silent - 5)
    assert roster.present_workers().exists()
    assert not roster.silent_workers().exists()
    fall_silent("one")
    assert not roster.present_workers().exists()
    assert roster.silent_workers().exists()


def test_a_worker_that_ended_in_good_order_is_missed_by_nobody() -> None:
    roster.beat(sign(in_hand=3))
    roster.sign_off("one")
    fall_silent("one")
    assert Worker.objects.get().in_hand == 0
    assert not roster.silent_workers().exists()
    assert not roster.present_workers().exists()


def test_one_that_was_cut_off_and_comes_back_is_there_again() -> None:
    roster.beat(sign())
    fall_silent("one")
    roster.beat(sign())
    assert roster.present_workers().get().name == "one"
    assert not roster.silent_workers().exists()


def test_a_worker_that_starts_stands_in_for_those_of_its_kind_that_this_host_has_lost() -> None:
    for name in ("lost", "living", "stopped"):
        roster.beat(sign(name))
    roster.beat(sign("lost clock", CLOCK))
    roster.beat(sign("lost elsewhere"))
    Worker.objects.filter(name="lost elsewhere").update(host="another.example.org")
    roster.sign_off("stopped")
    for name in ("lost", "stopped", "lost clock", "lost elsewhere"):
        fall_silent(name)
    assert roster.replace_lost(sign("new")) == 1
    assert names() == {"living", "stopped", "lost clock", "lost elsewhere"}


def test_a_worker_does_not_take_itself_for_lost() -> None:
    roster.beat(sign())
    fall_silent("one")
    assert roster.replace_lost(sign("one")) == 0
    assert names() == {"one"}


def test_no_two_workers_have_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not two that have the same process id, one after the other."""
    first = new_worker_name()
    later = time.time() + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert new_worker_name() != first
