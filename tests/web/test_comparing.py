"""What was sent beside what was found, and each decision with what follows from it."""

import html
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from parvis.compose.content import UsedMedia
from parvis.connections.models import Account
from parvis.deliver import verbs
from parvis.deliver.models import Attempt, Delivery, Event, Happened, Outcome
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User, Workspace
from tests.cast import connect, kept_picture, scheduled
from tests.web.counting import queries
from tests.web.reading import Element, Page

pytestmark = pytest.mark.django_db

TEXT = "Open on Saturday from nine to noon."


def found(number: int = 1, at: datetime | None = None, text: str = TEXT) -> dict[str, Any]:
    return {
        "remote_id": f"at://{number}",
        "url": f"https://bsky.app/{number}",
        "text": text,
        "published_at": at and at.isoformat(),
    }


def unknown(
    account: Account,
    *candidates: dict[str, Any],
    sent_at: datetime | None = None,
    part: int = 0,
    **content: Any,
) -> Delivery:
    """Sent once and looked up in vain; without `sent_at` nothing is on record."""
    delivery = scheduled(account, **{"text": TEXT, **content})
    receipts = [
        {"remote_id": f"at://out{n}", "url": f"https://bsky.app/out{n}", "published_at": None}
        for n in range(1, part + 1)
    ]
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.UNKNOWN,
        reason_code="cannot-tell",
        candidates=list(candidates),
        receipts=receipts,
        lookups=6,
    )
    if sent_at is not None:
        attempted(delivery, sent_at, part=part)
    delivery.refresh_from_db()
    return delivery


def attempted(delivery: Delivery, at: datetime, number: int = 1, part: int = 0) -> None:
    Attempt.objects.create(
        delivery=delivery,
        part=part,
        number=number,
        fence=number,
        worker="w",
        request={"key": delivery.keys[part]},
        started_at=at,
        outcome=Outcome.UNKNOWN,
        code="no-answer",
    )


def looked_up(delivery: Delivery, at: datetime, code: str = "cannot-tell") -> None:
    Event.objects.create(delivery=delivery, kind=Happened.LOOKED_UP, at=at, code=code)


def page_of(desk: Client, delivery: Delivery) -> Page:
    return Page(desk.get(f"/posts/{delivery.post_id}/").content.decode())


def said(page: Page, of_class: str) -> list[str]:
    return [html.unescape(element.text) for element in page.of_class(of_class)]


def buttons(page: Page) -> list[str]:
    return [element.text for element in page.elements if element.tag == "button"]


def tagged(page: Page, tag: str) -> list[str]:
    return [element.text for element in page.elements if element.tag == tag]


def button_of(page: Page, name: str) -> Element:
    return next(e for e in page.elements if e.tag == "button" and e.text == name)


def test_what_was_sent_stands_beside_each_candidate(desk: Client, ponts: Account) -> None:
    now = database_now()
    candidates = (found(1, now), found(2, now, text="Said by hand"))
    page = page_of(desk, unknown(ponts, *candidates, sent_at=now))
    (sent,), (first, second) = said(page, "sent"), said(page, "candidate")
    assert TEXT in sent
    assert TEXT in first
    assert "Said by hand" in second
    assert buttons(page).count("This is it") == 2


def test_how_many_pictures_each_shows_is_told(desk: Client, ponts: Account) -> None:
    now = database_now()
    candidates = [{**found(n, now), "media_count": n} for n in range(3)]
    stalls = UsedMedia(media_id=kept_picture(ponts.workspace).pk)
    page = page_of(desk, unknown(ponts, *candidates, sent_at=now, media=(stalls,)))
    none, one, two = said(page, "candidate")
    assert "It shows no picture and no video. 1 was sent." in none
    assert "It shows 1 picture or video. As many were sent." in one
    assert "It shows 2 pictures or videos. 1 was sent." in two


def test_of_pictures_that_the_network_does_not_tell_of_nothing_is_said(
    desk: Client, ponts: Account
) -> None:
    now = database_now()
    candidates = (found(1, now), {**found(2, now), "media_count": None})
    page = page_of(desk, unknown(ponts, *candidates, sent_at=now))
    assert not any("It shows" in each for each in said(page, "candidate"))


def test_other_pictures_do_not_make_it_the_likely_one(desk: Client, ponts: Account) -> None:
    now = database_now()
    alike, other = ({**found(1, now), "media_count": n} for n in (0, 1))
    for candidate, is_likely in ((alike, True), (other, False)):
        page = page_of(desk, unknown(ponts, candidate, sent_at=now))
        classes = button_of(page, "This is it").attributes["class"].split()
        assert ("do" in classes) is is_likely


