"""What a campaign plans by its seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from parvis.config.terms import Terms
from parvis.networks.registry import networks
from parvis.sandbox.faults import Kind as SandboxFault
from tests.faults.disasters import (
    LATEST_ACT,
    LONGEST_SLEEP,
    WORKERS,
    Kind,
    disasters,
    orders,
)
from tests.faults.options import Break, Options, read_options
from tests.faults.plan import REFUSING_EQUALS, Deed, plan

OPTIONS = Options(seed=7, posts=2000, minutes=5.0)
TRAITS = {network.name: network.usual_traits for network in networks().values()}
TERMS = Terms().at_pace(OPTIONS.pace)
EVERY_FAULT = {name: frozenset(map(str, SandboxFault)) for name in TRAITS}


def test_the_same_seed_plans_the_same_and_another_one_something_else() -> None:
    again = plan(OPTIONS, TRAITS, 8), disasters(OPTIONS, TERMS), orders(OPTIONS, TERMS, EVERY_FAULT)
    other = replace(OPTIONS, seed=8)

    assert again == (
        plan(OPTIONS, TRAITS, 8),
        disasters(OPTIONS, TERMS),
        orders(OPTIONS, TERMS, EVERY_FAULT),
    )
    assert plan(other, TRAITS, 8) != again[0]


def test_as_many_posts_are_planned_as_were_asked_for_on_all_networks() -> None:
    planned = plan(OPTIONS, TRAITS, 8)

    assert len({one.number for one in planned}) == len(planned) == 2000
    assert min(Counter(one.network for one in planned).values()) > 200
    assert all(0 <= one.due <= OPTIONS.seconds for one in planned)


def test_the_plan_has_threads_comments_media_twins_and_deeds() -> None:
    planned = plan(OPTIONS, TRAITS, 8)

    assert {len(one.texts) for one in planned} >= {1, 2, 3}
    assert all(any(check(one) for one in planned) for check in (
        lambda one: one.comment,
        lambda one: len(one.pictures) > 1,
        lambda one: one.has_video,
        lambda one: one.patience is not None,
        lambda one: one.deed is Deed.MOVE,
        lambda one: one.deed is Deed.TAKE_BACK,
    ))  # fmt: skip
    assert max(Counter(one.due for one in planned).values()) > 20


def test_equal_words_go_to_one_account_only_where_the_network_takes_them() -> None:
    said = Counter((one.network, one.account, one.texts) for one in plan(OPTIONS, TRAITS, 8))
    twins = {network for (network, _, _), count in said.items() if count > 1}

    assert twins
    assert not twins & REFUSING_EQUALS


def test_all_other_words_are_said_once() -> None:
    said = Counter(text for one in plan(OPTIONS, TRAITS, 8) for text in one.texts)

    assert max(said.values()) == 2


@pytest.mark.parametrize("minutes", [1.0, 5.0])
def test_every_kind_of_disaster_comes_also_in_a_short_campaign(minutes: float) -> None:
    planned = disasters(replace(OPTIONS, minutes=minutes), TERMS)

    assert {each.kind for each in planned} == set(Kind)
    assert {each.worker for each in planned} == {None, *range(WORKERS)}


def test_sleep_and_lateness_together_end_before_absence_is_believed() -> None:
    assert (LONGEST_SLEEP + LATEST_ACT) * TERMS.under_way + TERMS.publish < TERMS.under_way
    asleep = [each.seconds for each in disasters(OPTIONS, TERMS) if each.kind is Kind.FROZEN]
    late = [
        each.more["seconds"]
        for each in orders(OPTIONS, TERMS, EVERY_FAULT)
        if each.fault == "act-late"
    ]
    assert TERMS.lease < max(asleep) <= LONGEST_SLEEP * TERMS.under_way
    assert 0 < max(late) < LATEST_ACT * TERMS.under_way + 0.1


def test_every_fault_that_befalls_publishing_is_ordered() -> None:
    long = replace(OPTIONS, minutes=60.0)

    ordered = {each.fault for each in orders(long, TERMS, EVERY_FAULT)}

    assert ordered == set(map(str, SandboxFault)) - {SandboxFault.RETIRED_METRIC}


def test_no_network_is_ordered_what_it_does_not_know() -> None:
    known = {name: frozenset({"lose-answer"}) for name in TRAITS}

    assert {each.fault for each in orders(OPTIONS, TERMS, known)} == {"lose-answer"}


def test_options_are_read_and_the_time_follows_from_the_posts() -> None:
    read = read_options(["--seed", "3", "--posts", "800", "--networks", "x, bluesky", "--break",
                         "resend"])  # fmt: skip

    assert (read.seed, read.networks, read.broken) == (3, ("x", "bluesky"), Break.RESEND)
    assert read.minutes == 2.0


@pytest.mark.parametrize(
    "nonsense",
    [
        ["--networks", "myspace"],
        ["--posts", "0"],
        ["--posts", "1000000"],
        ["--minutes", "-1"],
        ["--pace", "100"],
        ["--break", "everything"],
    ],
)
def test_nonsense_is_refused_before_anything_starts(nonsense: list[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(nonsense)
