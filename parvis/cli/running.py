"""`parvis up`, and its parts `parvis web`, `parvis work` and `parvis migrate`."""

from typing import Annotated

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

ROLES = ("clock", "deliver", "collect")
ALL_ROLES = ",".join(ROLES)

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


Roles = Annotated[
    str,
    typer.Option(
        metavar="ROLES",
        help="What it does, with commas: clock (finds what is due), deliver (sends it, and looks "
        "up what is unknown), collect (renews the permissions of accounts).",
    ),
]


def register(program: typer.Typer) -> None:
    command(program, "up")(up)
    command(program, "web")(web)
    command(program, "work")(work)
    command(program, "migrate")(migrate)
    command(program, "adopt")(adopt)


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


def work(voice: Voice, roles: Roles = ALL_ROLES, leash: OnLeash = False) -> None:
    """Run one more worker. Start as many as you like, on as many machines as share DATABASE_URL.

    A signal lets it finish what is under way; a second one does not wait for that.
    """
    from parvis.cli import processes

    wanted = _roles_named(roles)
    if leash:
        processes.work_on_leash(wanted)
    else:
        processes.work_alone(voice, wanted)


def migrate(voice: Voice) -> None:
    """Bring the database’s tables to this version. `parvis up` does this by itself."""
    from parvis.cli.desk import opened_desk

    with opened_desk(migrated=False):
        from parvis.upkeep import preparation

        applied = preparation.migrate()
    steps = "1 step" if len(applied) == 1 else f"{len(applied)} steps"
    done = f"{steps} applied." if applied else "The tables are up to date."
    voice.answer({"applied": applied}, done)


def adopt(voice: Voice) -> None:
    """Make the keys and the media folder of this machine those of the desk.

    For a desk whose keys are lost or whose media have moved. Nobody may be at work on it.
    """
    from parvis.cli.desk import opened_desk

    with opened_desk(identified=False) as installed:
        from parvis.report.rail import somebody_sends
        from parvis.upkeep.identity import adopt_what_is_here

        if somebody_sends():
            raise _still_at_work()
        unopened = [str(account) for account in adopt_what_is_here(installed)]
    again = f"Connect these accounts again: {', '.join(unopened)}." if unopened else ""
    done = "The keys and the media folder of this machine are the desk’s from now on."
    voice.answer({"accounts_to_reconnect": unopened}, *filter(None, (done, again)))
    if unopened:
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))


def _roles_named(roles: str) -> frozenset[str]:
    wanted = frozenset(filter(None, (role.strip() for role in roles.split(","))))
    if not wanted or wanted - set(ROLES):
        raise Failure(
            "usage",
            f"--roles takes {', '.join(ROLES)}, with commas between them, and not “{roles}”. "
            "Nothing was done.",
            ExitCode.USAGE,
        )
    return wanted


def _still_at_work() -> Failure:
    return Failure(
        "working",
        "A worker is at work on this desk. Nothing was changed. Stop every `parvis up` and `parvis "
        "work` that uses its database, wait a minute, then try again.",
        ExitCode.BUSY,
    )
