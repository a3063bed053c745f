"""How a function becomes a command: it gets a voice, and every command the same two options."""

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from parvis.cli.exits import EPILOGUE, ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

InJson = Annotated[
    bool, typer.Option("--json", help="Answer with one JSON object, errors included.")
]
Data = Annotated[
    str | None,
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
        def called(*, in_json: bool, data: str | None, **arguments: Any) -> None:
            _use_data_folder(data)
            for argument in arguments.values():
                refuse_unreadable(*(argument if isinstance(argument, list) else [argument]))
            function(Voice(in_json), **arguments)

        _declare_options(called, function)
        return group.command(name, epilog=EPILOGUE, **options)(called)

    return register


def usual_command(group: typer.Typer, function: Callable[..., None]) -> None:
    """What the group does when no subcommand is named: `function(voice, …)`."""

    @wraps(function)
    def called(
        *, context: typer.Context, in_json: bool, data: str | None, **arguments: Any
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


def refuse_unreadable(*texts: object) -> None:
    """Python hands on bytes that are no UTF-8 as lone surrogates, and no database keeps those."""
    for text in texts:
        if isinstance(text, str) and _is_unreadable(text):
            raise no_text()


def no_text() -> Failure:
    return Failure(
        "no-text",
        "What was typed or read is not text in UTF-8. Nothing was done. Write it as UTF-8 and try "
        "again.",
        ExitCode.USAGE,
    )


def _is_unreadable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)


def _use_data_folder(data: str | None) -> None:
    if data == "":
        raise Failure(
            "usage", "--data names no folder: it is empty. Nothing was done.", ExitCode.USAGE
        )
    if data is not None:
        from parvis.config.installation import folder_named

        os.environ["PARVIS_DATA"] = str(folder_named(data))


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
