"""The declared life of a delivery."""

import pytest

from parvis.deliver.claims import Claim
from parvis.deliver.ledger import Settlement
from parvis.deliver.states import FINAL, TRANSITIONS, IllegalTransition, State, check, sources_of


def test_what_is_published_refused_or_cancelled_never_changes_again() -> None:
    assert {State.PUBLISHED, State.REFUSED, State.CANCELLED} == FINAL


def test_nothing_is_sent_again_from_an_unknown_outcome_without_a_look_up_or_a_person() -> None:
    assert State.SENDING not in TRANSITIONS[State.CHECKING]
    assert State.CLAIMED not in TRANSITIONS[State.CHECKING]
    assert State.CLAIMED not in TRANSITIONS[State.SENDING]


def test_published_is_reached_only_by_an_answer_a_look_up_or_a_person() -> None:
    assert set(sources_of(State.PUBLISHED)) == {State.SENDING, State.CHECKING, State.UNKNOWN}


def test_an_undeclared_change_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        check(State.PUBLISHED, State.SCHEDULED)


def test_a_settlement_that_the_life_of_a_delivery_has_not_cannot_be_made() -> None:
    with pytest.raises(IllegalTransition):
        Settlement(claim=Claim(1, 1), before=State.CLAIMED, after=State.PUBLISHED)
