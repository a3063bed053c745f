from __future__ import annotations

from pathlib import Path

import pytest

from parvis.networks.registry import networks
from parvis.networks.table import render

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"


def test_the_page_tells_what_the_modules_do() -> None:
    """Write it anew with `python -m parvis.networks.table > docs/networks.md`."""
    assert PAGE.read_text("utf-8") == render()


@pytest.mark.parametrize("name", networks())
def test_every_network_has_a_column_and_a_chapter(name: str) -> None:
    page, label = render(), networks()[name].label
    headings = [line for line in page.splitlines() if line.startswith("|  |")]
    assert f"\n## {label}\n" in page
    assert len(headings) == 4
    assert all(f"| {label} |" in heading for heading in headings)


def test_the_rows_of_a_table_are_of_one_length() -> None:
    rows = [line for line in render().splitlines() if line.startswith("|")]
    assert {row.count(" |") for row in rows} == {len(networks()) + 1}
