"""Why something did not go out, and what follows, as sentences."""

import re

import pytest
from django.utils.translation import override

from parvis.deliver.states import NEEDS_A_PERSON, State
from parvis.report import phrases
from parvis.report.sentences import (
    sentence_for_reason,
    sentence_for_what_follows,
    sentence_for_what_is_out,
)
from tests.report.raised_codes import ERRORS, Raised, raised_codes

RAISED = raised_codes()
WAITS = {"calm", "blocked"}


def facts_needed_by(code: str) -> set[str]:
    """`%(limit_size)s` needs the fact `limit`."""
    names = re.findall(r"%\((\w+)\)s", str(phrases.REASONS[code]))
    return {re.sub(r"_(said|size)$", "", name) for name in names}


def test_the_codes_are_found_in_every_way_of_raising_them() -> None:
    found = {raised.code for raised in RAISED}
    written_out, by_a_helper = {"container-lost"}, {"reply-closed", "poll-minutes"}
    in_a_loop, put_together = {"video-too-short"}, {"too-many-videos", "image-too-large"}
    in_a_table, in_a_constant = {"unknown-host"}, {"no-permission"}
    assert written_out | by_a_helper | in_a_loop | put_together <= found
    assert in_a_table | in_a_constant <= found
    assert {raised.kind for raised in RAISED} >= ERRORS - {"NetworkError"}


def test_every_code_of_a_network_has_a_sentence() -> None:
    without = {
        raised.code: raised.place
        for raised in RAISED
        if raised.code not in phrases.REASONS and raised.code not in phrases.CONNECTING
    }
    assert without == {}


@pytest.mark.parametrize("kind", sorted(ERRORS - {"NetworkError", "Refused"}))
def test_every_code_that_a_delivery_can_meet_tells_its_reason(kind: str) -> None:
    """A refusal may be one of connecting; everything else befalls deliveries as well."""
    without = {raised.code for raised in RAISED if raised.kind == kind} - set(phrases.REASONS)
    assert without == set()


def test_a_reason_needs_no_fact_that_is_not_given_wherever_it_is_raised() -> None:
    def lacks(raised: Raised) -> set[str]:
        given = raised.facts
        return set() if given is None else facts_needed_by(raised.code) - given

    lacking = {
        (raised.code, raised.place): lacks(raised)
        for raised in RAISED
        if raised.code in phrases.REASONS and lacks(raised)
    }
    assert lacking == {}


def test_whatever_blocks_says_what_the_owner_must_do() -> None:
    assert {raised.code for raised in RAISED if raised.kind == "Blocked"} == set(phrases.BLOCKED)
    held = sentence_for_what_follows(State.HELD, "out-of-credit")
    assert held == "Nothing was posted. It waits: once that is done, send it now."
    assert sentence_for_what_follows(State.HELD, "too-late") == "Nothing was posted. It waits."


def test_a_network_at_work_is_told_calmly() -> None:
    assert {raised.code for raised in RAISED if raised.kind == "PrepareAnew"} <= set(phrases.CALM)
    follows = sentence_for_what_follows(State.SCHEDULED, "processing")
    assert follows == "Nothing is posted yet; it goes out by itself as soon as it can."
    assert sentence_for_what_follows(State.CHECKING, "processing").startswith("Parvis is looking")


def test_every_state_says_what_follows_and_every_decision_what_is_the_matter() -> None:
    for follows in (phrases.FOLLOWS, phrases.FOLLOWS_OF_THE_REST):
        assert set(follows) == {*State, *WAITS}
    for decisions in (
        phrases.DECISIONS,
        phrases.DECISIONS_ABOUT_A_PART,
        phrases.DECISIONS_ABOUT_A_COMMENT,
    ):
        assert set(decisions) == set(NEEDS_A_PERSON)


@pytest.mark.parametrize("state", [*State])
@pytest.mark.parametrize("code", ["rejected", "processing", "out-of-credit"])
def test_once_a_part_is_out_nothing_says_that_nothing_was_posted(state: State, code: str) -> None:
    assert "Nothing was posted" not in sentence_for_what_follows(state, code, partly_out=True)
    assert "Nothing is posted" not in sentence_for_what_follows(state, code, partly_out=True)


@pytest.mark.parametrize(
    ("out", "parts", "comment", "said"),
    [
        (1, 3, False, "Part 1 of 3 is out."),
        (2, 3, True, "Parts 1 to 2 of 3 are out."),
        (3, 3, True, "The post is out, and its first comment is not."),
        (1, 1, True, "The post is out, and its first comment is not."),
    ],
)
def test_what_is_out_is_told_in_parts(out: int, parts: int, comment: bool, said: str) -> None:
    assert sentence_for_what_is_out(out, parts, comment_is_missing=comment) == said


def test_what_the_network_said_stands_behind_the_sentence_once() -> None:
    refused = sentence_for_reason("media-refused", {"said": "Bad ratio."})
    assert refused.endswith("It said: “Bad ratio.”")
    assert sentence_for_reason("media-refused", {"said": "No"}).endswith("It said: “No”.")
    assert sentence_for_reason("rejected", {"said": "No."}) == "The network refused it: “No”."
    assert "It said" not in sentence_for_reason("media-refused", {"said": ""})


def test_every_reason_is_told_in_french() -> None:
    with override("fr"):
        french = {code: str(sentence) for code, sentence in phrases.REASONS.items()}
    with override("en"):
        same = {code for code, sentence in phrases.REASONS.items() if str(sentence) == french[code]}
    assert same == set()
