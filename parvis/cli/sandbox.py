"""`parvis sandbox`: all seven networks on this machine, to rehearse in."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command
from parvis.cli.voice import Voice
from parvis.sandbox.ports import BASE_PORT, PORTS

if TYPE_CHECKING:
    from parvis.machine.leash import Leash
    from parvis.sandbox.run import Sandbox

_LAST_BASE_PORT = 65535 - len(PORTS)

Port = Annotated[
    int,
    typer.Option(
        help="The first of eight ports in a row: control, then the networks. 0: any free ones.",
        min=0,
        max=_LAST_BASE_PORT,
    ),
]
Host = Annotated[str, typer.Option(help="A loopback address; the sandbox takes no other.")]
State = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep everything in FILE; else in memory.")
]
Seed = Annotated[int, typer.Option(help="Of the audience: the same seed, the same likes.")]
OnLeash = Annotated[bool, typer.Option("--leash", hidden=True)]
Listeners = Annotated[list[int] | None, typer.Option("--listener", hidden=True)]
Speed = Annotated[
    float, typer.Option(help="How many times as fast its clock runs.", min=0.01, max=100_000)
]


def register(program: typer.Typer) -> None:
    command(program, "sandbox")(sandbox)


def sandbox(
    voice: Voice,
    port: Port = BASE_PORT,
    host: Host = "127.0.0.1",
    state: State = None,
    seed: Seed = 1,
    speed: Speed = 1.0,
    leash: OnLeash = False,
    listener: Listeners = None,
) -> None:
    """Start all seven networks on this machine alone, to rehearse without a real account.

    Nothing that is published there leaves the machine. Ctrl-C stops it.
    """
    from parvis.machine.leash import take_leash
    from parvis.sandbox.run import Sandbox

    held = take_leash() if leash else None
    file = None if state is None else state.expanduser().absolute()
    inherited = [socket.socket(fileno=number) for number in listener or ()]
    sandbox = Sandbox(port=port, host=host, state=file, seed=seed, speed=speed, listeners=inherited)
    asyncio.run(_run(voice, sandbox, held))


async def _run(voice: Voice, sandbox: "Sandbox", leash: "Leash | None") -> None:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    async with sandbox:
        if leash:
            leash.say("ready")
        else:
            _tell(voice, sandbox)
        await told_to_stop.wait()
    voice.tell("The sandbox has stopped.")


def _tell(voice: Voice, sandbox: "Sandbox") -> None:
    networks = sandbox.networks.values()
    origins = {network.name: network.origin for network in networks}
    voice.answer(
        {"control": sandbox.control, "networks": origins},
        f"The sandbox is at {sandbox.control}/ . Nothing in it is on a real network.",
    )
    voice.table(("Network", "Address"), [(each.label, f"{each.origin}/") for each in networks])
    voice.tell("Ctrl-C stops it.")
