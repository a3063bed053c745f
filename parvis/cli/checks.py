"""`parvis doctor`: what needs mending, and how."""

import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import failure_of
from parvis.cli.voice import Advance, Voice

if TYPE_CHECKING:
    from parvis.config.installation import Installation
    from parvis.upkeep.findings import Finding

Deep = Annotated[bool, typer.Option("--deep", help="Read every picture and compare its hash.")]


def register(program: typer.Typer) -> None:
    command(program, "doctor")(doctor)


def doctor(voice: Voice, deep: Deep = False) -> None:
    """Look the installation over and say what to mend. Changes nothing.

    Ends with 1 when something is broken and with 6 when something deserves a look.
    """
    from parvis.config.installation import installation

    installed = installation()
    with voice.progress("Looking") as advance:
        findings = list(_examined(installed, deep, advance))
    _tell(voice, findings)
    _end(findings)


def _examined(installed: "Installation", deep: bool, advance: Advance) -> "Iterator[Finding]":
    """What needs the database comes after what does not, and is left out when it is away."""
    from parvis.upkeep.folder_checks import examine_folder

    had_sealing_key = installed.sealing_key_file.exists()
    folder = examine_folder(installed)
    yield from folder
    yield _versions()
    if not installed.data.is_dir():
        return
    try:
        yield from _examined_inside(installed, had_sealing_key, deep, advance)
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        yield _trouble(failure.code, str(failure))


def _examined_inside(
    installed: "Installation", had_sealing_key: bool, deep: bool, advance: Advance
) -> "Iterator[Finding]":
    from parvis.cli.desk import opened_desk

    with opened_desk(migrated=False):
        from parvis.upkeep.content_checks import examine_content
        from parvis.upkeep.database_checks import examine_database
        from parvis.upkeep.findings import Weight
        from parvis.upkeep.identity_checks import examine_identity
        from parvis.upkeep.reach_checks import examine_reach
        from parvis.upkeep.work_checks import examine_work

        database = examine_database()
        yield from database
        if any(found.weight is Weight.FAULT for found in database):
            return
        yield from examine_identity(installed)
        yield from examine_work()
        yield from examine_content(
            installed,
            had_sealing_key=had_sealing_key,
            deep=deep,
            heard=lambda done, total: advance("Looking at pictures", done, total),
        )
        yield from examine_reach(installed)


def _versions() -> "Finding":
    from importlib.metadata import version

    from parvis import __version__
    from parvis.upkeep.findings import fine

    return fine(
        "versions",
        "Parvis %(parvis)s, Python %(python)s, Django %(django)s.",
        parvis=__version__,
        python=platform.python_version(),
        django=version("django"),
    )


def _trouble(code: str, sentence: str) -> "Finding":
    from parvis.upkeep.findings import fault

    return fault("database", "%(told)s", told=sentence, code=code)


def _tell(voice: Voice, findings: "list[Finding]") -> None:
    from parvis.upkeep.findings import Weight

    _speak_plainly_without_a_desk()
    voice.answer({"findings": [_facts(found) for found in findings]})
    voice.table(("", "Check", ""), [(_MARKS[f.weight], f.check, f.sentence) for f in findings])
    wrong = sum(found.weight is not Weight.FINE for found in findings)
    voice.tell("" if wrong else "All is well.")


def _speak_plainly_without_a_desk() -> None:
    """Translating reads Django’s settings, and they cannot be had when the desk did not open."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)


def _facts(found: "Finding") -> dict[str, object]:
    return {
        "check": found.check,
        "weight": found.weight,
        "message": found.sentence,
        "facts": dict(found.facts),
    }


_MARKS = {"fine": "ok", "warning": "look", "fault": "MEND"}


def _end(findings: "list[Finding]") -> None:
    weights = {found.weight for found in findings}
    if "fault" in weights:
        raise typer.Exit(int(ExitCode.FAILED))
    if "warning" in weights:
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))
