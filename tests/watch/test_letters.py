"""Letters to single people: what they asked for, each thing once, in their language."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from parvis.config.alerts import alerts
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import MailWishes, Membership, Role, Told, User, Workspace
from parvis.watch import letters
from parvis.watch.database import Database
from tests.cast import PASSWORD, scheduled
from tests.servers.mailbox import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("post_office")]


@pytest.fixture
def post_office(settings: Any, mailbox: Mailbox) -> None:
    settings.ALERTS = alerts(
        {
            "PARVIS_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "PARVIS_MAIL_FROM": "desk@example.org",
        }
    )


def write() -> int:
    database = Database(patience=30)
    try:
        return letters.write_what_is_due(database)
    finally:
        database.close()


def wishes(user: User, **wanted: Any) -> None:
    MailWishes.objects.update_or_create(user=user, defaults=wanted)


def stuck(account: Account, state: State = State.UNKNOWN, **more: Any) -> Delivery:
    delivery = scheduled(account, in_=timedelta(days=1))
    Delivery.objects.filter(pk=delivery.pk).update(state=state, settled_at=Now(), **more)
    return delivery


def let_time_pass(time: timedelta = timedelta(minutes=11)) -> None:
    Told.objects.update(sent_at=F("sent_at") - time, lease_until=F("lease_until") - time)


def test_nobody_is_written_to_who_did_not_ask(
    alice: User, ponts: Account, mailbox: Mailbox
) -> None:
    stuck(ponts)
    stuck(ponts, State.REFUSED)
    assert write() == 0
    assert mailbox.letters == []


def test_a_thing_is_told_once(alice: User, ponts: Account, mailbox: Mailbox) -> None:
    wishes(alice, waiting=True)
    stuck(ponts)
    assert write() == 1
    let_time_pass()
    assert write() == 0
    [letter] = mailbox.letters
    assert letter["To"] == "alice@example.org"
    assert "ponts.example.org on Bluesky: whether a post went out is unknown." in (
        letter.get_content()
    )
    assert "The square reopens on Saturday." in letter.get_content()


def test_only_what_was_asked_for_is_told(alice: User, ponts: Account, mailbox: Mailbox) -> None:
    wishes(alice, refused=True)
    stuck(ponts)
    stuck(ponts, State.REFUSED)
    write()
    [letter] = mailbox.letters
    assert "the network refused a post" in letter.get_content()
    assert "is unknown" not in letter.get_content()


def test_each_reads_it_in_their_own_language(
    alice: User, workspace: Workspace, ponts: Account, mailbox: Mailbox
) -> None:
    bob = User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="fr")
    Membership.objects.create(user=bob, workspace=workspace, role=Role.MEMBER)
    wishes(alice, waiting=True)
    wishes(bob, waiting=True)
    stuck(ponts)
    assert write() == 2
    assert {letter["To"] for letter in mailbox.letters} == {"alice@example.org", "bob@example.org"}


def test_what_follows_at_once_is_gathered(alice: User, ponts: Account, mailbox: Mailbox) -> None:
    wishes(alice, waiting=True)
    stuck(ponts)
    write()
    stuck(ponts)
    stuck(ponts)
    assert write() == 0
    let_time_pass()
    assert write() == 1
    assert "2 things for you" in mailbox.letters[-1]["Subject"]


def test_what_a_person_did_themselves_is_not_told(
    alice: User, ponts: Account, mailbox: Mailbox
) -> None:
    wishes(alice, waiting=True)
    stuck(ponts, State.HELD, reason_code="paused")
    assert write() == 0
    stuck(ponts, State.HELD, reason_code="too-late")
    assert write() == 1


def test_a_letter_that_did_not_arrive_is_written_again_later(
    alice: User, ponts: Account, mailbox: Mailbox
) -> None:
    wishes(alice, waiting=True)
    stuck(ponts)
    mailbox.refuses = "554 No"
    assert write() == 0
    mailbox.refuses = ""
    assert write() == 0
    let_time_pass()
    assert write() == 1
    assert len(mailbox.letters) == 1


def test_a_permission_that_lapses_is_told_with_its_day(
    alice: User, ponts: Account, mailbox: Mailbox
) -> None:
    wishes(alice, lapsing=True)
    Account.objects.filter(pk=ponts.pk).update(lapses_at=Now() + timedelta(days=3))
    assert write() == 1
    assert "the permission ends on" in mailbox.letters[0].get_content()
    let_time_pass()
    Account.objects.filter(pk=ponts.pk).update(state=AccountState.NEEDS_RECONNECT)
    assert write() == 1
    assert "must be connected again" in mailbox.letters[1].get_content()


def test_the_daily_letter_comes_once_in_its_hour(
    alice: User, workspace: Workspace, ponts: Account, mailbox: Mailbox
) -> None:
    from parvis.deliver.verbs import database_now

    scheduled(ponts, in_=timedelta(hours=1))
    hour = database_now().astimezone(workspace.zone).hour
    wishes(alice, daily_hour=(hour + 2) % 24)
    assert write() == 0
    wishes(alice, daily_hour=hour)
    assert write() == 1
    assert "1 goes out until tomorrow." in mailbox.letters[0].get_content()
    let_time_pass()
    assert write() == 0


def test_who_was_removed_hears_no_more(
    alice: User, workspace: Workspace, ponts: Account, mailbox: Mailbox
) -> None:
    wishes(alice, waiting=True)
    stuck(ponts)
    Membership.objects.filter(user=alice).delete()
    assert write() == 0


def test_every_letter_says_where_it_is_ended(
    alice: User, ponts: Account, mailbox: Mailbox, settings: Any
) -> None:
    from dataclasses import replace

    settings.INSTALLATION = replace(settings.INSTALLATION, public_url="https://desk.example.org")
    wishes(alice, waiting=True)
    stuck(ponts)
    write()
    page = "https://desk.example.org/settings/notifications/"
    assert mailbox.letters[0]["List-Unsubscribe"] == f"<{page}>"
    assert page in mailbox.letters[0].get_content()
