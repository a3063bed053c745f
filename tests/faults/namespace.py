"""A network namespace of its own for one worker, whose cable to the database can be pulled.

    worker ── 127.0.0.1:18601 ── forwarder ── Unix socket ── this process ── the sandbox
       └───── veth ═══ cable ═══ veth ────────────────────── this process ── PostgreSQL

Unix sockets that have a path reach across namespaces, so the networks stay within reach when the
cable is pulled. The namespace has no name: it ends with its last process, and the cable with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults.links import Relay, database_url
from tests.faults.processes import Child, end_with_parent, python
from tests.servers.loop_thread import LoopThread

_HOST = "127.0.0.1"
_NEEDED = ("unshare", "nsenter", "ip")
_TRIES = 5


class NamespaceLink:
    def __init__(self, cable: str, holder: int, url: str) -> None:
        self._cable = cable
        self.url = url
        self.prefix = ("nsenter", f"--target={holder}", "--net", "--")

    def cut(self) -> None:
        """A pulled cable breaks no connection: both ends wait."""
        self.silence()

    def silence(self) -> None:
        _run("ip", "link", "set", self._cable, "down")

    def heal(self) -> None:
        _run("ip", "link", "set", self._cable, "up")


def namespaces_work() -> bool:
    """Whether this machine lets us make one, and a cable into it."""
    if sys.platform != "linux" or os.geteuid() != 0 or not all(map(shutil.which, _NEEDED)):
        return False
    tried = ["unshare", "--net", "ip", "link", "add", "pvtry0", "type", "veth"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@contextmanager
def namespace_link(
    thread: LoopThread, socket: Path, ports: Sequence[int], folder: Path
) -> Iterator[NamespaceLink]:
    """`ports` are those of the loopback that shall be reached from inside."""
    with ExitStack() as stack:
        for port in ports:
            thread.run(_Doorway(port).listen(_door(folder, port)))
        holder = Child(
            ["unshare", "--net", *python("tests.faults.namespace", str(folder), *map(str, ports))],
            env={},
            log=folder / "namespace.log",
        )
        stack.callback(holder.kill)
        holder.word()
        cable, address = _lay_cable(holder.pid)
        relay = Relay(socket)
        port = thread.run(relay.listen(address))
        yield NamespaceLink(cable, holder.pid, database_url(address, port))


def _lay_cable(holder: int) -> tuple[str, str]:
    """Its end here, and the address of that end. Addresses are link-local ones: if some are taken,
    others are tried."""
    chance = random.SystemRandom()
    for _ in range(_TRIES):
        network = f"169.254.{chance.randint(1, 254)}"
        last = chance.randrange(0, 252, 4)
        cable = f"pv{chance.randrange(16**8):08x}"
        here, there = f"{network}.{last + 1}", f"{network}.{last + 2}"
        inside = ("nsenter", f"--target={holder}", "--net", "--")
        with contextlib.suppress(subprocess.CalledProcessError):
            _run("ip", "link", "add", cable, "type", "veth", "peer", "pv0", "netns", str(holder))
            _run("ip", "address", "add", f"{here}/30", "dev", cable)
            _run("ip", "link", "set", cable, "up")
            _run(*inside, "ip", "address", "add", f"{there}/30", "dev", "pv0")
            _run(*inside, "ip", "link", "set", "pv0", "up")
            return cable, here
    raise RuntimeError("no cable could be laid into the namespace")


class _Doorway:
    """From a Unix socket to a port of this machine's loopback."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def listen(self, door: Path) -> None:
        self._server = await asyncio.start_unix_server(self._serve, door)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(_HOST, self._port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


def _door(folder: Path, port: int) -> Path:
    return folder / f"port-{port}"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def hold(folder: Path, ports: Sequence[int]) -> None:
    """What runs inside: forwards the ports, and keeps the namespace alive."""
    end_with_parent()
    _run("ip", "link", "set", "lo", "up")
    asyncio.run(_forward(folder, ports))


async def _forward(folder: Path, ports: Sequence[int]) -> None:
    relays = [(Relay(_door(folder, port)), port) for port in ports]
    for relay, port in relays:
        await relay.listen(_HOST, port)
    print("{}", flush=True)  # noqa: T201 - it is what the other side waits for
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    hold(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]])
