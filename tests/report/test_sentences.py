"""Codes and facts as sentences."""

import ast
from pathlib import Path

import parvis.compose.validation
from parvis.compose.pictures import NotAPicture
from parvis.compose.validation import Finding, Severity
from parvis.deliver.states import NEEDS_A_PERSON, State
from parvis.networks.errors import Refused
from parvis.report import phrases
from parvis.report.sentences import (
    sentence_for_connecting,
    sentence_for_finding,
    sentence_for_picture,
    sentence_for_reason,
    sentence_for_what_follows,
)

PACKAGE = Path(parvis.compose.validation.__file__).parent.parent
NETWORK_ERRORS = {"Refused", "Reconnect", "Expired", "SlowDown", "NotSent", "Unknown"}


def finding(code: str, **facts: str | int) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, facts=facts)


def codes_raised_in(folder: str, *names: str) -> set[str]:
    """The first argument of every call of these names, where it is written out."""
    found = set()
    for source in (PACKAGE / folder).rglob("*.py"):
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]):
                    found |= {code} if name in names else set()
    return found


def test_every_finding_has_its_sentence() -> None:
    raised = codes_raised_in("compose", "_error") | {"no-alt", "smaller-copy", "reconnect-first"}
    assert len(raised) > 8
    assert raised - set(phrases.FINDINGS) == set()


def test_every_error_of_a_network_has_a_sentence_in_one_of_the_tables() -> None:
    raised = codes_raised_in("networks", *NETWORK_ERRORS, "_refused", "_Failure", "unclear")
    assert len(raised) > 25
    assert raised - set(phrases.REASONS) - set(phrases.CONNECTING) == set()


def test_every_picture_that_is_none_has_its_sentence() -> None:
    raised = codes_raised_in("compose", "NotAPicture")
    assert raised == set(phrases.PICTURES)


def test_every_state_says_what_follows_and_every_decision_what_is_the_matter() -> None:
    assert set(phrases.FOLLOWS) == set(State)
    assert set(phrases.DECISIONS) == set(NEEDS_A_PERSON)


def test_facts_stand_in_the_sentence() -> None:
    assert sentence_for_finding(finding("too-long", over=12, limit=300)).startswith(
        "12 characters too many of 300."
    )
    assert sentence_for_finding(finding("too-long", over=1, limit=300)).startswith("1 character ")


def test_sizes_are_written_with_their_unit() -> None:
    said = sentence_for_finding(finding("smaller-copy", number=1, limit=2 * 1024 * 1024))
    assert "2.0\xa0MB" in said
    refused = NotAPicture("too-large", size=60_000_000, limit=50 * 1024 * 1024)
    assert "50.0\xa0MB" in sentence_for_picture(refused)


def test_visibilities_are_written_in_words() -> None:
    said = sentence_for_finding(finding("no-such-visibility-here", visibility="private"))
    assert "“followers only”" in said


def test_a_code_that_nobody_knows_is_told_in_the_words_it_came_with() -> None:
    assert sentence_for_connecting(Refused("new", "In its own words.")) == "In its own words."
    assert sentence_for_reason("new", {}, "In its own words.") == "In its own words."


def test_a_sentence_that_lacks_a_fact_is_told_in_the_words_it_came_with() -> None:
    assert sentence_for_connecting(Refused("moved", "It has moved.")) == "It has moved."


def test_what_a_network_said_cannot_break_the_sentence() -> None:
    said = sentence_for_reason("rejected", {"said": "100% %(host)s {x}"})
    assert "100% %(host)s {x}" in said


def test_nothing_follows_once_it_is_published() -> None:
    assert sentence_for_what_follows(State.PUBLISHED) == ""
