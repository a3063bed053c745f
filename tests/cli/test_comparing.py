"""`parvis posts show` and `decide`: what was sent beside what was found, and the trace."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from parvis.cli import voice
from parvis.connections.models import Account
from parvis.deliver.models import Delivery, Event, Happened
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from tests.cast import scheduled
from tests.web.test_comparing import TEXT, attempted, found, looked_up, unknown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent_at() -> datetime:
    return database_now() - timedelta(minutes=10)


def shown(say, delivery: Delivery) -> str:
    said = say("posts", "show", delivery.post_id)
    assert said.exit_code == 0
    return said.out


def in_json(say, delivery: Delivery) -> dict[str, Any]:
    (told,) = json.loads(say("posts", "show", delivery.post_id, "--json").out)["deliveries"]
    return told


def line_with(out: str, words: str) -> str:
    return next(line for line in out.splitlines() if words in line)


def test_in_a_wide_terminal_the_two_stand_side_by_side(
    say, ponts: Account, sent_at: datetime
) -> None:
    out = shown(say, unknown(ponts, found(at=sent_at + timedelta(seconds=12)), sent_at=sent_at))
    assert "CANDIDATE 1" in line_with(out, "WHAT WAS SENT")
    assert "12 seconds after it was sent" in out


def test_in_a_narrow_terminal_they_stand_below_each_other(
    say, ponts: Account, sent_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "WIDTH_OF_A_PIPE", 80)
    text = f"{TEXT}\n\nBring a bag."
    out = shown(say, unknown(ponts, found(), found(2), sent_at=sent_at, text=text))
    assert line_with(out, "WHAT WAS SENT") == "  WHAT WAS SENT"
    assert "\n  Bring a bag.\n" in out
    places = [out.index(words) for words in ("WHAT WAS SENT", "CANDIDATE 1", "CANDIDATE 2")]
    assert places == sorted(places)


def test_differences_are_marked_without_colour(say, ponts: Account, sent_at: datetime) -> None:
    text = TEXT.replace("nine", "ten")
    out = shown(say, unknown(ponts, found(text=text), sent_at=sent_at))
    assert "from [-nine-] {+ten+} to noon." in out
    assert "1 word is missing. 1 word is added." in out


def test_each_way_to_decide_is_told_with_what_follows(
    say, ponts: Account, sent_at: datetime
) -> None:
    delivery = unknown(ponts, found(), sent_at=sent_at)
    Delivery.objects.update(prepared={"0": {"key": "k", "text": TEXT, "body": {}}})
    out = shown(say, delivery)
    for choice in ("there --candidate N", "there --url ADDRESS", "look", "again", "give-up"):
        assert f"parvis posts decide {delivery.post_id} {choice} " in out
    assert "If it is there after all, it is not taken twice." in out


def test_where_nothing_was_found_it_says_how_far_was_looked(
    say, ponts: Account, sent_at: datetime
) -> None:
    delivery = unknown(ponts, sent_at=sent_at)
    looked_up(delivery, sent_at + timedelta(minutes=1))
    looked_up(delivery, sent_at + timedelta(minutes=2))
    out = shown(say, delivery)
    assert "NOTHING WAS FOUND" in out
    assert "The network was asked 2 times, last " in out
    assert "That proves nothing" in out


def test_before_the_first_look_up_nothing_is_said_to_have_been_asked(
    say, ponts: Account, sent_at: datetime
) -> None:
    delivery = unknown(ponts, sent_at=sent_at)
    Delivery.objects.update(lookups=0)
    assert "Nothing was looked up yet." in shown(say, delivery)


def test_the_trace_is_told_step_by_step(say, ponts: Account) -> None:
    delivery = scheduled(ponts)
    attempted(delivery, database_now())
    Event.objects.create(
        delivery=delivery, kind=Happened.TAKEN_OVER, code="worker-lost", worker="desk-2:4711"
    )
    out = shown(say, delivery)
    sentences = (
        "It was scheduled.",
        "Attempt 1: it was sent. [w]",
        "was lost while it was sending",
    )
    places = [out.index(words) for words in sentences]
    assert places == sorted(places)


def test_programs_get_everything_and_milliseconds(say, ponts: Account, sent_at: datetime) -> None:
    at = sent_at + timedelta(seconds=12)
    two = {**found(at=at, text="Else"), "media_count": 2}
    told = in_json(say, unknown(ponts, two, sent_at=sent_at))
    evidence = told["decision"]["evidence"]
    (candidate,) = evidence["candidates"]
    assert evidence["sent"]["text"] == TEXT
    assert (candidate["number"], candidate["seconds"]) == (1, 12.0)
    assert (candidate["media_count"], candidate["is_as_sent"]) == (2, False)
    assert [each["mark"] for each in candidate["difference"]["stretches"] if each["mark"]] == [
        "missing",
        "added",
    ]
    sent = next(step for step in told["trace"] if step["kind"] == "attempt")
    assert sent["at"] == sent_at.isoformat(timespec="milliseconds")
    assert (sent["worker"], sent["attempt"], sent["part"]) == ("w", 1, 1)


def test_a_candidate_is_taken_by_its_number(say, ponts: Account, sent_at: datetime) -> None:
    delivery = unknown(ponts, found(), found(2), sent_at=sent_at)
    said = say("posts", "decide", delivery.post_id, "there", "--candidate", 2)
    delivery.refresh_from_db()
    assert (said.exit_code, delivery.state) == (0, State.PUBLISHED)
    assert delivery.receipts[0]["remote_id"] == "at://2"
    assert "https://bsky.app/2" in said.out


@pytest.mark.parametrize(
    ("choice", "exit_code"),
    [
        (("there", "--candidate", "2"), 4),
        (("there", "--candidate", "0"), 2),
        (("there",), 2),
        (("there", "--candidate", "1", "--url", "https://bsky.app/1"), 2),
        (("again", "--candidate", "1"), 2),
        (("give-up", "--url", "https://bsky.app/1"), 2),
    ],
)
def test_an_unclear_decision_decides_nothing(
    say, ponts: Account, sent_at: datetime, choice: tuple[str, ...], exit_code: int
) -> None:
    delivery = unknown(ponts, found(), sent_at=sent_at)
    assert say("posts", "decide", delivery.post_id, *choice).exit_code == exit_code
    delivery.refresh_from_db()
    assert delivery.state == State.UNKNOWN


def test_who_goes_first_is_told(say, ponts: Account) -> None:
    now = database_now()
    first, second = scheduled(ponts), scheduled(ponts, text="Behind")
    Delivery.objects.filter(pk=first.pk).update(
        state=State.CHECKING, began_at=now, due_at=now - timedelta(minutes=5)
    )
    told = f"It goes out after post {first.post_id}, due "
    assert "whose outcome is being looked up." in line_with(shown(say, second), told)
