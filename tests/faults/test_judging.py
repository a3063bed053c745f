"""The judge of a campaign: it must see what is lost, duplicated and wrong, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.judging import Fault, Recorded, Said, Shown, Verdict, judge

TEXT = "The square reopens on Saturday. (bcdfg)"
SECOND = "Forty second-hand booksellers. (bcdfh)"
SENT = Recorded(
    id=1, author="ponts", state="published", parts=(Said(text=TEXT, media=1),), receipts=("11",)
)
THERE = Shown(remote_id="11", author="ponts", text=TEXT, media=1)
THREAD = replace(SENT, parts=(Said(text=TEXT, media=1), Said(text=SECOND)), receipts=("11", "12"))
ANSWER = Shown(remote_id="12", author="ponts", text=SECOND, parent="11")


def faults(verdict: Verdict) -> list[Fault]:
    return [violation.fault for violation in verdict.violations]


def test_what_is_on_the_network_as_it_is_recorded_is_right() -> None:
    verdict = judge([THREAD], [THERE, ANSWER])

    assert (verdict.deliveries, verdict.published, faults(verdict)) == (1, 1, [])


def test_networks_may_change_white_space() -> None:
    assert faults(judge([SENT], [replace(THERE, text=f" {TEXT}\n")])) == []


@pytest.mark.parametrize("state", ["held", "unknown"])
def test_what_waits_for_a_person_is_held_and_not_lost(state: str) -> None:
    verdict = judge([replace(SENT, state=state, receipts=())], [])

    assert (verdict.held, faults(verdict)) == (1, [])


@pytest.mark.parametrize("state", ["scheduled", "claimed", "sending", "checking"])
def test_what_is_due_and_still_under_way_at_the_end_is_lost(state: str) -> None:
    assert faults(judge([replace(SENT, state=state, receipts=())], [])) == [Fault.LOST]


def test_what_is_not_due_yet_is_not_lost() -> None:
    coming = replace(SENT, state="scheduled", receipts=(), is_due=False)

    assert faults(judge([coming], [])) == []


def test_what_waits_for_the_end_of_a_limit_is_told_and_not_lost() -> None:
    waiting = replace(SENT, state="scheduled", receipts=(), waits=True)

    verdict = judge([waiting], [])

    assert (verdict.waiting, verdict.held, faults(verdict)) == (1, 0, [])


def test_a_second_post_of_the_same_words_is_a_duplicate() -> None:
    assert faults(judge([SENT], [THERE, replace(THERE, remote_id="13")])) == [Fault.DUPLICATED]


def test_twins_may_both_be_there_and_no_third() -> None:
    twin = replace(SENT, id=2, receipts=("13",))
    shown = [THERE, replace(THERE, remote_id="13")]

    assert faults(judge([SENT, twin], shown)) == []
    assert faults(judge([SENT, twin], [*shown, replace(THERE, remote_id="14")])) == [
        Fault.DUPLICATED
    ]


def test_the_same_words_at_another_account_are_another_post() -> None:
    elsewhere = replace(SENT, id=2, author="ponts_events", receipts=("13",))
    shown = [THERE, replace(THERE, remote_id="13", author="ponts_events")]

    assert faults(judge([SENT, elsewhere], shown)) == []


@pytest.mark.parametrize("state", ["refused", "held", "cancelled"])
def test_what_is_there_although_it_is_recorded_as_not_sent_is_wrong(state: str) -> None:
    assert faults(judge([replace(SENT, state=state, receipts=())], [THERE])) == [Fault.WRONG]


def test_an_open_question_may_turn_out_to_be_there() -> None:
    assert faults(judge([replace(SENT, state="unknown", receipts=())], [THERE])) == []


def test_two_deliveries_that_claim_one_post_are_wrong() -> None:
    twin = replace(SENT, id=2)

    assert Fault.WRONG in faults(judge([SENT, twin], [THERE]))


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [replace(THERE, text="Something else (bcdfg)")],
        [replace(THERE, author="alice")],
        [replace(THERE, media=2)],
        [replace(THERE, parent="10")],
    ],
)
def test_a_receipt_that_does_not_fit_the_network_is_wrong(shown: list[Shown]) -> None:
    assert Fault.WRONG in faults(judge([SENT], shown))


def test_a_part_that_answers_another_than_the_one_before_is_wrong() -> None:
    assert faults(judge([THREAD], [THERE, replace(ANSWER, parent="10")])) == [Fault.WRONG]


def test_a_thread_that_is_published_without_its_last_part_is_wrong() -> None:
    assert faults(judge([replace(THREAD, receipts=("11",))], [THERE])) == [Fault.WRONG]


def test_a_thread_may_be_held_between_its_parts() -> None:
    half = replace(THREAD, state="held", receipts=("11",))

    assert faults(judge([half], [THERE])) == []


def test_a_post_that_nobody_planned_is_wrong() -> None:
    assert faults(judge([SENT], [THERE, replace(THERE, remote_id="14", text="Spam")])) == [
        Fault.WRONG
    ]
