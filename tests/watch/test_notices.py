"""Who is told: the beginning and the end of each trouble, once by every way, and no storms."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from parvis.people.models import Workspace
from parvis.watch import ledger, notices
from parvis.watch.database import Database, database_asked
from parvis.watch.models import KeptTrouble, Notice
from parvis.watch.troubles import Severity, Trouble
from tests.servers.mailbox import Mailbox
from tests.servers.receiver import Receiver

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alerted")]

NOBODY = Trouble(code="no-worker", severity=Severity.ERROR)
FULL = Trouble(code="database-full", severity=Severity.ERROR)
LOOK = timedelta(seconds=ledger.look_every(settings.TERMS))
SILENT = timedelta(seconds=settings.TERMS.silent + 1)
FORGOTTEN = timedelta(seconds=ledger.forget_seconds(settings.TERMS) + 1)


def held(count: int) -> Trouble:
    return Trouble(code="held-late", severity=Severity.WARNING, facts={"count": count})


def look(*seen: Trouble) -> None:
    with database_asked(patience=30) as cursor:
        ledger.settle(cursor, seen, settings.TERMS)


def tell() -> int:
    database = Database(patience=30)
    try:
        return notices.tell_what_is_due(database, settings.TERMS)
    finally:
        database.close()


def pass_by(time: timedelta, *, also_seen: bool = True) -> None:
    """All that was written down lies further back; what was seen last is so only if it is said."""
    seen = {"seen_at": F("seen_at") - time} if also_seen else {}
    KeptTrouble.objects.update(
        opened_at=F("opened_at") - time, closed_at=F("closed_at") - time, **seen
    )
    Notice.objects.update(sent_at=F("sent_at") - time, lease_until=F("lease_until") - time)


def have_seen_for_long(*seen: Trouble) -> None:
    """Longer than a worker needs to start, and for more than two looks."""
    look(*seen)
    KeptTrouble.objects.update(opened_at=F("opened_at") - SILENT)
    look(*seen)


def have_told(*seen: Trouble) -> None:
    have_seen_for_long(*seen)
    tell()


def end(*, still: tuple[Trouble, ...] = ()) -> None:
    pass_by(FORGOTTEN)
    look(*still)


def test_one_look_is_not_enough_to_call_somebody(receiver: Receiver) -> None:
    look(FULL)
    assert tell() == 0
    pass_by(LOOK)
    look(FULL)
    tell()
    assert receiver.events == [("opened", "database-full")]


def test_a_worker_that_is_only_starting_is_no_reason_to_call(receiver: Receiver) -> None:
    look(NOBODY)
    pass_by(LOOK)
    look(NOBODY)
    assert tell() == 0


def test_a_trouble_that_stays_is_told_once_by_every_way(
    mailbox: Mailbox, receiver: Receiver
) -> None:
    have_told(NOBODY)
    look(NOBODY)
    assert tell() == 0
    assert receiver.events == [("opened", "no-worker")]
    assert [letter["Subject"] for letter in mailbox.letters] == [
        "Parvis: Trouble: Nothing is being sent: no worker is running"
    ]
    assert mailbox.letters[0]["To"] == "alice@example.org, bob@example.org"
    assert mailbox.letters[0]["From"] == "desk@example.org"


def test_what_is_told_says_what_is_kept_and_what_to_do(
    mailbox: Mailbox, receiver: Receiver
) -> None:
    have_told(NOBODY)
    said = receiver.got[0]
    assert "What is scheduled stays scheduled" in said["sentence"]
    assert said["text"] == said["sentence"]
    assert (said["severity"], said["facts"]) == ("error", {})
    assert said["since"]
    assert "`parvis work`" in mailbox.letters[0].get_content()


def test_the_end_is_told_once(receiver: Receiver) -> None:
    have_told(NOBODY)
    end()
    tell()
    tell()
    assert receiver.events == [("opened", "no-worker"), ("closed", "no-worker")]


def test_what_ended_before_anybody_heard_of_it_is_not_told(receiver: Receiver) -> None:
    look(NOBODY)
    end()
    assert tell() == 0


def test_an_error_is_told_again_every_day_and_a_warning_is_not(receiver: Receiver) -> None:
    have_told(NOBODY, held(1))
    pass_by(timedelta(hours=25), also_seen=False)
    tell()
    tell()
    assert receiver.events[2:] == [("still", "no-worker")]


def test_one_more_held_delivery_is_told_anew_but_not_at_once(receiver: Receiver) -> None:
    have_told(held(1))
    look(held(2))
    assert tell() == 0
    pass_by(timedelta(minutes=16), also_seen=False)
    tell()
    assert receiver.events == [("opened", "held-late"), ("still", "held-late")]
    assert receiver.got[-1]["facts"] == {"count": 2}


def test_two_watchdogs_that_tell_at_once_send_one_notice_each_way(receiver: Receiver) -> None:
    have_seen_for_long(NOBODY)
    with database_asked() as one, database_asked() as another:
        first = list(notices.claim(one, ("mail", "webhook"), settings.TERMS))
        second = list(notices.claim(another, ("mail", "webhook"), settings.TERMS))
    assert (len(first), second) == (2, [])


def test_a_watchdog_that_dies_while_it_tells_is_followed_by_another(receiver: Receiver) -> None:
    have_seen_for_long(NOBODY)
    with database_asked() as cursor:
        assert list(notices.claim(cursor, ("webhook",), settings.TERMS))
    pass_by(timedelta(seconds=notices.LEASE_SECONDS + 1), also_seen=False)
    tell()
    assert receiver.events == [("opened", "no-worker")]


def test_a_failed_notice_is_tried_again_and_the_other_way_is_not_troubled(
    mailbox: Mailbox, receiver: Receiver
) -> None:
    receiver.status = 500
    have_told(NOBODY)
    assert len(mailbox.letters) == 1
    receiver.status = 204
    pass_by(LOOK, also_seen=False)
    assert tell() == 1
    assert receiver.events == [("opened", "no-worker")] * 2
    assert len(mailbox.letters) == 1


def test_a_failed_notice_is_known_until_it_got_through(receiver: Receiver) -> None:
    receiver.status = 500
    have_told(NOBODY)
    with database_asked() as cursor:
        assert notices.failures(cursor) == [("webhook", "webhook-status-500")]
    receiver.status = 204
    pass_by(LOOK, also_seen=False)
    tell()
    with database_asked() as cursor:
        assert notices.failures(cursor) == []


def test_pauses_between_tries_grow(receiver: Receiver) -> None:
    receiver.status = 500
    have_told(NOBODY)
    for _ in range(6):
        pass_by(timedelta(hours=1), also_seen=False)
        tell()
    notice = Notice.objects.get(way="webhook")
    assert notice.tries == 7
    pass_by(LOOK, also_seen=False)
    assert tell() == 0
    assert len(receiver.got) == 7


def test_without_a_way_nothing_is_claimed(settings) -> None:
    from parvis.config.alerts import alerts

    settings.ALERTS = alerts({})
    have_seen_for_long(NOBODY)
    assert tell() == 0
    assert not Notice.objects.exists()


def test_notices_speak_the_language_of_the_desk(mailbox: Mailbox, workspace: Workspace) -> None:
    Workspace.objects.update(language="fr")
    have_told(NOBODY)
    assert "aucun processus de travail ne tourne" in mailbox.letters[0]["Subject"]


def test_a_secret_address_is_in_no_log(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, workspace: Workspace
) -> None:
    receiver.status = 500
    with caplog.at_level("DEBUG"):
        have_told(NOBODY)
    told = " ".join(str(vars(record)) for record in caplog.records)
    assert "webhook-status-500" in told
    assert "the-secret-of-ponts" not in told
    assert "the-secret-of-ponts" not in repr(settings.ALERTS)


def test_the_database_decides_when_a_lease_has_lapsed(receiver: Receiver) -> None:
    have_seen_for_long(NOBODY)
    with database_asked() as cursor:
        list(notices.claim(cursor, ("webhook",), settings.TERMS))
    Notice.objects.update(lease_until=Now() + timedelta(seconds=30))
    assert tell() == 1
    assert receiver.got == []
