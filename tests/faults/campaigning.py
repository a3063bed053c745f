"""Runs a campaign as `make faults` does, in a process of its own, and reads what it tells."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

LONGEST_SECONDS = 540


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`lines` are those of the networks, and the total at the end."""

    exit_code: int
    lines: list[dict[str, Any]]
    stderr: str

    @property
    def total(self) -> dict[str, Any]:
        return self.lines[-1]


def campaign(*options: str) -> Told:
    said = subprocess.run(
        [sys.executable, "-m", "tests.faults", *options],
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert lines, said.stderr
    return Told(exit_code=said.returncode, lines=lines, stderr=said.stderr)
