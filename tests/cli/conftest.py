"""Installations for the tests of whole processes, and a way to speak to the command in this one."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from parvis.cli.program import run
from tests.cli.installed import Installed

NewInstallation = Callable[..., Installed]


class Said(NamedTuple):
    exit_code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def new_installation() -> Iterator[NewInstallation]:
    """Makes an installation on a folder of its own, which goes away with the module."""
    with ExitStack() as folders:

        def make(**env: str) -> Installed:
            # Not below pytest’s folder: the database’s unprivileged user could not get there.
            folder = Path(tempfile.mkdtemp(prefix="parvis-cli-"))
            folders.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o711)
            return Installed(folder / "data", **env)

        yield make


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs the command in this process, on the tests’ own database."""

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
