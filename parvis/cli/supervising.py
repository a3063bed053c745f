"""What `parvis up` runs and how it tells what happens."""

import asyncio
import socket
import sys
from dataclasses import asdict

from parvis.cli.sandbox_beside import SandboxBeside, sandbox_beside
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
from parvis.machine.listening import address_of
from parvis.machine.log import Log, log_file
from parvis.machine.place import log_folder
from parvis.machine.presence import RunningMark
from parvis.machine.supervisor import WEB, Supervisor


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
    log = Log(
        log_folder(installed),
        echo=not sys.stderr.isatty(),
        in_json=installed.log_format == "json",
    )
    sandbox = sandbox_beside(installed.data) if with_sandbox else None
    teller = Teller(voice, installed, mark, sandbox)
    url = address_of(listener, host)
    supervisor = Supervisor(
        _jobs(listener, url, sandbox),
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
    def __init__(
        self,
        voice: Voice,
        installed: Installation,
        mark: RunningMark,
        sandbox: SandboxBeside | None,
    ) -> None:
        self._sandbox = sandbox
        self._voice = voice
        self._mark = mark
        self._installed = installed

    def tell(self, event: Event) -> None:
        if isinstance(event, Ready):
            control = self._sandbox.control if self._sandbox else ""
            self._mark.answers_at(event.url, sandbox=control)
        if self._voice.in_json:
            self._voice.line({"event": type(event).__name__.lower(), **asdict(event)})
        for sentence in self._sentences(event):
            self._voice.tell(sentence)

    def _sentences(self, event: Event) -> tuple[str, ...]:
        match event:
            case Ready(url=url, first_start=True):
                opening = f"Open {url} and make the owner’s account."
                return (opening, *self._beside(), f"{self._kept()} {_STOP}")
            case Ready(url=url):
                opening = f"Parvis is at {url}: sign in with your e-mail address."
                return (opening, *self._beside(), _STOP)
            case Ended(name=name, code=code, pause=pause):
                return (self._ended(name, code, pause),)
            case Restarted(name=name):
                return (f"The {name} process runs again.",)
            case DatabaseAway(sentence=sentence):
                return (sentence,)
            case _:
                return (_PLAIN[type(event)],)

    def _beside(self) -> tuple[str, ...]:
        return self._sandbox.sentences() if self._sandbox else ()

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


def _jobs(listener: socket.socket, url: str, sandbox: SandboxBeside | None) -> tuple[Job, ...]:
    hand = f"--listener={listener.fileno()}"
    known = {"PARVIS_LOCAL_URL": url}
    if sandbox:
        known["PARVIS_SANDBOX"] = sandbox.control
    return (
        Job(name=WEB, arguments=("web", hand), hands=(listener,), environment=known),
        Job(name="worker", arguments=("work",), environment=known),
        *([sandbox.job()] if sandbox else []),
    )
