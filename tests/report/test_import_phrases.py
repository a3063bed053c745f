"""Whatever is found about a file or a row of it is told as a sentence."""

import re
from pathlib import Path

import pytest

from parvis import intake
from parvis.compose.validation import Finding, Severity
from parvis.intake.reading import Unreadable
from parvis.report.import_phrases import FILES, ROWS
from parvis.report.importing import sentence_for_file, sentence_for_row

ROOT = Path(intake.__file__).parent
OF_ROWS = re.compile(
    r'(?:NoMoment\(|found\(|noted\(|code=)\s*"([a-z-]+)"(?: if \w+ else "([a-z-]+)")?'
)
OF_FILES = re.compile(r'Unreadable\("([a-z-]+)"')
EVERY_FACT = {
    "name": "ponts",
    "written": "?",
    "number": 3,
    "post": 7,
    "limit": 2000,
    "line": 4,
    "heading": "text",
    "first": "+01:00",
    "second": "+02:00",
    "day": "2027-01-30",
    "alts": 2,
    "media": 1,
}


def codes(found: re.Pattern[str], *modules: str) -> set[str]:
    sources = "\n".join((ROOT / f"{module}.py").read_text() for module in modules)
    return {code for match in found.findall(sources) for code in filter(None, _flat(match))}


def _flat(match: str | tuple[str, ...]) -> tuple[str, ...]:
    return (match,) if isinstance(match, str) else match


def test_every_code_of_a_row_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert codes(OF_ROWS, "checking", "moments", "verbs") == set(ROWS)


def test_every_code_of_a_file_has_a_sentence() -> None:
    assert codes(OF_FILES, "reading") <= set(FILES)


@pytest.mark.parametrize("code", sorted(ROWS))
def test_a_rows_sentence_is_whole(code: str) -> None:
    told = sentence_for_row(Finding(severity=Severity.ERROR, code=code, facts=EVERY_FACT))
    assert told.endswith(".")
    assert "%(" not in told


@pytest.mark.parametrize("code", sorted(FILES))
def test_a_files_sentence_is_whole(code: str) -> None:
    told = sentence_for_file(Unreadable(code, **EVERY_FACT))
    assert told.endswith(".")
    assert "%(" not in told
