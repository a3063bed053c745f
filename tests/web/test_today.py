"""The first page of the day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import LEASED, State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from tests.cast import connect, make_due, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


def settle(delivery: Delivery, state: State, **more: object) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **more)
    delivery.refresh_from_db()
    return delivery


def shown(desk: Client, address: str = "/") -> str:
    return desk.get(address).content.decode()


def section(desk: Client, name: str) -> str:
    """Empty where the page has none of that name."""
    _, _, rest = shown(desk).partition(f'<section id="{name}"')
    return rest.partition("</section>")[0]


def under_way(desk: Client) -> str:
    return section(desk, "under-way")


def comes_next(desk: Client) -> str:
    return section(desk, "coming")


def test_an_empty_desk_teaches_the_first_step(desk: Client) -> None:
    page = shown(desk)
    assert "The square is empty." in page
    assert "Connect an account" in page


def test_the_day_is_the_one_of_the_workspace(desk: Client, workspace: Workspace) -> None:
    Workspace.objects.update(time_zone="Pacific/Kiritimati")
    there = database_now().astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert f"<h1>{there:%A} {there.day} {there:%B}" in shown(desk)


def test_the_time_zone_is_named_where_the_day_is_drawn(desk: Client, ponts: Account) -> None:
    assert "Europe/Paris time" in shown(desk)


def test_an_unknown_delivery_comes_with_its_decisions_and_the_evidence(
    desk: Client, ponts: Account
) -> None:
    delivery = settle(
        scheduled(ponts),
        State.UNKNOWN,
        reason_code="cannot-tell",
        candidates=[
            {
                "remote_id": "at://found",
                "url": "https://bsky.app/found",
                "text": "What was found",
                "published_at": "2026-04-20T07:15:04+00:00",
            }
        ],
    )
    request = {"key": delivery.keys[0], "text": "", "body": {}}
    Attempt.objects.create(delivery=delivery, number=1, fence=1, worker="w", request=request)
    page = shown(desk)
    assert "Bluesky has not confirmed a post of ponts.example.org." in page
    assert "What was found" in page
    assert 'href="https://bsky.app/found"' in page
    for verb in ("it-is-there", "look-again", "send-again", "give-up"):
        assert f'action="/deliveries/{delivery.pk}/{verb}/"' in page


def test_looking_again_is_not_offered_where_nothing_can_be_looked_up(
    desk: Client, ponts: Account
) -> None:
    delivery = settle(scheduled(ponts), State.UNKNOWN, reason_code="restored")
    page = shown(desk)
    assert f"/deliveries/{delivery.pk}/look-again/" not in page
    assert f"/deliveries/{delivery.pk}/send-again/" in page


def test_a_held_delivery_can_be_sent_or_given_up(desk: Client, ponts: Account) -> None:
    late = database_now() - timedelta(hours=15, minutes=2)
    delivery = settle(scheduled(ponts), State.HELD, reason_code="too-late", due_at=late)
    page = shown(desk)
    assert "It is 15 hours late by now, and may go out up to 12 hours late." in page
    assert f'action="/deliveries/{delivery.pk}/release/"' in page
    assert f'action="/deliveries/{delivery.pk}/give-up/"' in page


def test_what_is_held_for_a_dead_account_leads_to_connecting_it(
    desk: Client, ponts: Account
) -> None:
    delivery = settle(scheduled(ponts), State.HELD, reason_code="reconnect")
    Account.objects.update(state=AccountState.NEEDS_RECONNECT, problem="The session is dead.")
    page = shown(desk)
    assert "Bluesky wants ponts.example.org to be connected again." in page
    assert "1 post waits for it." in page
    assert f"/deliveries/{delivery.pk}/release/" not in page
    assert page.count(f'href="/accounts/{ponts.pk}/reconnect/"') == 1
    assert f'href="#reconnect-{ponts.pk}"' in page


def test_a_post_that_is_being_looked_up_is_under_way(desk: Client, ponts: Account) -> None:
    settle(
        scheduled(ponts, text="Where is it?"),
        State.CHECKING,
        ready_at=database_now() + timedelta(minutes=5),
        reason_code="no-answer",
    )
    told = under_way(desk)
    assert "Where is it?" in told
    assert "Being looked up" in told
    assert "Parvis is looking on the network whether it is there." in told
    assert "Next: " in told


def test_a_post_that_nobody_has_taken_says_how_late_it_is(desk: Client, ponts: Account) -> None:
    make_due(scheduled(ponts, text="Still here"), timedelta(minutes=10))
    assert "It is 10 minutes late: no worker has taken it yet." in under_way(desk)
    assert "Still here" not in comes_next(desk)


def test_a_post_that_is_due_just_now_is_not_called_late(desk: Client, ponts: Account) -> None:
    scheduled(ponts)
    assert "It goes out in a moment." in under_way(desk)


def test_a_post_that_waits_for_an_earlier_one_leads_to_it(desk: Client, ponts: Account) -> None:
    first = settle(scheduled(ponts, text="First"), State.CHECKING)
    make_due(scheduled(ponts, text="Second"), timedelta(minutes=1))
    assert f'<a href="/posts/{first.post_id}/">the post of' in under_way(desk)


def test_a_post_that_is_to_be_tried_again_says_why_and_when(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    make_due(delivery, timedelta(minutes=1))
    again_at = database_now() + timedelta(minutes=2)
    settle(delivery, State.SCHEDULED, ready_at=again_at, reason_code="server-error", tries=1)
    told = under_way(desk)
    assert "Nothing was posted. It is tried again by itself." in told
    assert "Next: " in told


def test_a_day_with_nothing_on_its_way_has_no_list_of_it(desk: Client, ponts: Account) -> None:
    scheduled(ponts, text="Out tomorrow", in_=timedelta(days=1))
    assert under_way(desk) == ""
    assert "Out tomorrow" in comes_next(desk)


def test_a_refusal_waits_until_it_is_set_aside(desk: Client, ponts: Account) -> None:
    delivery = settle(
        scheduled(ponts), State.REFUSED, reason_code="rejected", reason_facts={"said": "No, thanks"}
    )
    assert "The network refused it: “No, thanks”." in shown(desk)
    desk.post(f"/deliveries/{delivery.pk}/set-aside/")
    assert "No, thanks" not in shown(desk)


def test_a_refused_post_that_was_taken_back_waits_no_more(desk: Client, ponts: Account) -> None:
    delivery = settle(scheduled(ponts), State.REFUSED)
    assert "refused a post of" in shown(desk)
    answer = desk.post(f"/posts/{delivery.post_id}/take-back/")
    assert answer["Location"] == f"/write/{delivery.post_id}/"
    assert "refused a post of" not in shown(desk)


def test_the_rail_counts_what_waits(desk: Client, ponts: Account) -> None:
    settle(scheduled(ponts), State.UNKNOWN)
    settle(scheduled(ponts), State.HELD)
    assert "2 to decide" in shown(desk, "/posts/")


def test_another_workspace_is_not_shown(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    settle(scheduled(connect(other, handle="bob.example.org")), State.UNKNOWN)
    for address in ("/", "/posts/", "/accounts/"):
        assert "bob.example.org" not in shown(desk, address)


def test_the_score_marks_every_state_in_words(desk: Client, ponts: Account) -> None:
    settle(scheduled(ponts), State.PUBLISHED, settled_at=database_now())
    assert "#mark-out" in shown(desk)
    assert ", published" in shown(desk)


def test_many_deliveries_at_once_are_one_mark_with_their_number(
    desk: Client, ponts: Account
) -> None:
    noon = database_now().astimezone(ZoneInfo("Europe/Paris")).replace(hour=12, minute=0)
    for number in range(5):
        delivery = scheduled(ponts, text=f"number {number}")
        settle(delivery, State.PUBLISHED, due_at=noon.astimezone(UTC), settled_at=database_now())
    assert "5 from 12:00 on, published" in shown(desk)


def test_hostile_text_is_escaped(desk: Client, ponts: Account) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    settle(
        scheduled(ponts, text=hostile),
        State.UNKNOWN,
        reason_code="strange",
        reason=hostile,
        candidates=[{"remote_id": "1", "url": "javascript:alert(1)", "text": hostile}],
    )
    page = shown(desk)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "javascript:" not in page


def test_the_page_asks_the_database_as_often_on_a_full_day(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    for state in (State.UNKNOWN, State.SCHEDULED, State.SENDING):
        settle(scheduled(ponts), state)
    few = queries(desk, "/")
    accounts = [connect(workspace, handle=f"shop{n}.example.org") for n in range(4)]
    for state in (*LEASED, State.UNKNOWN, State.HELD, State.REFUSED, State.PUBLISHED):
        for account in accounts:
            settle(scheduled(account), state, settled_at=database_now())
            scheduled(account)
    assert queries(desk, "/") == few


def test_what_went_out_and_what_comes_next_are_told_by_post(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    delivery = scheduled(ponts, ponts_mastodon, text="Out today")
    Delivery.objects.update(state=State.PUBLISHED, settled_at=database_now())
    scheduled(ponts, text="Out tomorrow", in_=timedelta(days=1))
    page = shown(desk)
    assert page.count(f'href="/posts/{delivery.post_id}/">Out today</a>') == 1
    assert "Out tomorrow" in page


def test_deleted_posts_are_on_no_list_of_the_day(desk: Client, ponts: Account) -> None:
    settle(scheduled(ponts, text="Gone"), State.HELD)
    Post.objects.update(deleted_at=datetime.now(UTC))
    assert "Gone" not in shown(desk)
