"""The calendar's feed, read again by a library as another calendar would."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar, Event

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.moving import move_entry
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.calendar_key import renew_calendar_key
from parvis.people.models import Workspace
from tests.cast import connect, draft, scheduled

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def address(workspace: Workspace) -> str:
    renew_calendar_key(workspace)
    return f"/calendar/{workspace.calendar_key}.ics"


def put(account: Account, due_at: datetime, state: State = State.SCHEDULED, **said: str) -> Post:
    delivery = scheduled(account, **said)  # type: ignore[arg-type]
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at, state=state)
    return Post.objects.get(pk=delivery.post_id)


def events(address: str) -> list[Event]:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_whoever_knows_the_address_reads_the_posts_and_is_led_to_them(
    address: str, ponts: Account
) -> None:
    at = (database_now() + DAY).replace(microsecond=0)
    text = "Ouvert, même dimanche; venez !\nÀ bientôt — 📚 " + "long " * 40
    post = put(ponts, at, text=text)
    (event,) = events(address)
    assert event["DTSTART"].dt == at
    assert str(event["SUMMARY"]).startswith("Bluesky: Ouvert, même dimanche; venez ! À bientôt")
    assert str(event["DESCRIPTION"]).startswith("Ouvert, même dimanche; venez !\nÀ bientôt — 📚")
    assert str(event["URL"]) == f"http://testserver/posts/{post.pk}/"
    assert event["STATUS"] == "CONFIRMED"


def test_a_planned_draft_is_tentative(address: str, ponts: Account) -> None:
    draft(ponts, text="Perhaps", planned_at=database_now() + DAY)
    (event,) = events(address)
    assert (event["SUMMARY"], event["STATUS"]) == ("Draft: Perhaps", "TENTATIVE")


def test_it_reaches_thirty_days_back_and_180_ahead(address: str, ponts: Account) -> None:
    now = database_now()
    for days in (-31, -29, 179, 181):
        put(ponts, now + days * DAY, State.PUBLISHED, text=f"day {days}")
    assert [str(event["SUMMARY"]) for event in events(address)] == [
        "Bluesky: day -29",
        "Bluesky: day 179",
    ]


def test_a_moved_post_is_still_the_same_event(
    address: str, ponts: Account, ponts_mastodon: Account
) -> None:
    at = database_now() + DAY
    post = put(ponts, at)
    put(ponts_mastodon, at)
    before = {str(event["UID"]) for event in events(address)}
    move_entry(post, at, at + DAY)
    after = {str(event["UID"]) for event in events(address)}
    assert len(before) == 2
    assert after == before


def test_what_of_a_post_has_a_time_of_its_own_is_an_event_of_its_own(
    address: str, ponts: Account, ponts_mastodon: Account
) -> None:
    scheduled(ponts, ponts_mastodon, in_=DAY)
    Delivery.objects.filter(account=ponts_mastodon).update(due_at=database_now() + 2 * DAY)
    assert len({str(event["UID"]) for event in events(address)}) == 2


def test_no_secret_and_nothing_of_another_workspace_is_in_it(
    address: str, workspace: Workspace, ponts: Account
) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    put(connect(other, handle="bob.example.org"), database_now() + DAY, text="Bob’s own")
    put(ponts, database_now() + DAY)
    content = Client().get(address).content.decode()
    assert "Bob" not in content
    assert workspace.calendar_key not in content
    assert "token" not in content


@pytest.mark.parametrize("key", ["x", "%00", "é", "a" * 43])
def test_an_unknown_key_opens_nothing(address: str, key: str) -> None:
    assert Client().get(f"/calendar/{key}.ics").status_code == 404


def test_no_workspace_is_opened_by_an_empty_key(workspace: Workspace) -> None:
    assert Client().get("/calendar/.ics").status_code == 404


def test_the_address_is_made_renewed_and_removed_on_the_page(
    desk: Client, workspace: Workspace
) -> None:
    assert "Make an address" in desk.get("/calendar/").content.decode()
    keys = [changed(desk, workspace, "renew") for _ in range(2)]
    assert len(set(keys)) == 2
    assert min(len(key) for key in keys) >= 43
    page = desk.get("/calendar/").content.decode()
    assert f'value="http://testserver/calendar/{keys[1]}.ics"' in page
    answers = [Client().get(f"/calendar/{key}.ics").status_code for key in keys]
    assert answers == [404, 200]
    assert changed(desk, workspace, "remove") == ""
    assert Client().get(f"/calendar/{keys[1]}.ics").status_code == 404


def changed(desk: Client, workspace: Workspace, how: str) -> str:
    assert desk.post("/calendar/feed/", {"do": how}).status_code == 302
    workspace.refresh_from_db()
    return workspace.calendar_key


def test_it_speaks_the_language_of_the_workspace(
    address: str, workspace: Workspace, ponts: Account
) -> None:
    Workspace.objects.update(language="fr")
    put(ponts, database_now() + DAY, State.PUBLISHED)
    (event,) = events(address)
    assert "publié" in str(event["DESCRIPTION"])
