"""A table, in Markdown, of the figures that `python -m bench` printed.

make --silent bench > figures.jsonl && .venv/bin/python -m bench.table figures.jsonl
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HEAD = ("what", "figure", "beside", "wanted", "")


def main() -> None:
    lines = Path(sys.argv[1]).read_text() if sys.argv[1:] else sys.stdin.read()
    for line in table(map(json.loads, lines.splitlines())):
        print(line)


def table(figures: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{'---|' * len(HEAD)}"
    for figure in figures:
        yield f"| {' | '.join(_cells(figure))} |"


def _cells(figure: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"`{figure['name']}`",
        _value(figure),
        _beside(figure),
        figure.get("target", "").replace(figure.get("compared_to", "\0"), "").strip(),
        _verdict(figure),
    )


def _verdict(figure: dict[str, Any]) -> str:
    if "met" not in figure:
        return ""
    return "met" if figure["met"] else "**not met**"


def _value(figure: dict[str, Any]) -> str:
    if figure.get("note", "").startswith("not here"):
        return str(figure["note"])
    return f"{figure.get('value', 0):,g} {figure['unit']}"


def _beside(figure: dict[str, Any]) -> str:
    if "compared_to" in figure:
        compared = f"{figure['compared_value']:,g}"
        return f"{figure['ratio']:g} × `{figure['compared_to']}` ({compared})"
    told = figure.get("details", {})
    return ", ".join(f"{name} {value}" for name, value in told.items())


if __name__ == "__main__":
    main()
