"""What goes on afterwards: when an account is connected again, when trouble befalls the look-up,
when one post goes to all the networks at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from parvis.compose.content import UsedMedia
from parvis.connections import rehearsal as connecting
from parvis.connections.models import Account, AccountState
from parvis.deliver import leaving, verbs
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from tests.cast import draft, kept_picture
from tests.deliver.driving import deliver_due, end_all_waiting, look_up_due
from tests.deliver.rehearsing import (
    KINDS,
    TEXT,
    Rehearsal,
    assert_out_once,
    beside,
    desk_within_reach,
    on,
    on_all,
    page_at,
    settled,
    told_of,
)
from tests.servers.sandbox import RunningSandbox

pytestmark = pytest.mark.django_db


@on_all
def test_what_found_the_permission_gone_goes_out_once_the_account_is_connected_again(
    rehearsal: Rehearsal,
) -> None:
    later = rehearsal.schedule(text="And on Sunday", in_=timedelta(days=1))
    delivery = rehearsal.schedule()
    rehearsal.order("revoked-token")
    rehearsal.deliver()
    assert settled(delivery).state == State.HELD, told_of(delivery)

    rehearsal.connect_again()
    assert leaving.welcome_back(rehearsal.account) == 2
    rehearsal.deliver()

    assert_out_once(rehearsal, delivery)
    assert settled(later).state == State.SCHEDULED


@on_all
def test_the_try_tells_what_showed_that_the_permission_is_gone(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("revoked-token")

    rehearsal.deliver()

    last = Attempt.objects.filter(delivery=delivery).last()
    assert last is not None
    assert last.code == Account.objects.get().problem_code
    assert last.code not in ("", verbs.RECONNECT)


@on(*(kind for kind in KINDS if kind != "bluesky"))
def test_what_is_open_is_found_once_the_account_is_connected_again(rehearsal: Rehearsal) -> None:
    """Bluesky shows its records to everybody, and is asked without any permission."""
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")
    rehearsal.deliver()
    rehearsal.order("revoked-token", on="any")
    look_up_due()
    look_up_due()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    assert Account.objects.get().state == AccountState.NEEDS_RECONNECT

    rehearsal.connect_again()
    leaving.welcome_back(rehearsal.account)
    look_up_due()

    assert_out_once(rehearsal, delivery)


@on("x", "bluesky", "linkedin organisation")
def test_a_permission_that_lapsed_before_the_look_up_is_renewed(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")
    rehearsal.deliver()
    rehearsal.order("expired-token", on="look-up")
    look_up_due()
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert Account.objects.get().can_publish


@on(*(kind for kind in KINDS if kind != "linkedin member"))
@pytest.mark.parametrize("fault", ["rate-limit", "error-before", "html-error-page", "malformed"])
def test_trouble_with_the_look_up_leaves_the_question_open(
    rehearsal: Rehearsal, fault: str
) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")
    rehearsal.deliver()
    rehearsal.order(fault, on="look-up", seconds=60)

    look_up_due()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    rehearsal.sandbox.advance(3700)
    end_all_waiting()
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert len(rehearsal.calls("publish")) == 1


@on_all
def test_what_was_held_for_the_owner_goes_out_when_it_is_released(rehearsal: Rehearsal) -> None:
    fault = next(
        (
            each
            for each in ("usage-cap", "retired-version")
            if each in rehearsal.sandbox.told(rehearsal.network)["faults"]
        ),
        "revoked-token",
    )
    delivery = rehearsal.schedule()
    rehearsal.order(fault)
    rehearsal.deliver()
    assert settled(delivery).state == State.HELD, told_of(delivery)
    if fault == "revoked-token":
        rehearsal.connect_again()

    verbs.release(delivery)
    rehearsal.deliver()

    assert_out_once(rehearsal, delivery)


@pytest.fixture
def all_seven(
    sandbox: RunningSandbox, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Account]]:
    with beside(sandbox, monkeypatch):
        stages = connecting.stages()
        yield {stage.network: connecting.rehearse_with(workspace, stage) for stage in stages}


def test_one_post_reaches_all_seven_once_though_each_has_its_own_trouble(
    sandbox: RunningSandbox, workspace: Workspace, all_seven: dict[str, Account]
) -> None:
    stalls = kept_picture(workspace, kind="JPEG", width=640, height=480)
    post = draft(
        *all_seven.values(), text=TEXT, media=(UsedMedia(media_id=stalls.pk, alt="Stalls"),)
    )
    verbs.publish_now(post)
    troubles = ("lose-answer", "lose-request", "error-after", "error-before", "malformed")
    for network, fault in zip(all_seven, (*troubles, "empty-body", "html-error-page"), strict=True):
        sandbox.order(network, fault, on="publish")

    deliver_due(around=desk_within_reach)
    for _ in range(2):
        look_up_due()
        end_all_waiting()
        deliver_due(around=desk_within_reach)

    for delivery in Delivery.objects.filter(post=post):
        assert delivery.state == State.PUBLISHED, told_of(delivery)
        (out,) = sandbox.posts(delivery.account.network)
        assert out["remote_id"] == delivery.receipts[0]["remote_id"]
        assert TEXT in page_at(delivery.link)
