"""The sandbox beside the desk, on ports that its connected accounts can rely on."""

import socket
from dataclasses import dataclass
from pathlib import Path

from parvis.machine.child import Job
from parvis.machine.listening import listen_in_a_row, listen_on_all
from parvis.sandbox.ports import BASE_PORT, HOST, PORTS

_COUNT = len(PORTS) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxBeside:
    """Its sockets, held by the supervisor so that no other program gets them while the sandbox is
    started again; the file that keeps its state; the first port that its accounts know."""

    listeners: tuple[socket.socket, ...]
    state: Path
    known_port: int

    @property
    def control(self) -> str:
        return f"http://{HOST}:{self._port}"

    def job(self) -> Job:
        hands = (f"--listener={listener.fileno()}" for listener in self.listeners)
        arguments = ("sandbox", *hands, f"--state={self.state}")
        return Job(name="sandbox", arguments=arguments, hands=self.listeners)

    def sentences(self) -> tuple[str, ...]:
        where = f"The sandbox is at {self.control}/: Accounts → Rehearse connects its accounts."
        if self._port == self.known_port:
            return (where,)
        return (
            where,
            f"Its ports of last time, from {self.known_port} on, are taken: sandbox accounts that "
            "were connected do not answer. Free these ports and start again, or connect new ones.",
        )

    @property
    def _port(self) -> int:
        port: int = self.listeners[0].getsockname()[1]
        return port


def sandbox_beside(data: Path) -> SandboxBeside:
    """On the same ports as the first time if they are free: an account’s address names its port."""
    file = data / "sandbox.port"
    known = _known_port(file)
    ports = range(known, known + _COUNT) if known else ()
    listeners = listen_on_all(HOST, ports) or listen_in_a_row(HOST, BASE_PORT, _COUNT)
    if not known:
        known = listeners[0].getsockname()[1]
        file.write_text(f"{known}\n")
    return SandboxBeside(listeners=listeners, state=data / "sandbox.sqlite", known_port=known)


def _known_port(file: Path) -> int:
    """0 where none is known yet, or the file does not say it."""
    try:
        port = int(file.read_text())
    except (OSError, ValueError):
        return 0
    return port if 0 < port <= 65535 - _COUNT else 0
