"""The parts that run during a campaign: a data folder, the database, the sandbox, the pages."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psutil

from parvis.config.installation import installation
from parvis.machine.listening import listen, listen_in_a_row
from parvis.machine.place import prepare_data_folder
from parvis.postgres.layout import Layout
from parvis.postgres.pidfile import READY, read_pidfile
from parvis.sandbox.ports import HOST, PORTS
from tests.faults.options import Options
from tests.faults.processes import Child, python
from tests.servers.sandbox import SandboxControl

_FIRST_PORT = 18_600
_PORTS = len(PORTS) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`socket` is PostgreSQL's own; `ports` are the sandbox's, its control's first."""

    folder: Path
    data: Path
    socket: Path
    ports: tuple[int, ...]
    sandbox: SandboxControl

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def postmaster(self) -> psutil.Process | None:
        """PostgreSQL's first process; None while it is away."""
        layout = Layout(self.data / "postgres")
        found = read_pidfile(layout.cluster(max(layout.majors())))
        if found is None or found.pid is None or found.status != READY:
            return None
        try:
            return psutil.Process(found.pid)
        except psutil.NoSuchProcess:
            return None


@contextmanager
def place_of(options: Options) -> Iterator[Place]:
    """Runs while the block lasts. Sets this process's environment: nothing of Django may have been
    imported before. A folder that holds something to look into is kept with `keep`."""
    with ExitStack() as stack:
        folder = _new_folder(stack)
        row = listen_in_a_row(HOST, _FIRST_PORT + os.getpid() % 2000 * _PORTS, _PORTS)
        pages = stack.enter_context(listen(HOST, 0))
        ports = tuple(listener.getsockname()[1] for listener in row)
        _settle(folder / "data", ports[0], pages.getsockname()[1], options.pace)
        installed = installation()
        prepare_data_folder(installed)
        used = installed.postgres().open()
        stack.callback(used.close, wait=True)
        hands = tuple(listener.fileno() for listener in row)
        asked = [f"--listener={hand}" for hand in hands]
        _start(stack, folder, "sandbox", *asked, f"--seed={options.seed}", hands=hands)
        _start(stack, folder, "web", f"--listener={pages.fileno()}", hands=(pages.fileno(),))
        for listener in row:
            listener.close()
        yield Place(
            folder=folder,
            data=installed.data,
            socket=_socket_of(used.url),
            ports=ports,
            sandbox=SandboxControl(f"http://{HOST}:{ports[0]}"),
        )


def keep(place: Place) -> Path:
    """What is left of the campaign, for whoever looks into a violation."""
    kept = place.folder.with_name(place.folder.name + "-kept")
    shutil.copytree(place.logs, kept, ignore=shutil.ignore_patterns("port-*"))
    return kept


def _new_folder(stack: ExitStack) -> Path:
    # In no closed folder: the database’s unprivileged user must get there.
    folder = Path(tempfile.mkdtemp(prefix="parvis-faults-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o711)
    (folder / "logs").mkdir()
    return folder


def _settle(data: Path, control: int, pages: int, pace: float) -> None:
    for name in [name for name in os.environ if name.startswith("PARVIS_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings"
    os.environ["PARVIS_DATA"] = str(data)
    os.environ["PARVIS_SANDBOX"] = f"http://{HOST}:{control}"
    os.environ["PARVIS_LOCAL_URL"] = f"http://{HOST}:{pages}"
    os.environ["PARVIS_PACE"] = f"{pace:g}"


def _start(stack: ExitStack, folder: Path, *arguments: str, hands: tuple[int, ...]) -> None:
    child = Child(
        python("parvis", *arguments, "--leash"),
        env={},
        log=folder / "logs" / f"{arguments[0]}.log",
        hands=hands,
    )
    stack.callback(child.end)
    said = child.word()
    if said.get("word") != "ready":
        raise RuntimeError(f"{arguments[0]} cannot start: {said}")


def _socket_of(url: str) -> Path:
    query = parse_qs(urlsplit(url).query)
    return Path(unquote(query["host"][0])) / f".s.PGSQL.{query['port'][0]}"
