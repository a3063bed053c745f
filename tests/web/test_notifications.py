"""The page where a person says what reaches them, and owners see how troubles are told."""

import html
import re
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from parvis.config.alerts import alerts
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import MailWishes, Membership, Role, User, Workspace
from parvis.watch.hooks import key_of, set_hook
from parvis.watch.models import Hook
from tests.cast import PASSWORD, scheduled
from tests.servers.mailbox import Mailbox
from tests.servers.receiver import Receiver
from tests.web.counting import queries

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications/"


def said(answer) -> str:
    return html.unescape(answer.content.decode())


def test_wishes_are_kept_and_shown_again(desk: Client, alice: User) -> None:
    answer = desk.post(PAGE, {"waiting": "on", "daily_hour": "8"}, follow=True)
    assert "Your notifications are kept." in said(answer)
    kept = MailWishes.objects.get(user=alice)
    assert (kept.waiting, kept.refused, kept.lapsing, kept.daily_hour) == (True, False, False, 8)
    assert '<option value="8" selected>' in said(desk.get(PAGE))


def test_all_of_it_can_be_ended(desk: Client, alice: User) -> None:
    MailWishes.objects.create(user=alice, waiting=True, refused=True, lapsing=True, daily_hour=8)
    desk.post(PAGE, {"daily_hour": ""})
    kept = MailWishes.objects.get(user=alice)
    assert (kept.waiting, kept.refused, kept.lapsing, kept.daily_hour) == (False,) * 3 + (None,)


def test_an_hour_that_no_day_has_is_refused(desk: Client) -> None:
    assert desk.post(PAGE, {"daily_hour": "24"}).status_code == 422
    assert not MailWishes.objects.exists()


def test_it_says_so_where_no_mail_can_be_sent(desk: Client) -> None:
    assert "No mail server is set up" in said(desk.get(PAGE))


def test_a_test_goes_out_by_every_way_and_its_outcome_is_said(desk: Client, settings: Any) -> None:
    with Mailbox() as mailbox, Receiver() as receiver:
        settings.ALERTS = alerts(
            {
                "PARVIS_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
                "PARVIS_ALERT_EMAIL": "alice@example.org",
                "PARVIS_ALERT_WEBHOOK": receiver.url,
            }
        )
        mailbox.refuses = "554 No"
        page = said(desk.post(f"{PAGE}test/", follow=True))
        assert "E-mail: The mail server did not take it." in page
        assert "Webhook: the test was taken." in page
        assert receiver.url not in page
        assert len(receiver.got) == 1


def went_out(account: Account, text: str, state: State = State.PUBLISHED) -> None:
    delivery = scheduled(account, text=text)
    Delivery.objects.filter(pk=delivery.pk).update(state=state, settled_at=Now())


def test_what_happened_is_listed_until_it_was_seen(desk: Client, ponts: Account) -> None:
    went_out(ponts, "The square reopens on Saturday.")
    went_out(ponts, "Two evenings of readings.", State.REFUSED)
    page = said(desk.get(PAGE))
    assert "The square reopens on Saturday." in page
    assert "Two evenings of readings." in page
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert until is not None
    went_out(ponts, "What came while somebody was reading.")
    page = said(desk.post(f"{PAGE}seen/", {"until": until[1]}, follow=True))
    assert "What came while somebody was reading." in page
    assert "The square reopens on Saturday." not in page


def test_a_moment_to_come_cannot_be_seen(desk: Client) -> None:
    desk.post(f"{PAGE}seen/", {"until": "2999-01-01T00:00:00+00:00"})
    assert not MailWishes.objects.exclude(seen_at=None).exists()


def test_seeing_leaves_the_wishes_as_they_are(desk: Client, alice: User) -> None:
    MailWishes.objects.create(user=alice, waiting=True)
    desk.post(f"{PAGE}seen/", {"until": "2020-01-01T00:00:00+00:00"})
    assert MailWishes.objects.get(user=alice).waiting


def test_the_page_asks_the_same_however_much_happened(desk: Client, ponts: Account) -> None:
    went_out(ponts, "One.")
    before = queries(desk, PAGE)
    for number in range(5):
        went_out(ponts, f"Number {number}.")
    assert queries(desk, PAGE) == before


def test_a_member_sees_their_own_wishes_alone(workspace: Workspace) -> None:
    bob = User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="en")
    Membership.objects.create(user=bob, workspace=workspace, role=Role.MEMBER)
    bobs = Client()
    bobs.force_login(bob)
    page = said(bobs.get(PAGE))
    assert "What reaches you by e-mail" in page
    assert "Troubles of the installation" not in page
    assert bobs.post(f"{PAGE}test/").status_code == 403


def test_a_webhook_is_kept_tried_and_removed(desk: Client, workspace: Workspace) -> None:
    with Receiver() as receiver:
        sent = {"hook-address": receiver.url, "hook-refused": "on"}
        answer = desk.post(f"{PAGE}webhook/", sent, follow=True)
        assert "The webhook is kept." in said(answer)
        assert "the-secret-of-ponts" not in said(answer)
        hook = workspace.hook
        assert (hook.refused, hook.waiting, hook.published) == (True, False, False)
        assert key_of(hook) in said(answer)
        answer = desk.post(f"{PAGE}webhook/test/", follow=True)
        assert "127.0.0.1 took the test." in said(answer)
        assert receiver.got[0]["event"] == "test"
        desk.post(f"{PAGE}webhook/remove/")
        assert not Hook.objects.exists()


def test_a_webhook_without_an_address_is_not_kept(desk: Client) -> None:
    answer = desk.post(f"{PAGE}webhook/", {"hook-address": "ponts"})
    assert answer.status_code == 422
    assert "Enter an address that begins with https://." in said(answer)
    assert not Hook.objects.exists()


def test_other_wishes_leave_the_address_of_a_webhook(desk: Client, workspace: Workspace) -> None:
    hook = set_hook(workspace, "https://ponts.example.org/hook", {"waiting": True})
    desk.post(f"{PAGE}webhook/", {"hook-address": "", "hook-published": "on"})
    hook.refresh_from_db()
    assert (hook.host, hook.published, hook.waiting) == ("ponts.example.org", True, False)


def test_a_member_neither_sees_nor_changes_the_webhook(
    desk: Client, workspace: Workspace, alice: User
) -> None:
    set_hook(workspace, "https://ponts.example.org/hook", {})
    Membership.objects.filter(user=alice).update(role=Role.MEMBER)
    assert "A webhook of this workspace" not in said(desk.get(PAGE))
    assert desk.post(f"{PAGE}webhook/remove/").status_code == 403
    assert Hook.objects.exists()
