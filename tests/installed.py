"""An installation of its own for the tests, driven as its owner would: by its command."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from parvis.config.installation import installation
from parvis.postgres import EmbeddedPostgres
from tests.servers.waiting import wait_until

PATIENCE = 120.0


class Installed:
    """`env` is added to the environment of everything that is run."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        own = {"PARVIS_DATA": str(data), "NO_COLOR": "1", **env}
        self.env = {name: os.environ[name] for name in os.environ if not _is_ours(name)} | own

    def run(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "parvis", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.env,
            timeout=PATIENCE,
            check=False,
        )

    def answer(self, *arguments: str) -> dict[str, Any]:
        """What the command answers as JSON, whatever its exit code."""
        said = self.run(*arguments, "--json")
        assert said.stdout, said.stderr
        answer: dict[str, Any] = json.loads(said.stdout.splitlines()[0])
        return {**answer, "exit_code": said.returncode}

    def inside(self, name: str, *arguments: object) -> Any:
        """Does what `tests.inside` offers under this name."""
        said = subprocess.run(
            [sys.executable, "-m", "tests.inside", name, *map(json.dumps, arguments)],
            capture_output=True,
            text=True,
            env=self.env,
            timeout=PATIENCE,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        return json.loads(said.stdout)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Asks the database without a process of Parvis; inside `database_open` only."""
        with psycopg.connect(self._postgres().url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def up(self, *arguments: str) -> Iterator["RunningUp"]:
        running = self.start("up", "--json", *arguments)
        try:
            running.next_event("ready")
            yield running
        finally:
            running.stop()

    def start(self, *arguments: str) -> "RunningUp":
        """A command that runs until it is told to stop. What it logs is not kept."""
        process = subprocess.Popen(
            [sys.executable, "-m", "parvis", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.env,
        )
        return RunningUp(process)

    @contextmanager
    def database_open(self) -> Iterator[None]:
        """Commands are quicker when none of them must start the database."""
        with self._postgres().open():
            yield

    def _postgres(self) -> EmbeddedPostgres:
        return installation({"PARVIS_DATA": str(self.data)}).postgres()

    def processes(self) -> list[psutil.Process]:
        """Everything that works for this data folder, the database included."""
        return [process for process in psutil.process_iter() if self._works_here(process)]

    def _works_here(self, process: psutil.Process) -> bool:
        if process.pid == os.getpid():
            return False
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            named = str(self.data) in " ".join(process.cmdline())
            return named or process.environ().get("PARVIS_DATA") == str(self.data)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False


def _is_ours(name: str) -> bool:
    return name.startswith("PARVIS_") or name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


class RunningUp:
    """A running `parvis up` (or `work`). `url` is known once it is ready."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.url = ""

    def next_event(self, name: str) -> dict[str, Any]:
        """Reads on until this event; AssertionError when `up` ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            self.url = event.get("url", self.url)
            if event.get("event") == name:
                return event
        raise AssertionError(f"parvis up ended with {self.process.wait()} before {name!r}")

    def child(self, name: str) -> psutil.Process:
        """The process of `parvis web` or `parvis work`."""
        children = psutil.Process(self.process.pid).children()
        return next(each for each in children if name in each.cmdline())

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()


def status_of(url: str) -> int:
    """Of the page that the address leads to in the end; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_until_nothing_runs(installed: Installed) -> None:
    wait_until(lambda: not installed.processes(), PATIENCE, "every process of Parvis to end")


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


NewInstallation = Callable[..., Installed]


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
