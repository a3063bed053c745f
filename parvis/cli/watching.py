"""`parvis watch`: a watchdog where no pages are served, one look for cron, a try of every way."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.config.installation import Installation
    from parvis.watch.troubles import Trouble

Once = Annotated[bool, typer.Option("--once", help="Look once, say what is wrong, and end.")]
Test = Annotated[bool, typer.Option("--test", help="Send a test notice by every way set up.")]


def register(program: typer.Typer) -> None:
    command(program, "watch")(watch)


def watch(voice: Voice, once: Once = False, test: Test = False) -> None:
    """Keep watch where no pages are served: `up` and `web` have a watchdog of their own.

    With --once it ends with 1 when something is broken and with 6 when something deserves a look.
    """
    if once and test:
        raise Failure("usage", "Choose one of --once and --test. Nothing was done.", ExitCode.USAGE)
    with _opened_for_watching():
        if once:
            _look_once(voice)
        elif test:
            _try_every_way(voice)
        else:
            _keep_watch(voice)


@contextmanager
def _opened_for_watching() -> Iterator[None]:
    """Unlike other commands it begins also while the database is away: it is there to tell that.
    Raises NotThisDesk when the keys or the media folder are another desk's."""
    from parvis.cli.desk import start_django
    from parvis.config.installation import installation
    from parvis.machine.place import prepare_data_folder
    from parvis.machine.presence import using_the_desk

    installed = installation()
    prepare_data_folder(installed)
    with using_the_desk(installed.data), ExitStack() as open_things:
        if installed.database_url is None:
            open_things.enter_context(installed.postgres().open())
        start_django()
        _refuse_another_desk(installed)
        yield


def _refuse_another_desk(installed: "Installation") -> None:
    """It would watch another folder's disk. A desk that was never started has nothing to differ
    from, and gets its identity from who starts it."""
    from django.db import DatabaseError, connection

    from parvis.people.models import Desk
    from parvis.upkeep.identity import prove_identity

    try:
        if Desk.objects.exists():
            prove_identity(installed)
    except DatabaseError:
        pass  # away, or without its tables: the watch is there to tell that
    finally:
        connection.close()


def _keep_watch(voice: Voice) -> None:
    from parvis.watch.here import watching

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with watching():
        voice.answer({"event": "ready"}, "A watchdog looks every few seconds. Ctrl-C stops it.")
        stop.wait()


def _look_once(voice: Voice) -> None:
    from parvis.watch.once import look_once
    from parvis.watch.troubles import status_of

    troubles = look_once()
    status = status_of(troubles)
    voice.answer({"status": status, "troubles": [_facts(trouble) for trouble in troubles]})
    if troubles:
        voice.table(("", "Code", ""), [_row(trouble) for trouble in troubles])
    else:
        voice.tell("All is well.")
    _end(status)


def _try_every_way(voice: Voice) -> None:
    from django.conf import settings

    from parvis.watch import notices
    from parvis.watch.messages import Event
    from parvis.watch.troubles import Severity, Trouble

    if not settings.ALERTS.ways:
        raise Failure(
            "no-way",
            "No way is set up, so nobody would be told. Set PARVIS_ALERT_EMAIL with "
            "PARVIS_SMTP_URL, or PARVIS_ALERT_WEBHOOK.",
        )
    trouble = Trouble(code="test", severity=Severity.WARNING)
    language = _language()
    problems = {
        way: notices.send(way, Event.TEST, trouble, language) for way in settings.ALERTS.ways
    }
    voice.answer(
        {"ways": [{"way": way, "problem": problem} for way, problem in problems.items()]},
        *(_outcome(way, problem) for way, problem in problems.items()),
    )
    if any(problems.values()):
        raise typer.Exit(int(ExitCode.FAILED))


def _language() -> str:
    """That of the notices; also while the database, which knows the desk's, is away."""
    from django.conf import settings

    from parvis.watch.database import DatabaseInTrouble, database_asked
    from parvis.watch.notices import language_of_notices

    try:
        with database_asked() as cursor:
            return language_of_notices(cursor)
    except DatabaseInTrouble:
        return str(settings.ALERTS.language or settings.LANGUAGE_CODE)


def _outcome(way: str, problem: str) -> str:
    if not problem:
        return f"{way}: sent. See that it arrived."
    return f"{way}: not sent ({problem}). {_reason(problem)}"


def _reason(problem: str) -> str:
    status = problem.removeprefix("webhook-status-")
    if status != problem:
        return f"The receiver answered with {status}. Check PARVIS_ALERT_WEBHOOK."
    return _REASONS.get(problem, "Check what is set up for it.")


_REASONS = {
    "mail-password": "The mail server does not take this user and password.",
    "mail-recipient": "The mail server does not take mail for PARVIS_ALERT_EMAIL.",
    "mail-sender": "The mail server does not take mail from PARVIS_MAIL_FROM.",
    "mail-no-tls": "The mail server offers no TLS. Check the beginning of PARVIS_SMTP_URL.",
    "mail-not-secure": "The mail server’s certificate or its TLS is not as it should be.",
    "mail-unreachable": "Nobody answers where PARVIS_SMTP_URL leads.",
    "mail-no-answer": "The mail server broke off.",
    "mail-refused": "The mail server refused the message.",
    "webhook-unknown-host": "The host of PARVIS_ALERT_WEBHOOK cannot be found.",
    "webhook-unreachable": "Nobody answers where PARVIS_ALERT_WEBHOOK leads.",
    "webhook-not-secure": "The receiver’s certificate is not as it should be.",
    "webhook-no-answer": "The receiver did not answer in time.",
}


def _row(trouble: "Trouble") -> tuple[str, str, str]:
    from parvis.watch.phrases import heading_of, sentence_of

    mark = "MEND" if trouble.severity == "error" else "look"
    return mark, trouble.code, f"{heading_of(trouble)}. {sentence_of(trouble)}"


def _facts(trouble: "Trouble") -> dict[str, object]:
    from parvis.watch.phrases import sentence_of

    return {
        "code": trouble.code,
        "severity": trouble.severity,
        "subject": trouble.subject,
        "since": trouble.since,
        "sentence": sentence_of(trouble),
        "facts": dict(trouble.facts),
    }


def _end(status: str) -> None:
    if status == "error":
        raise typer.Exit(int(ExitCode.FAILED))
    if status == "warning":
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))