def test_differences_are_marked_in_the_text_and_counted(desk: Client, ponts: Account) -> None:
    text = TEXT.replace("nine", "ten")
    page = page_of(desk, unknown(ponts, found(text=text), sent_at=database_now()))
    assert (tagged(page, "del"), tagged(page, "ins")) == (["nine"], ["ten"])
    assert "1 word is missing. 1 word is added." in said(page, "candidate")[0]


def test_an_equal_text_is_said_to_be_equal(desk: Client, ponts: Account) -> None:
    page = page_of(desk, unknown(ponts, found(), sent_at=database_now()))
    assert "The text is the same, word for word." in said(page, "candidate")[0]
    assert tagged(page, "del") + tagged(page, "ins") == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (12, "12 seconds after it was sent"),
        (1, "1 second after it was sent"),
        (-0.7, "in the same second in which it was sent"),
        (-240, "4 minutes before it was sent"),
        (7300, "2 hours after it was sent"),
    ],
)
def test_a_candidate_tells_how_far_from_ours_it_appeared(
    desk: Client, ponts: Account, seconds: float, words: str
) -> None:
    now = database_now()
    page = page_of(desk, unknown(ponts, found(at=now + timedelta(seconds=seconds)), sent_at=now))
    assert words in said(page, "candidate")[0]


def test_after_several_attempts_the_nearest_one_counts(desk: Client, ponts: Account) -> None:
    now = database_now()
    delivery = unknown(ponts, found(at=now + timedelta(seconds=303)), sent_at=now)
    attempted(delivery, now + timedelta(minutes=5), number=2)
    page = page_of(desk, delivery)
    assert "3 seconds after it was sent" in said(page, "candidate")[0]
    assert "sent 2 times" in said(page, "sent")[0]


def test_a_candidate_without_a_time_says_so(desk: Client, ponts: Account) -> None:
    page = page_of(desk, unknown(ponts, found(), sent_at=database_now()))
    assert "The network tells no time." in said(page, "candidate")[0]


def test_pictures_are_shown_with_their_descriptions(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    stalls = kept_picture(workspace)
    media = (UsedMedia(media_id=stalls.pk, alt="Stalls at dawn"),)
    page = page_of(desk, unknown(ponts, media=media, sent_at=database_now()))
    (thumbnails,) = page.of_class("thumbs")
    shown = [e for e in page.elements if e.tag == "img" and _is_inside(e, thumbnails)]
    assert [e.attributes["alt"] for e in shown] == ["Stalls at dawn"]
    assert shown[0].attributes["src"].rstrip("/") == f"/media/{stalls.sha256}"


def test_a_part_of_a_thread_says_which_and_what_it_answers(desk: Client, ponts: Account) -> None:
    thread = ("And on Sunday.", "Bring a bag.")
    page = page_of(desk, unknown(ponts, part=1, thread=thread, sent_at=database_now()))
    (sent,) = said(page, "sent")
    assert "Part 2 of 3." in sent
    assert "And on Sunday." in sent
    assert TEXT not in sent
    links = [e.attributes.get("href") for e in page.elements if e.text == "It answers this one."]
    assert "https://bsky.app/out1" in links


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("cannot-tell", "It showed nothing like this from "),
        ("unreachable", "It could not be read, so nothing is known of what is there."),
    ],
)
def test_where_nothing_was_found_it_says_how_far_was_looked(
    desk: Client, ponts: Account, code: str, sentence: str
) -> None:
    now = database_now()
    delivery = unknown(ponts, sent_at=now - timedelta(minutes=10))
    for minutes in (3, 2, 1):
        looked_up(delivery, now - timedelta(minutes=minutes), code)
    (told,) = said(page_of(desk, delivery), "candidate")
    assert "Bluesky was asked 3 times, last " in told
    assert sentence in told


def test_without_a_record_of_sending_nothing_is_claimed_to_have_been_looked_up(
    desk: Client, ponts: Account
) -> None:
    page = page_of(desk, unknown(ponts))
    assert "Nothing was looked up: there is no record here" in said(page, "candidate")[0]
    assert "Look again" not in buttons(page)


