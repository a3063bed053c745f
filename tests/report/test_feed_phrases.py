"""Every code about feeds has a sentence."""

import re
from pathlib import Path

import pytest

from parvis.report.feed_phrases import TROUBLES, WHY
from parvis.report.feeds import sentence_for_trouble

INTAKE = Path(__file__).parents[2] / "parvis/intake"
HTTP = Path(__file__).parents[2] / "parvis/networks"
# Of requests that publish; a feed is only asked for.
_NEVER_ASKED = {"too-late-to-send"}


def said_in(files: list[Path], *shapes: str) -> set[str]:
    text = "\n".join(file.read_text() for file in files)
    return {code for shape in shapes for code in re.findall(shape, text)}


def test_every_trouble_has_a_sentence() -> None:
    own = said_in(
        list(INTAKE.glob("feed_*.py")),
        r'NoFeed\("([a-z-]+)"\)',
        r'NotFetched\(\s*"([a-z-]+)"',
        r'\d{3}: "([a-z-]+)"',
    )
    of_the_client = said_in(
        [HTTP / "http.py", HTTP / "addresses.py"],
        r'_Failure\("([a-z-]+)"',
        r'Refused\(\s*"([a-z-]+)"',
        r'unclear\(\s*"([a-z-]+)"',
    )
    assert {"no-feed", "gone", "not-found", "takes-too-long"} <= own
    assert {"private-address", "unreachable", "no-answer", "unreadable"} <= of_the_client
    assert (own | of_the_client) - _NEVER_ASKED <= TROUBLES.keys()


def test_every_reason_has_a_sentence() -> None:
    posting = [INTAKE / "feed_posting.py", INTAKE / "feed_verbs.py"]
    looking = [INTAKE / "feed_looking.py", INTAKE / "feed_rules.py"]
    codes = said_in(posting, r'why="([a-z-]+)"')
    codes |= said_in(looking, r'Fate\.\w+, "([a-z-]+)"', r'return "([a-z-]+)"')
    assert {"old", "no-word", "restored", "not-ready"} <= codes
    assert codes <= WHY.keys()


@pytest.mark.parametrize("code", TROUBLES)
def test_a_trouble_is_told_also_when_a_fact_is_missing(code: str) -> None:
    assert "%" not in sentence_for_trouble(code, {})
    assert "shop.example" in sentence_for_trouble(code, {"host": "shop.example"}) or (
        "%(host)s" not in str(TROUBLES[code])
    )
