"""`parvis up`, and its parts `parvis web`, `parvis work` and `parvis migrate`."""

from typing import Annotated

import typer

from parvis.cli.command import command
from parvis.cli.voice import Voice

Port = Annotated[
    int, typer.Option(help="The port, or the next free one after it.", min=0, max=65535)
]
OnePort = Annotated[int, typer.Option(help="The port.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
WithSandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Also start the seven networks to rehearse with, here alone."),
]
OnLeash = Annotated[bool, typer.Option("--leash", hidden=True)]
Listener = Annotated[int | None, typer.Option("--listener", hidden=True)]


def register(program: typer.Typer) -> None:
    command(program, "up")(up)
    command(program, "web")(web)
    command(program, "work")(work)
    command(program, "migrate")(migrate)


def up(
    voice: Voice, port: Port = 8000, host: Host = "127.0.0.1", sandbox: WithSandbox = False
) -> None:
    """Start the desk on this machine and keep it running: database, pages, worker.

    Ctrl-C stops it all, after what is under way; a second Ctrl-C does not wait for that.
    """
    from parvis.config.installation import installation
    from parvis.machine.listening import listen
    from parvis.machine.place import prepare_data_folder
    from parvis.machine.presence import mark_running, using_the_desk

    installed = installation()
    prepare_data_folder(installed)
    with (
        mark_running(installed.data) as mark,
        using_the_desk(installed.data),
        listen(host, port) as listener,
    ):
        from parvis.cli.supervising import supervise

        supervise(voice, installed, mark, listener, host, with_sandbox=sandbox)


def web(
    voice: Voice,
    port: OnePort = 8000,
    host: Host = "127.0.0.1",
    leash: OnLeash = False,
    listener: Listener = None,
) -> None:
    """Serve the pages alone, for a desk on several machines that share DATABASE_URL."""
    from parvis.cli import processes
    from parvis.machine.listening import listen

    if leash and listener is not None:
        processes.serve_on_leash(listener)
        return
    with listen(host, port, tries=1) as own:
        processes.serve_alone(voice, own, host)


def work(voice: Voice, leash: OnLeash = False) -> None:
    """Run one more worker. Start as many as you like, on as many machines as share DATABASE_URL."""
    from parvis.cli import processes

    if leash:
        processes.work_on_leash()
    else:
        processes.work_alone(voice)


def migrate(voice: Voice) -> None:
    """Bring the database’s tables to this version. `parvis up` does this by itself."""
    from parvis.cli.desk import opened_desk

    with opened_desk(migrated=False):
        from parvis.upkeep import preparation

        applied = preparation.migrate()
    steps = "1 step" if len(applied) == 1 else f"{len(applied)} steps"
    done = f"{steps} applied." if applied else "The tables are up to date."
    voice.answer({"applied": applied}, done)
