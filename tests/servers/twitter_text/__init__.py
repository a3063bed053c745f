"""twitter-text, X's own library for the length of a text: what our counting is compared with.

with running_twitter_text() as twitter_text:
    twitter_text.measure("example.org")      # Measured(units=23, links=("example.org",), …)
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.servers.node_packages import NodePackages

PACKAGES = NodePackages(
    recipe=Path(__file__).parent,
    cache_name="twitter-text",
    title="twitter-text",
    oldest_node=18,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    units: int
    links: tuple[str, ...]
    cashtags: tuple[str, ...]


class TwitterText:
    def __init__(self, questions: IO[str], answers: IO[str]) -> None:
        self._questions = questions
        self._answers = answers

    def measure(self, text: str) -> Measured:
        self._questions.write(json.dumps(text) + "\n")
        self._questions.flush()
        answer = json.loads(self._answers.readline())
        return Measured(
            units=answer["units"],
            links=tuple(answer["links"]),
            cashtags=tuple(answer["cashtags"]),
        )


@contextmanager
def running_twitter_text() -> Iterator[TwitterText]:
    """Raises NodeUnavailable where it cannot be had."""
    command = PACKAGES.command(PACKAGES.install(), "measure.cjs")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin
        assert process.stdout
        yield TwitterText(process.stdin, process.stdout)
        process.stdin.close()
