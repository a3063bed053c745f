"""The queue's page: slots and what fills them, drafts, pauses and what they held."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver import pausing
from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.people.models import User, Workspace
from parvis.report import queue
from parvis.schedule.slots import WeeklyTime, next_free_slot, set_slots, slots_of
from tests.cast import connect, draft, make_due, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

DAILY = [WeeklyTime(day, time(hour, 30)) for day in range(7) for hour in (9, 17)]


@pytest.fixture
def slotted(ponts: Account) -> Account:
    set_slots(ponts, DAILY)
    return ponts


def shown(desk: Client, address: str = "/queue/") -> str:
    return desk.get(address).content.decode()


def said(desk: Client, address: str, data: dict[str, object] | None = None) -> str:
    return desk.post(address, data or {}, follow=True).content.decode()


def free_slot(account: Account) -> datetime:
    found = next_free_slot(account, deliver.database_now())
    assert found is not None
    return found


def held_by_a_pause(account: Account, *texts: str) -> list[Delivery]:
    deliveries = [scheduled(account, text=text) for text in texts]
    for delivery in deliveries:
        make_due(delivery)
    pausing.pause(account)
    sweep()
    return deliveries


def test_without_an_account_the_queue_teaches_the_first_step(desk: Client) -> None:
    assert "A queue needs a voice." in shown(desk)


def test_without_slots_the_queue_teaches_what_they_are(desk: Client, ponts: Account) -> None:
    page = shown(desk)
    assert "No account has slots yet." in page
    assert f"/queue/{ponts.pk}/slots/" in page


def test_free_slots_and_what_fills_one_are_shown(desk: Client, slotted: Account) -> None:
    at = free_slot(slotted)
    deliver.schedule(draft(slotted, text="A filled slot"), at)
    page = shown(desk)
    assert "A filled slot" in page
    assert 'class="slot free"' in page
    assert "beside the slots" not in page


def test_what_goes_out_at_another_time_is_shown_beside_the_slots(
    desk: Client, slotted: Account
) -> None:
    deliver.schedule(draft(slotted), free_slot(slotted) + timedelta(minutes=5))
    assert "beside the slots" in shown(desk)


def test_one_account_can_be_shown_alone(
    desk: Client, slotted: Account, ponts_mastodon: Account
) -> None:
    deliver.schedule(draft(ponts_mastodon, text="Said on Mastodon"), free_slot(slotted))
    assert "Said on Mastodon" in shown(desk)
    assert "Said on Mastodon" not in shown(desk, f"/queue/?account={slotted.pk}")


def test_a_draft_goes_into_the_slot_that_is_chosen(desk: Client, slotted: Account) -> None:
    post, at = draft(slotted), free_slot(slotted)
    page = said(desk, "/queue/fill/", {"post": post.pk, "at": at.isoformat()})
    assert "It goes out on" in page
    delivery = Delivery.objects.get(post=post)
    assert (delivery.state, delivery.due_at) == (State.SCHEDULED, at)


def test_a_slot_without_a_draft_asks_for_one(desk: Client, slotted: Account) -> None:
    page = said(desk, "/queue/fill/", {"at": free_slot(slotted).isoformat()})
    assert "Choose a draft first" in page


def test_a_slot_that_was_filled_meanwhile_stays_with_who_came_first(
    desk: Client, slotted: Account
) -> None:
    post, at = draft(slotted), free_slot(slotted)
    deliver.schedule(draft(slotted), at)
    page = said(desk, "/queue/fill/", {"post": post.pk, "at": at.isoformat()})
    assert "filled meanwhile" in page
    assert Post.objects.get(pk=post.pk).is_draft


def test_a_draft_that_is_not_ready_stays_one_and_says_why(desk: Client, slotted: Account) -> None:
    post = draft(slotted, text="too long " * 60)
    page = said(desk, "/queue/fill/", {"post": post.pk, "at": free_slot(slotted).isoformat()})
    assert "It is still a draft" in page
    assert Post.objects.get(pk=post.pk).is_draft


def test_a_draft_goes_to_the_next_free_slot(desk: Client, slotted: Account) -> None:
    first = free_slot(slotted)
    deliver.schedule(draft(slotted), first)
    post = draft(slotted)
    said(desk, "/queue/next/", {"next_slot": post.pk})
    assert Delivery.objects.get(post=post).due_at > first
    assert Delivery.objects.get(post=post).due_at in {
        slot.on(day, slotted.workspace.zone)
        for slot in DAILY
        for day in (first.date() + timedelta(days=ahead) for ahead in range(3))
    }


def test_without_slots_there_is_no_next_one_and_the_draft_stays(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts)
    assert "No slot is free" in said(desk, "/queue/next/", {"next_slot": post.pk})
    assert Post.objects.get(pk=post.pk).is_draft


def test_two_posts_change_places(desk: Client, ponts: Account) -> None:
    one, other = (scheduled(ponts, in_=timedelta(hours=hours)) for hours in (1, 2))
    times = one.due_at, other.due_at
    said(desk, "/queue/swap/", {"swap": f"{one.post_id},{other.post_id}"})
    for delivery in (one, other):
        delivery.refresh_from_db()
    assert (other.due_at, one.due_at) == times


def test_when_one_has_gone_out_neither_changes_its_place(desk: Client, ponts: Account) -> None:
    one, other = (scheduled(ponts, in_=timedelta(hours=hours)) for hours in (1, 2))
    Delivery.objects.filter(pk=other.pk).update(state=State.SENDING)
    due_at = one.due_at
    assert "Too late" in said(desk, "/queue/swap/", {"swap": f"{one.post_id},{other.post_id}"})
    one.refresh_from_db()
    assert one.due_at == due_at


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/queue/fill/", {"post": "1", "at": "tomorrow"}),
        ("/queue/fill/", {"post": "1", "at": "2026-12-01T09:00"}),
        ("/queue/fill/", {"post": "-1", "at": "2026-12-01T09:00+00:00"}),
        ("/queue/next/", {"next_slot": "x"}),
        ("/queue/swap/", {"swap": "1"}),
    ],
)
def test_nonsense_is_not_found(
    desk: Client, ponts: Account, address: str, data: dict[str, str]
) -> None:
    assert desk.post(address, data).status_code == 404


def test_everything_is_paused_and_every_page_says_so(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    assert "Nothing goes out since" not in shown(desk, "/accounts/")
    assert "Everything is paused" in said(desk, "/queue/pause/")
    for address in ("/", "/posts/", "/accounts/", "/queue/"):
        assert "Nothing goes out since" in shown(desk, address)
    assert "It goes on" in said(desk, "/queue/resume/")
    assert "Nothing goes out since" not in shown(desk)


def test_one_account_is_paused_and_resumed(desk: Client, ponts: Account) -> None:
    page = said(desk, f"/queue/{ponts.pk}/pause/")
    assert "is paused" in page
    assert "paused since" in page
    assert Account.objects.get(pk=ponts.pk).paused_at is not None
    said(desk, f"/queue/{ponts.pk}/resume/")
    assert Account.objects.get(pk=ponts.pk).paused_at is None


def test_another_page_that_pauses_is_returned_to_but_no_strange_one(
    desk: Client, ponts: Account
) -> None:
    address = f"/queue/{ponts.pk}/pause/"
    assert desk.post(address, {"next": "/accounts/"})["Location"] == "/accounts/"
    assert desk.post(address, {"next": "https://example.org/"})["Location"] == "/queue/"


def test_what_a_pause_held_is_listed_and_not_to_be_sent_while_it_lasts(
    desk: Client, ponts: Account
) -> None:
    held_by_a_pause(ponts, "Held back")
    page = shown(desk)
    assert "Held by a pause" in page
    assert "Held back" in page
    assert f"/queue/{ponts.pk}/held/send/" not in page
    assert "the pause lasts" in said(desk, f"/queue/{ponts.pk}/held/send/")


def test_today_says_why_it_is_held_and_leads_to_the_pause(desk: Client, ponts: Account) -> None:
    held_by_a_pause(ponts, "Held back")
    page = shown(desk, "/")
    assert "It became due during a pause that had begun at" in page
    assert "See the pause" in page
    assert "Send it now" not in page


def test_sending_one_while_the_pause_lasts_is_refused_in_words(
    desk: Client, ponts: Account
) -> None:
    (delivery,) = held_by_a_pause(ponts, "Held back")
    page = said(desk, f"/deliveries/{delivery.pk}/release/")
    assert "Nothing was sent: the account is paused." in page


def test_all_that_was_held_is_sent_once_the_pause_is_over(
    desk: Client, ponts: Account, alice: User
) -> None:
    held_by_a_pause(ponts, "First", "Second")
    pausing.resume(ponts)
    assert f"/queue/{ponts.pk}/held/send/" in shown(desk)
    assert "2 posts go out now" in said(desk, f"/queue/{ponts.pk}/held/send/")
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SCHEDULED}


def test_all_that_was_held_gets_new_slots(desk: Client, slotted: Account) -> None:
    held_by_a_pause(slotted, "First", "Second")
    first = free_slot(slotted)
    assert "2 posts have new slots" in said(desk, f"/queue/{slotted.pk}/held/move/")
    assert Delivery.objects.order_by("due_at")[0].due_at == first
    assert Delivery.objects.order_by("due_at")[0].parts[0]["text"] == "First"


def test_all_that_was_held_is_given_up(desk: Client, ponts: Account) -> None:
    held_by_a_pause(ponts, "First", "Second")
    assert "2 posts are given up" in said(desk, f"/queue/{ponts.pk}/held/give-up/")
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_an_account_without_slots_is_offered_a_proposal(desk: Client, ponts: Account) -> None:
    page = shown(desk, f"/queue/{ponts.pk}/slots/")
    assert "A proposal to begin with." in page
    assert "09:30, 17:30" in page
    assert slots_of(ponts) == []


def test_slots_are_written_as_times_of_each_day(desk: Client, ponts: Account) -> None:
    page = said(desk, f"/queue/{ponts.pk}/slots/", {"day0": "9:30, 17 h 30", "day6": "8h"})
    assert "has 3 slots a week" in page
    assert slots_of(ponts) == [
        WeeklyTime(0, time(9, 30)),
        WeeklyTime(0, time(17, 30)),
        WeeklyTime(6, time(8, 0)),
    ]


def test_what_is_no_time_is_named_and_the_old_slots_stay(desk: Client, slotted: Account) -> None:
    answer = desk.post(f"/queue/{slotted.pk}/slots/", {"day0": "9:30, noon"})
    assert answer.status_code == 422
    assert "“noon” is no time." in answer.content.decode()
    assert slots_of(slotted) == sorted(DAILY)


def test_another_accounts_slots_are_shown_before_they_are_kept(
    desk: Client, slotted: Account, ponts_mastodon: Account
) -> None:
    page = shown(desk, f"/queue/{ponts_mastodon.pk}/slots/?like={slotted.pk}")
    assert "the other account’s times" in page
    assert slots_of(ponts_mastodon) == []


def test_the_days_that_come_later_can_be_looked_at(desk: Client, slotted: Account) -> None:
    later = (deliver.database_now() + timedelta(days=21)).date().isoformat()
    page = shown(desk, f"/queue/?from={later}")
    assert "Earlier days" in page
    assert "Earlier days" not in shown(desk, "/queue/?from=nonsense")
    assert "Earlier days" not in shown(desk, "/queue/?after=9999-12-31T23:59:59%2B00:00~1")
    assert "Earlier days" not in shown(desk, "/queue/?after=0001-01-01T00:00:00%2B14:00~1")


def test_a_long_queue_goes_on_where_its_page_ends_and_loses_nothing(
    desk: Client, slotted: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [scheduled(slotted, in_=timedelta(minutes=minute)).post_id for minute in range(10, 15)]
    monkeypatch.setattr(queue, "ROWS", 2)
    assert posts_on(first_pages(desk)) == posts


def test_posts_of_one_moment_that_fill_more_than_a_page_go_on_in_the_midst_of_it(
    desk: Client, slotted: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = deliver.database_now() + timedelta(minutes=10)
    posts = [draft(slotted) for _ in range(5)]
    for post in posts:
        deliver.schedule(post, at)
    monkeypatch.setattr(queue, "ROWS", 2)
    assert posts_on(first_pages(desk)) == [post.pk for post in posts]


def test_a_slot_is_taken_by_what_another_page_shows(
    desk: Client, ponts: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_slots(ponts, [WeeklyTime(day, time(9, 30)) for day in range(7)])
    first, slot, last = (slot_after(ponts, timedelta(days=days)) for days in (0, 1, 2))
    for seconds in (20, 40):
        deliver.schedule(draft(ponts), slot + timedelta(seconds=seconds))
    monkeypatch.setattr(queue, "ROWS", 1)
    pages = list(first_pages(desk))
    free = [datetime.fromisoformat(at) for at in re.findall(r'data-at="([^"]+)"', "".join(pages))]
    assert free[:2] == [first, last]
    assert slot not in free
    assert len(posts_on(pages)) == 2


def slot_after(account: Account, later: timedelta) -> datetime:
    found = next_free_slot(account, free_slot(account) + later - timedelta(seconds=1))
    assert found is not None
    return found


def first_pages(desk: Client) -> Iterator[str]:
    """Each begins where the one before ends."""
    address = "/queue/"
    for _ in range(8):
        yield (page := shown(desk, address))
        further = re.search(r'rel="next" href="(\?[^"]+)"', page)
        assert further
        address = f"/queue/{unescape(further.group(1))}"


def posts_on(pages: Iterable[str]) -> list[int]:
    return [int(post) for page in pages for post in re.findall(r'id="post-(\d+)"', page)]


def test_the_queue_asks_as_often_for_many_posts_as_for_few(desk: Client, slotted: Account) -> None:
    fill(slotted)
    few = queries(desk, "/queue/")
    for handle in ("second", "third"):
        other = connect(slotted.workspace, handle=f"{handle}.example.org")
        set_slots(other, DAILY)
        fill(other)
    assert queries(desk, "/queue/") == few


def fill(account: Account) -> None:
    for hours in range(1, 6):
        scheduled(account, in_=timedelta(hours=hours))
        draft(account)
    for delivery in [scheduled(account) for _ in range(3)]:
        Delivery.objects.filter(pk=delivery.pk).update(state=State.HELD, reason_code="paused")


def test_the_composer_offers_the_next_free_slot_once_there_are_slots(
    desk: Client, ponts: Account
) -> None:
    assert "Next free slot" not in shown(desk, "/write/")
    set_slots(ponts, DAILY)
    assert "Next free slot" in shown(desk, "/write/")


def test_the_composer_puts_a_post_into_the_next_free_slot(desk: Client, slotted: Account) -> None:
    at = free_slot(slotted)
    desk.post("/write/next/", {"text": "Said next", "account": slotted.pk})
    delivery = Delivery.objects.get()
    assert (delivery.due_at, delivery.parts[0]["text"]) == (at, "Said next")


def test_without_a_free_slot_the_composer_keeps_the_text_and_says_so(
    desk: Client, ponts: Account
) -> None:
    answer = desk.post("/write/next/", {"text": "Said next", "account": ponts.pk})
    assert answer.status_code == 422
    assert "has a free slot within half a year" in answer.content.decode()
    assert Post.objects.get().text == "Said next"
