"""`parvis posts` and `parvis accounts`: lists, changes and decisions."""

import json
from datetime import timedelta

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from tests.cast import draft, scheduled

pytestmark = pytest.mark.django_db(transaction=True)
TOMORROW = timedelta(days=1)
SEEN_AT = "https://social.example.org/@ponts/1"


def listed(say, *options: str) -> list[int]:
    return [post["post_id"] for post in json.loads(say("posts", *options, "--json").out)["posts"]]


def in_state(delivery: Delivery, state: State, code: str = "cannot-tell") -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, reason_code=code)
    return delivery


def state_of(delivery: Delivery) -> str:
    return Delivery.objects.get(pk=delivery.pk).state


def test_the_list_is_cut_where_it_was_asked_to(say, ponts: Account) -> None:
    for number in range(35):
        draft(ponts, text=f"Number {number}")
    assert len(listed(say, "--limit", "33")) == 33
    assert len(listed(say)) == 30


def test_a_state_narrows_the_list(say, ponts: Account) -> None:
    kept, planned = draft(ponts), scheduled(ponts, in_=TOMORROW)
    assert listed(say, "--state", "drafts") == [kept.pk]
    assert listed(say, "--state", "scheduled") == [planned.post_id]


def test_show_tells_text_place_and_state(say, ponts: Account) -> None:
    said = say("posts", "show", scheduled(ponts, in_=TOMORROW, text="Open on Saturday").post_id)
    assert "Open on Saturday" in said.out
    assert "bluesky:ponts.example.org  scheduled" in said.out


def test_a_post_that_is_not_there_is_told(say, workspace: Workspace) -> None:
    assert say("posts", "show", "4711").exit_code == 4


def test_cancel_makes_it_a_draft_again(say, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert say("posts", "cancel", delivery.post_id).exit_code == 0
    assert Post.objects.get(pk=delivery.post_id).is_draft
    assert state_of(delivery) == State.CANCELLED


def test_what_is_on_its_way_is_not_cancelled(say, ponts: Account) -> None:
    delivery = in_state(scheduled(ponts, in_=TOMORROW), State.SENDING)
    said = say("posts", "cancel", delivery.post_id)
    assert said.exit_code == 1
    assert "Nothing was changed" in said.err
    assert state_of(delivery) == State.SENDING


def test_move_changes_when_it_goes_out(say, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    say("posts", "move", delivery.post_id, "--at", "2031-01-01T10:00Z")
    assert Delivery.objects.get().due_at.year == 2031


def test_a_held_delivery_is_moved_alone(say, ponts: Account, ponts_mastodon: Account) -> None:
    post_id = scheduled(ponts, ponts_mastodon, in_=TOMORROW).post_id
    out, held = Delivery.objects.filter(post=post_id).order_by("pk")
    in_state(out, State.PUBLISHED)
    in_state(held, State.HELD, "too-late")
    at = ("--at", "2031-01-01T10:00Z")
    assert say("posts", "move", post_id, *at, "--delivery", out.pk).exit_code == 4
    assert say("posts", "move", post_id, *at, "--delivery", held.pk).exit_code == 0
    years = {each.pk: each.due_at.year for each in Delivery.objects.all()}
    assert years == {out.pk: out.due_at.year, held.pk: 2031}
    assert state_of(held) == State.SCHEDULED


def test_delete_takes_it_off_the_desk(say, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    say("posts", "delete", delivery.post_id)
    assert listed(say) == []
    assert listed(say, "--state", "deleted") == [delivery.post_id]


@pytest.mark.parametrize(
    ("before", "choice", "after"),
    [
        (State.UNKNOWN, ("again",), State.SCHEDULED),
        (State.UNKNOWN, ("there", "--url", SEEN_AT), State.PUBLISHED),
        (State.UNKNOWN, ("give-up",), State.CANCELLED),
        (State.HELD, ("release",), State.SCHEDULED),
        (State.HELD, ("after-limit",), State.SCHEDULED),
        (State.HELD, ("give-up",), State.CANCELLED),
    ],
)
def test_a_person_decides(
    say, ponts: Account, before: State, choice: tuple[str, ...], after: State
) -> None:
    delivery = in_state(scheduled(ponts, in_=TOMORROW), before)
    said = say("posts", "decide", delivery.post_id, *choice, "--json")
    assert json.loads(said.out)["state"] == after
    assert state_of(delivery) == after


def test_what_a_limit_outlasts_is_not_released_and_says_what_to_do(say, ponts: Account) -> None:
    delivery = in_state(scheduled(ponts, lateness_allowed=3600), State.HELD)
    hold_calls_until(ponts, database_now() + timedelta(hours=3))
    said = say("posts", "decide", delivery.post_id, "release")
    assert said.exit_code == 1
    assert "Decide after-limit" in said.err
    assert state_of(delivery) == State.HELD


def test_there_needs_to_say_where(say, ponts: Account) -> None:
    delivery = in_state(scheduled(ponts, in_=TOMORROW), State.UNKNOWN)
    assert say("posts", "decide", delivery.post_id, "there").exit_code == 2
    assert state_of(delivery) == State.UNKNOWN


def test_looking_again_needs_something_to_look_for(say, ponts: Account) -> None:
    delivery = in_state(scheduled(ponts, in_=TOMORROW), State.UNKNOWN, "restored")
    said = say("posts", "decide", delivery.post_id, "look")
    assert "no record of sending it" in said.err
    assert state_of(delivery) == State.UNKNOWN


def test_of_two_that_wait_one_must_be_named(say, ponts: Account, ponts_mastodon: Account) -> None:
    post_id = scheduled(ponts, ponts_mastodon, in_=TOMORROW).post_id
    first, second = Delivery.objects.filter(post=post_id).order_by("pk")
    for delivery in (first, second):
        in_state(delivery, State.UNKNOWN)
    assert say("posts", "decide", post_id, "give-up").exit_code == 4
    say("posts", "decide", post_id, "give-up", "--delivery", second.pk)
    assert (state_of(first), state_of(second)) == (State.UNKNOWN, State.CANCELLED)


def test_accounts_are_listed_with_their_state(say, ponts: Account) -> None:
    accounts = json.loads(say("accounts", "--json").out)["accounts"]
    assert [(each["handle"], each["state"]) for each in accounts] == [
        ("ponts.example.org", "connected")
    ]


def test_disconnecting_destroys_the_tokens_and_holds_what_is_due(say, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert say("accounts", "disconnect", "ponts").exit_code == 0
    ponts.refresh_from_db()
    assert ponts.sealed_tokens is None
    assert state_of(delivery) == State.HELD


def test_an_empty_password_connects_nothing(say, workspace: Workspace) -> None:
    said = say("accounts", "connect", "bluesky", "ponts.example.org", stdin="\n")
    assert said.exit_code == 2
    assert not Account.objects.exists()


def test_connecting_asks_the_server_and_tells_what_it_said(
    say, workspace: Workspace, tmp_path
) -> None:
    """The server is one that refuses to be spoken to: a closed port on this machine."""
    token = tmp_path / "token"
    token.write_text("a token that must not be shown\n")
    said = say("accounts", "connect", "mastodon", "127.0.0.1:9", "--token-file", token, "--json")
    assert said.exit_code == 1
    assert json.loads(said.out)["error"]["code"]
    assert "must not be shown" not in said.out + said.err
