"""How a function becomes a command: it gets a voice, and every command the same two options."""

import inspect
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from parvis.cli.exits import EPILOGUE, ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

InJson = Annotated[
    bool, typer.Option("--json", help="Answer with one JSON object, errors included.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="The data folder (or PARVIS_DATA)."),
]


def new_group(help_text: str) -> typer.Typer:
    return typer.Typer(help=help_text, epilog=EPILOGUE)


def command(
    group: typer.Typer, name: str, **options: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers `function(voice, …)`; --json and --data are dealt with before it is called."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def called(*, in_json: bool, data: Path | None, **arguments: Any) -> None:
            _use_data_folder(data)
            function(Voice(in_json), **arguments)

        _declare_options(called, function)
        return group.command(name, epilog=EPILOGUE, **options)(called)

    return register


def usual_command(group: typer.Typer, function: Callable[..., None]) -> None:
    """What the group does when no subcommand is named: `function(voice, …)`."""

    @wraps(function)
    def called(
        *, context: typer.Context, in_json: bool, data: Path | None, **arguments: Any
    ) -> None:
        _use_data_folder(data)
        if context.invoked_subcommand is None:
            function(Voice(in_json), **arguments)
        elif in_json:
            raise Failure(
                "usage", "Write --json after the subcommand. Nothing was done.", ExitCode.USAGE
            )

    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("context", keyword, annotation=typer.Context)
    _declare_options(called, function, more=(context,))
    group.callback(invoke_without_command=True)(called)


def _use_data_folder(data: Path | None) -> None:
    if data is not None:
        from parvis.config.installation import folder_named

        os.environ["PARVIS_DATA"] = str(folder_named(str(data)))


def _declare_options(
    called: Callable[..., None],
    function: Callable[..., None],
    *,
    more: tuple[inspect.Parameter, ...] = (),
) -> None:
    """Typer reads options from the signature and from the annotations."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter("in_json", keyword, default=False, annotation=InJson),
        inspect.Parameter("data", keyword, default=None, annotation=Data),
    ]
    every = [*more, *(parameter.replace(kind=keyword) for parameter in own), *common]
    called.__annotations__ = {each.name: each.annotation for each in every}
    called.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
