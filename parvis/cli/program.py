"""The whole command: its groups, and the one place where every failure becomes a sentence."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from parvis import __version__
from parvis.cli import (
    accounts,
    backups,
    checks,
    feeds,
    importing,
    posting,
    posts,
    queue,
    recurring,
    running,
    sandbox,
    watching,
)
from parvis.cli.exits import EPILOGUE, ExitCode
from parvis.cli.failures import Failure, failure_of
from parvis.cli.voice import Voice

program = typer.Typer(
    name="parvis",
    help="A social media desk that its owner runs.",
    epilog=EPILOGUE,
    pretty_exceptions_enable=False,
)
running.register(program)
sandbox.register(program)
posting.register(program)
importing.register(posts.group)
program.add_typer(posts.group, name="posts")
program.add_typer(accounts.group, name="accounts")
program.add_typer(feeds.group, name="feeds")
program.add_typer(recurring.group, name="recurring")
queue.register(program)
checks.register(program)
watching.register(program)
backups.register(program)


def run() -> None:
    """Never ends with a traceback, unless PARVIS_DEBUG asks for it."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show ’ must not end the command.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    voice = Voice("--json" in sys.argv)
    try:
        _leave(program(standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        _end(voice, Failure("interrupted", "Interrupted.", ExitCode.INTERRUPTED))
    except typer.TyperException as error:
        _end(voice, Failure("usage", _usage(error), ExitCode.USAGE))
    except BrokenPipeError:
        _end_quietly()
    except Exception as error:
        _end(voice, failure_of(error) or _defect(error))


def _open_closed_streams() -> None:
    """A caller may have closed some (`>&-`). A file opened later would take their numbers, and what
    is printed would land in it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def _leave(code: int) -> NoReturn:
    """Typer has turned Ctrl-C into its exit code, and nobody has been told yet."""
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    sys.exit(code)


def _say_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"parvis {__version__}\n")
        raise typer.Exit


@program.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version and end.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
        raise typer.Exit(int(ExitCode.USAGE))


def _end(voice: Voice, failure: Failure) -> None:
    try:
        voice.fail(failure)
    except OSError:
        _give_up_output()
        Voice(in_json=False).fail(failure)
    sys.exit(int(failure.exit_code))


def _end_quietly() -> None:
    """Whoever read our output has had enough."""
    _give_up_output()
    sys.exit(int(ExitCode.FAILED))


def _give_up_output() -> None:
    """Nothing may be flushed to it at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: typer.TyperException) -> str:
    wrong = error.format_message().rstrip(".")
    return f"{wrong}. Nothing was done. `parvis --help` tells what there is."


def _defect(error: BaseException) -> Failure:
    if _is_debugging():
        traceback.print_exception(error)
    return Failure(
        "defect",
        f"Parvis met a defect of its own ({type(error).__name__}). What was saved before is kept. "
        f"Try again; if it stays, report it with {_kept_trace(error)}.",
    )


def _is_debugging() -> bool:
    from parvis.config.installation import Misconfigured, installation

    try:
        return installation().debug
    except Misconfigured:
        return False


def _kept_trace(error: BaseException) -> str:
    """Writes the traceback beside the other logs and says where."""
    from parvis.config.installation import installation
    from parvis.machine.place import log_folder

    try:
        file = log_folder(installation()) / "commands.log"
        _append(file, error)
    except Exception:
        return "PARVIS_DEBUG=1, which shows the details"
    return f"what stands in {file}"


def _append(file: Path, error: BaseException) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n")
        traceback.print_exception(error, file=out)