def test_every_decision_says_what_follows_from_it(desk: Client, ponts: Account) -> None:
    page = page_of(desk, unknown(ponts, found(), sent_at=database_now()))
    described = {e.attributes.get("id"): e.text for e in page.elements}
    for name in ("Look again", "It is not there: send again", "Give up"):
        follows = described[button_of(page, name).attributes["aria-describedby"]]
        assert follows.endswith(".")
    assert "Nothing is sent." in described[next(i for i in described if "url-follows" in str(i))]


@pytest.mark.parametrize(
    ("key_lasts", "sentence", "is_dangerous"),
    [
        (0, "it may stand on Bluesky twice.", True),
        (3600, "it may stand on Bluesky twice.", True),
        (None, "Bluesky does not take it twice.", False),
    ],
)
def test_sending_again_says_what_happens_if_it_is_there_after_all(
    desk: Client, ponts: Account, key_lasts: int | None, sentence: str, is_dangerous: bool
) -> None:
    ponts.stored_traits = replace(ponts.traits, native_key_seconds=key_lasts).to_json()
    ponts.save()
    page = page_of(desk, unknown(ponts, found(), sent_at=database_now()))
    assert sentence in said(page, "answers")[0]
    button = button_of(page, "It is not there: send again")
    assert ("away" in button.attributes["class"].split()) is is_dangerous


def test_an_address_in_the_middle_of_a_thread_says_what_becomes_of_the_rest(
    desk: Client, ponts: Account
) -> None:
    page = page_of(desk, unknown(ponts, thread=("And on Sunday.",), sent_at=database_now()))
    assert "The rest cannot answer an address alone" in said(page, "answers")[0]


def test_a_decision_is_noted_with_who_made_it(desk: Client, ponts: Account, alice: User) -> None:
    delivery = unknown(ponts, found(), sent_at=database_now())
    desk.post(f"/deliveries/{delivery.pk}/it-is-there/", {"candidate": "at://1"})
    event = delivery.events.last()
    assert event is not None
    assert (event.kind, event.code, event.person) == (Happened.DECIDED, "there", alice)


@pytest.mark.parametrize("verb", ["take-back", "move", "delete"])
def test_what_is_done_with_a_post_is_noted_with_who_did_it(
    desk: Client, ponts: Account, alice: User, verb: str
) -> None:
    delivery = scheduled(ponts, in_=timedelta(days=1))
    desk.post(f"/posts/{delivery.post_id}/{verb}/", {"date": "2031-07-14", "time": "10:30"})
    event = delivery.events.last()
    assert event is not None
    assert event.kind in (Happened.TAKEN_BACK, Happened.MOVED)
    assert event.person == alice


