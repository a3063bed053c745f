"""Codes and facts as sentences."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import parvis.compose.validation
from parvis.compose.pictures import NotAPicture
from parvis.compose.validation import Finding, Severity
from parvis.deliver.states import State
from parvis.networks.errors import Refused
from parvis.networks.fit import misfits
from parvis.networks.part import GIF, MediaFile, Part
from parvis.networks.traits import Traits, VideoTraits
from parvis.report import phrases
from parvis.report.sentences import (
    sentence_for_connecting,
    sentence_for_finding,
    sentence_for_picture,
    sentence_for_reason,
    sentence_for_what_follows,
)

PACKAGE = Path(parvis.compose.validation.__file__).parent.parent


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


def codes_named_in(*files: str) -> Iterator[str]:
    """What is given as `code=` or as the first argument of `refused`; f-strings are left to
    `codes_put_together`."""
    for file in files:
        for call in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                named = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
                is_refusal = isinstance(call.func, ast.Name) and call.func.id == "refused"
                for code in [*named, *(call.args[:1] if is_refusal else [])]:
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield code.value


def codes_put_together() -> set[str]:
    """The codes that `networks.fit` puts together, drawn from parts that break every limit."""
    still = MediaFile(
        path=Path("stalls"), media_type="image/x", size=10**12, width=1, height=9, alt="a" * 9
    )
    moving = replace(still, media_type=GIF, is_animated=True)
    film = replace(still, media_type="video/x", seconds=1e6)
    text = "#a #b @alice.example.org @bob.example.org $ABC $DEF www.a.org www.b.org"
    strict = Traits(
        text_limit=9,
        hashtag_limit=1,
        mention_limit=1,
        cashtag_limit=1,
        link_limit=1,
        image_limit=1,
        image_bytes_limit=1,
        image_pixels_limit=1,
        image_types=("image/jpeg",),
        animation_bytes_limit=1,
        alt_limit=1,
        video=VideoTraits(
            bytes_limit=1, pixels_limit=1, types=(), shortest_seconds=2, longest_seconds=3
        ),
    )
    media = (still, still, moving, film, film, replace(film, seconds=0.1))
    return {misfit.code for misfit in misfits(Part(text=text, media=media), strict, "")}


def test_every_finding_has_its_sentence() -> None:
    folders = (PACKAGE / "networks" / "fit", PACKAGE / "compose")
    files = [str(file) for folder in folders for file in folder.glob("*.py")]
    found = {
        *codes_named_in(*files, "deliver/freeze.py", "schedule/equal_texts.py"),
        *codes_put_together(),
    }
    found |= {f"{sandbox}{price}" for sandbox in ("", "sandbox-") for price in PRICES}
    found |= {"other-kind", "smaller-copy", "no-alt", "no-alt-of-video"}
    found -= {"alt-not-taken"}  # which validation turns into a note: alt-left-out
    assert found == set(phrases.FINDINGS)


PRICES = ("price", "price-with-link")


def test_a_finding_names_its_part_where_there_are_several() -> None:
    told = finding("empty")
    assert sentence_for_finding(told).startswith("There is nothing")
    assert sentence_for_finding(replace(told, part=1, parts=3)).startswith("Part 2: There is")
    assert sentence_for_finding(replace(told, part=1, in_comment=True)).startswith("First comment:")


def test_prices_are_written_with_as_many_digits_as_it_takes() -> None:
    dear = finding("price-with-link", amount="0.200", plain_amount="0.015", currency="USD")
    said = sentence_for_finding(dear)
    assert said == "A link makes this post cost $0.20 instead of $0.015."
    assert sentence_for_finding(finding("price", amount="2", currency="EUR")).endswith("2.00 EUR.")


def test_durations_and_days_are_written_in_words() -> None:
    facts = {"minutes": 90, "shortest": 1440, "longest": 20160}
    said = sentence_for_finding(finding("poll-minutes", **facts))
    assert "90 minutes" in said
    assert "from 1 day to 14 days" in said
    said = sentence_for_finding(finding("lapses-before", day="2027-01-05"))
    assert "Tuesday 5 January 2027" in said


def test_every_picture_that_is_none_has_its_sentence() -> None:
    raised = codes_raised_in("compose", "NotAPicture")
    assert raised == set(phrases.PICTURES)


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
    said = sentence_for_finding(finding("no-visibility", visibility="private"))
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
