"""From composed to settled on all seven networks, as the sandbox shows them, whatever befalls the
one request that publishes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Outcome
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from tests.deliver.driving import look_up_due
from tests.deliver.rehearsing import (
    KINDS,
    TEXT,
    Rehearsal,
    assert_out_once,
    on,
    on_all,
    outcomes_of,
    page_at,
    settled,
    told_of,
)
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.django_db

RENEWING = {"x", "bluesky", "linkedin organisation"}
"""Those whose network renews a permission that has lapsed."""
VERSIONED = ["facebook", "instagram", "linkedin organisation", "threads"]


@on_all
def test_a_text_goes_out_once_and_its_receipt_leads_to_it(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()

    rehearsal.deliver()

    assert_out_once(rehearsal, delivery)
    assert TEXT in page_at(delivery.link)
    assert outcomes_of(delivery) == [Outcome.PUBLISHED]


@on_all
@pytest.mark.parametrize("fault", ["lose-answer", "error-after", "malformed", "empty-body"])
def test_what_went_out_unheard_is_found_and_not_sent_again(
    rehearsal: Rehearsal, fault: str
) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order(fault)

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert TEXT in page_at(delivery.link)
    assert outcomes_of(delivery) == [Outcome.FOUND]


@on_all
@pytest.mark.parametrize("fault", ["error-before", "lose-request"])
def test_what_never_arrived_is_sent_again_and_is_out_once(rehearsal: Rehearsal, fault: str) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order(fault)

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    assert rehearsal.posts == []
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)


@on_all
def test_a_page_of_some_server_before_the_network_leads_to_one_post(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("html-error-page")

    rehearsal.deliver()
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)


@on("mastodon")
def test_an_answer_that_comes_too_late_is_looked_up(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TERMS", replace(settings.TERMS, publish=0.3))
    delivery = rehearsal.schedule()
    rehearsal.order("delay", seconds=1)

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    look_up_due()

    assert_out_once(rehearsal, delivery)
    # Its late end would otherwise stand in the next test's list.
    wait_until(lambda: rehearsal.calls("publish"), 60, "the late answer")


@on_all
def test_a_refused_post_is_said_and_never_sent_again(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("refuse")

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.REFUSED, told_of(delivery)
    assert delivery.reason
    assert rehearsal.posts == []
    assert len(rehearsal.calls("publish")) == 1


@on_all
def test_a_limit_is_waited_for_as_the_network_says_and_then_it_goes_out_once(
    rehearsal: Rehearsal,
) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("rate-limit", seconds=300)

    rehearsal.deliver()
    assert settled(delivery).state == State.SCHEDULED, told_of(delivery)
    assert rehearsal.posts == []
    account = Account.objects.get()
    assert account.waits_until is not None, told_of(delivery)
    waits = account.waits_until - database_now()
    assert timedelta(seconds=100) < waits <= timedelta(days=1, minutes=5)
    rehearsal.sandbox.advance(waits.total_seconds() + 1)
    rehearsal.deliver_again()

    assert_out_once(rehearsal, delivery)


@on(*sorted(RENEWING))
def test_a_lapsed_permission_is_renewed_and_the_post_goes_out_once(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("expired-token")

    rehearsal.deliver()
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)
    assert Account.objects.get().state == AccountState.CONNECTED


@on(*sorted(KINDS.keys() - RENEWING))
def test_a_lapsed_permission_that_nobody_renews_holds_the_post(rehearsal: Rehearsal) -> None:
    assert_held_until_connected_again(rehearsal, "expired-token")


@on_all
def test_a_withdrawn_permission_holds_the_post(rehearsal: Rehearsal) -> None:
    assert_held_until_connected_again(rehearsal, "revoked-token")


def assert_held_until_connected_again(rehearsal: Rehearsal, fault: str) -> None:
    later = rehearsal.schedule(text="And on Sunday", in_=timedelta(days=1))
    delivery = rehearsal.schedule()
    rehearsal.order(fault)

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.HELD, told_of(delivery)
    assert settled(later).state == State.HELD
    assert Account.objects.get().state == AccountState.NEEDS_RECONNECT
    assert delivery.parts[0]["text"] == TEXT
    assert rehearsal.posts == []


@on(*VERSIONED)
def test_a_retired_version_holds_the_post_with_its_reason(rehearsal: Rehearsal) -> None:
    assert_held_with_its_reason(rehearsal, "retired-version")


@on("x")
def test_a_cap_that_is_used_up_holds_the_post_with_its_reason(rehearsal: Rehearsal) -> None:
    assert_held_with_its_reason(rehearsal, "usage-cap")


def assert_held_with_its_reason(rehearsal: Rehearsal, fault: str) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order(fault)

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.HELD, told_of(delivery)
    assert delivery.reason_code
    assert "Nothing was posted" in delivery.reason
    assert Account.objects.get().can_publish
    assert rehearsal.posts == []