def test_who_comes_second_is_told_who_decided_and_how(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    delivery = unknown(ponts, found(), sent_at=database_now())
    bob = User.objects.create(email="bob@example.org", name="Bob")
    verbs.give_up(delivery, by=bob)
    page = desk.post(f"/deliveries/{delivery.pk}/send-again/", follow=True).content.decode()
    assert "This was settled meanwhile. Bob gave it up. Nothing was changed now." in page
    delivery.refresh_from_db()
    assert delivery.state == State.CANCELLED


def test_today_leads_to_the_comparison_and_folds_it_where_there_are_several(
    desk: Client, ponts: Account
) -> None:
    unknown(ponts, found(), found(2), sent_at=database_now())
    alone = Page(desk.get("/").content.decode())
    assert [("open" in e.attributes) for e in alone.of_class("compared")] == [True]
    assert (
        "Compare it with 2 posts on the account, and decide" in alone.of_class("compared")[0].text
    )
    unknown(ponts, text="Another one", sent_at=database_now())
    both = Page(desk.get("/").content.decode())
    assert [("open" in e.attributes) for e in both.of_class("compared")] == [False, False]


def test_the_trace_is_folded_when_all_went_well_and_open_when_a_person_is_needed(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    attempted(delivery, database_now())
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    well = {"state": State.PUBLISHED, "receipts": [receipt], "settled_at": database_now()}
    for changes, is_open in ((well, False), ({"state": State.UNKNOWN, "receipts": []}, True)):
        Delivery.objects.update(**changes)
        (trace,) = page_of(desk, delivery).of_class("happened")
        assert ("open" in trace.attributes) is is_open
        assert f"delivery={delivery.pk}" in trace.text


def test_an_earlier_post_of_the_account_that_goes_first_is_linked(
    desk: Client, ponts: Account
) -> None:
    now = database_now()
    first, second = scheduled(ponts), scheduled(ponts, text="Behind")
    Delivery.objects.filter(pk=first.pk).update(
        state=State.CHECKING, began_at=now, due_at=now - timedelta(minutes=5)
    )
    page = desk.get(f"/posts/{second.post_id}/").content.decode()
    assert f'It goes out after <a href="/posts/{first.post_id}/">the post of ' in page
    assert "whose outcome is being looked up." in page


def test_an_account_that_must_wait_says_until_when(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    Account.objects.update(waits_until=database_now() + timedelta(hours=2))
    page = desk.get(f"/posts/{delivery.post_id}/").content.decode()
    assert "Bluesky lets this account post again " in page


def test_what_is_too_late_can_be_given_a_new_time(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, lateness_allowed=3 * 3600)
    late = database_now() - timedelta(hours=5)
    Delivery.objects.update(state=State.HELD, reason_code="too-late", due_at=late)
    page = desk.get(f"/posts/{delivery.post_id}/").content.decode()
    assert "It is 5 hours late by now, and may go out up to 3 hours late." in page
    link = f"/posts/{delivery.post_id}/?move=1#move"
    assert f'href="{link}"' in page
    opened = Page(desk.get(link).content.decode())
    (form,) = [e for e in opened.elements if e.attributes.get("id") == "move"]
    assert form.inside is not None
    assert "open" in form.inside.attributes


def test_what_is_held_while_the_post_is_out_elsewhere_gets_a_time_of_its_own(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    delivery = scheduled(ponts, ponts_mastodon)
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    Delivery.objects.filter(account=ponts).update(state=State.PUBLISHED, receipts=[receipt])
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.HELD, reason_code="too-late")
    held = Delivery.objects.get(account=ponts_mastodon)
    address = f"/deliveries/{held.pk}/move/"
    assert f'href="{address}"' in desk.get(f"/posts/{delivery.post_id}/").content.decode()
    assert desk.get(address).status_code == 200
    desk.post(address, {"date": "2031-07-14", "time": "10:30"})
    held.refresh_from_db()
    assert (held.state, held.due_at.isoformat()) == (State.SCHEDULED, "2031-07-14T08:30:00+00:00")
    out = Delivery.objects.get(account=ponts)
    assert (out.state, out.due_at.year) == (State.PUBLISHED, delivery.due_at.year)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"date": "2020-01-01", "time": "10:00"}, "This moment has gone by. Nothing was moved"),
        ({"date": "2031-03-30", "time": "02:30"}, "The clocks skip this time"),
        ({"date": "", "time": ""}, "Choose a date and a time."),
    ],
)
def test_a_time_that_will_not_do_moves_nothing_and_is_asked_for_again(
    desk: Client, ponts: Account, chosen: dict[str, str], sentence: str
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.HELD, reason_code="too-late")
    answer = desk.post(f"/deliveries/{delivery.pk}/move/", chosen)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Delivery.objects.get().state == State.HELD


def test_what_is_not_held_any_more_is_not_moved(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.SENDING)
    chosen = {"date": "2031-07-14", "time": "10:30"}
    page = desk.post(f"/deliveries/{delivery.pk}/move/", chosen, follow=True).content.decode()
    assert "This was settled meanwhile." in page
    assert Delivery.objects.get().due_at == delivery.due_at


def test_what_is_found_is_never_markup(desk: Client, ponts: Account) -> None:
    hostile = "<ins>Open</ins> <script>alert(1)</script>"
    delivery = unknown(ponts, found(text=hostile), sent_at=database_now())
    page = desk.get(f"/posts/{delivery.post_id}/").content.decode()
    assert "<script>alert" not in page
    assert "<ins>Open" not in page


def test_many_attempts_events_and_candidates_cost_no_more_questions(
    desk: Client, workspace: Workspace, ponts: Account, alice: User
) -> None:
    one = unknown(ponts, found(), sent_at=database_now())
    looked_up(one, database_now())
    many = unknown(
        connect(workspace, handle="shop.example.org"),
        *(found(n) for n in range(6)),
        sent_at=database_now(),
    )
    for number in range(2, 12):
        attempted(many, database_now(), number=number)
        Event.objects.create(delivery=many, kind=Happened.RELEASED, person=alice)
    few = queries(desk, f"/posts/{one.post_id}/")
    assert queries(desk, f"/posts/{many.post_id}/") == few


def _is_inside(element: Element, outer: Element) -> bool:
    at = element.inside
    while at is not None and at is not outer:
        at = at.inside
    return at is outer
