"""What is wrong with the installation, for the strip above every page."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from parvis.watch import ledger
from parvis.watch.here import view_here
from parvis.watch.phrases import heading_of, sentence_of, severity_in_words
from parvis.watch.troubles import DATABASE_AWAY, TO_DECIDE, Severity, Trouble, worst_first

SHOWN = 3
# The rail counts outcomes to decide, and the first page lists them. A page that was read from the
# database a moment ago knows better than a look that was seconds earlier.
NOT_ON_PAGES = frozenset({TO_DECIDE, DATABASE_AWAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTrouble:
    """In the reader's language. `code` is for the page to know where help is."""

    code: str
    is_error: bool
    severity: str
    heading: str
    sentence: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The worst troubles, and how many more there are."""

    shown: tuple[ToldTrouble, ...]
    more: int


def strip_of_troubles() -> Strip:
    troubles = [trouble for trouble in _known() if trouble.code not in NOT_ON_PAGES]
    shown = tuple(_told(trouble) for trouble in troubles[:SHOWN])
    return Strip(shown=shown, more=len(troubles) - len(shown))


def _known() -> tuple[Trouble, ...]:
    """From this process's own watchdog, which costs no question; else what others wrote down."""
    if view := view_here():
        return view.troubles
    with connection.cursor() as cursor:
        return worst_first(ledger.read_open(cursor, settings.TERMS))


def _told(trouble: Trouble) -> ToldTrouble:
    return ToldTrouble(
        code=trouble.code,
        is_error=trouble.severity == Severity.ERROR,
        severity=severity_in_words(trouble),
        heading=heading_of(trouble),
        sentence=sentence_of(trouble),
        since=trouble.since,
    )
