"""A way to speak to the command in this process."""

import os
import sys
from collections.abc import Callable
from io import StringIO
from typing import NamedTuple

import pytest

from parvis.cli.program import run


class Said(NamedTuple):
    exit_code: int
    out: str
    err: str


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs the command in this process, on the tests’ own database."""

    # --data writes this variable; what it was comes back when the test is over.
    monkeypatch.setenv("PARVIS_DATA", os.environ["PARVIS_DATA"])

    def say_it(*arguments: object, stdin: str = "") -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["parvis", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, told.out, told.err)

    return say_it
