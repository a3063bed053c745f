"""What `parvis up` runs and how it tells what happens."""

import asyncio
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from parvis.cli.voice import Voice
from parvis.config.installation import Installation
from parvis.machine.child import Job
from parvis.machine.events import (
    DatabaseAway,
    DatabaseBack,
    Ended,
    Event,
    Hurrying,
    Ready,
    Restarted,
    Stopped,
    Stopping,
)
from parvis.machine.listening import address_of, first_of_free_ports
from parvis.machine.log import Log, log_file
from parvis.machine.place import log_folder
from parvis.machine.presence import RunningMark
from parvis.machine.supervisor import WEB, Supervisor
from parvis.sandbox.ports import BASE_PORT, HOST, PORTS


def supervise(
    voice: Voice,
    installed: Installation,
    mark: RunningMark,
    listener: socket.socket,
    host: str,
    *,
    with_sandbox: bool,
) -> None:
    """Returns when a signal has stopped it all."""
    log = Log(log_folder(installed), echo=not sys.stderr.isatty())
    teller = Teller(voice, installed, mark)
    url = address_of(listener, host)
    supervisor = Supervisor(
        _jobs(listener, url, _sandbox(installed) if with_sandbox else None),
        url=url,
        database=None if installed.database_url else installed.postgres(),
        tell=teller.tell,
        log=log.write,
    )
    voice.tell("Parvis is starting …")
    try:
        asyncio.run(supervisor.run())
    finally:
        log.close()


class Teller:
    def __init__(self, voice: Voice, installed: Installation, mark: RunningMark) -> None:
        self._voice = voice
        self._mark = mark
        self._installed = installed

    def tell(self, event: Event) -> None:
        if isinstance(event, Ready):
            self._mark.answers_at(event.url)
        if self._voice.in_json:
            self._voice.line({"event": type(event).__name__.lower(), **asdict(event)})
        for sentence in self._sentences(event):
            self._voice.tell(sentence)

    def _sentences(self, event: Event) -> tuple[str, ...]:
        match event:
            case Ready(url=url, first_start=True):
                return (f"Open {url} and make the owner’s account.", f"{self._kept()} {_STOP}")
            case Ready(url=url):
                return (f"Parvis is at {url}: sign in with your e-mail address.", _STOP)
            case Ended(name=name, code=code, pause=pause):
                return (self._ended(name, code, pause),)
            case Restarted(name=name):
                return (f"The {name} process runs again.",)
            case DatabaseAway(sentence=sentence):
                return (sentence,)
            case _:
                return (_PLAIN[type(event)],)

    def _kept(self) -> str:
        if self._installed.database_url is None:
            return f"Everything is kept in {self._installed.data}."
        return (
            f"Pictures and keys are kept in {self._installed.data}, all else in the database that "
            "DATABASE_URL names."
        )

    def _ended(self, name: str, code: int, pause: float) -> str:
        if code < 0:
            killed = f"was killed (signal {-code})"
            return f"The {name} process {killed}; it is started again in {pause:g} s."
        return (
            f"The {name} process ended by itself ({code}); it is started again in {pause:g} s. "
            f"{log_file(log_folder(self._installed))} says why."
        )


_STOP = "Ctrl-C stops it."
_PLAIN: dict[type[Event], str] = {
    DatabaseBack: "The database answers again.",
    Stopping: "Stopping: what is under way is being finished …",
    Hurrying: "Stopping at once. What was being sent is looked up at the next start.",
    Stopped: "Parvis has stopped.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sandbox:
    """Its first port, and the file that keeps its state from one start to the next."""

    port: int
    state: Path

    @property
    def control(self) -> str:
        return f"http://{HOST}:{self.port}"

    def job(self) -> Job:
        state = f"--state={self.state}"
        return Job(name="sandbox", arguments=("sandbox", f"--port={self.port}", state))


def _sandbox(installed: Installation) -> _Sandbox:
    """On the same ports as last time if they are free: connected accounts know them."""
    port = first_of_free_ports(HOST, BASE_PORT, len(PORTS) + 1)
    return _Sandbox(port=port, state=installed.data / "sandbox.sqlite")


def _jobs(listener: socket.socket, url: str, sandbox: _Sandbox | None) -> tuple[Job, ...]:
    hand = f"--listener={listener.fileno()}"
    known = {"PARVIS_LOCAL_URL": url}
    if sandbox:
        known["PARVIS_SANDBOX"] = sandbox.control
    return (
        Job(name=WEB, arguments=("web", hand), hands=(listener,), environment=known),
        Job(name="worker", arguments=("work",), environment=known),
        *([sandbox.job()] if sandbox else []),
    )
