"""What the tests of the embedded PostgreSQL share: private folders, user processes, and waiting."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from parvis.postgres import EmbeddedPostgres, Use
from parvis.postgres.account import Account, account_for
from parvis.postgres.layout import Layout
from parvis.postgres.locks import FileLock
from parvis.postgres.pidfile import read_pidfile
from tests.servers.places import roomy_place

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

# A process that uses the server until its standard input ends.
USER_PROGRAM = """
import sys
from pathlib import Path
from parvis.postgres import DatabaseUnavailable, EmbeddedPostgres
try:
    use = EmbeddedPostgres(Path(sys.argv[1])).open()
except DatabaseUnavailable as trouble:
    print(trouble.code, trouble, flush=True)
    sys.exit(3)
print(use.url, flush=True)
sys.stdin.read()
"""


def wait_until(condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


def is_gone(process: psutil.Process) -> bool:
    """Ended, whether or not somebody has collected it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Desk:
    """One data folder with its database, seen from outside."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "postgres"
        self.layout = Layout(self.folder)

    def open(self, **options: object) -> Use:
        return EmbeddedPostgres(self.folder, **options).open()  # type: ignore[arg-type]

    def account(self) -> Account:
        return account_for(self.folder, None)

    def cluster(self) -> Path:
        return self.layout.cluster(self.layout.majors()[-1])

    def keeper(self) -> psutil.Process:
        return psutil.Process(int(self.layout.keeper_lock.read_text()))

    def server(self) -> psutil.Process:
        found = read_pidfile(self.cluster())
        assert found is not None
        assert found.pid is not None
        return psutil.Process(found.pid)

    def log(self) -> str:
        return self.layout.log.read_text()

    def is_kept(self) -> bool:
        if not self.layout.keeper_lock.exists():
            return False
        lock = FileLock.try_exclusive(self.layout.keeper_lock, self.account())
        if lock is not None:
            lock.close()
        return lock is None

    def is_at_rest(self) -> bool:
        return not self.is_kept() and not (self.cluster() / "postmaster.pid").exists()

    def start_user(self, **options: object) -> "UserProcess":
        return UserProcess(self.folder, **options)


class UserProcess:
    """Another process that uses the same folder."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.process = subprocess.Popen(
            [options.pop("python", sys.executable), "-c", USER_PROGRAM, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **({"cwd": ROOT} | options),  # type: ignore[arg-type]
        )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture(scope="session")
def used_folder() -> Iterator[Path]:
    """A database folder at rest, to copy: making a cluster takes longer than most tests."""
    with private_place() as place:
        EmbeddedPostgres(place / "postgres").open().close(wait=True)
        yield place / "postgres"


@pytest.fixture
def desk(used_folder: Path) -> Iterator[Desk]:
    """A desk whose database was used before and is at rest."""
    with private_place() as place:
        (place / "data").mkdir()
        subprocess.run(["cp", "-a", used_folder, place / "data/postgres"], check=True)
        desk = Desk(place / "data")
        yield desk
        wait_until(lambda: not desk.is_kept())


@pytest.fixture
def new_desk() -> Iterator[Desk]:
    """A desk without a database."""
    with private_place() as place:
        (place / "data").mkdir()
        desk = Desk(place / "data")
        yield desk
        wait_until(lambda: not desk.is_kept())


@contextmanager
def private_place() -> Iterator[Path]:
    # Not tmp_path: pytest keeps that to root, and PostgreSQL does not run as root.
    place = Path(tempfile.mkdtemp(prefix="parvis-", dir=roomy_place())).resolve()
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def answer(url: str, query: str = "select 1") -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def answers(url: str) -> bool:
    try:
        return answer(url) == 1
    except psycopg.OperationalError:
        return False


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


def python_of_others() -> str:
    """A Python that a user without privileges may run (a virtual environment may lie in /root)."""
    for python in (sys.executable, f"/usr/bin/python{sysconfig.get_python_version()}"):
        if Path(python).exists() and _runs_as_nobody(python):
            return python
    pytest.skip("no Python of this version that an ordinary user may run")


def environment_of_others() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}"}


def _runs_as_nobody(python: str) -> bool:
    try:
        tried = subprocess.run(
            [python, "-c", "import psycopg, psutil, parvis.postgres"],
            user="nobody",
            group=65534,
            extra_groups=[],
            env=environment_of_others(),
            cwd="/",
            capture_output=True,
        )
    except PermissionError:
        return False
    return tried.returncode == 0
