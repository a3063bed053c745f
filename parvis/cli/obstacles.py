"""Why a post cannot be handed over, moved or taken back, as sentences."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure

if TYPE_CHECKING:
    from parvis.compose.validation import Finding
    from parvis.connections.models import Account


@contextmanager
def obstacles_told() -> Iterator[None]:
    """Turns what the verbs of delivery refuse into a Failure."""
    from parvis.deliver import verbs
    from parvis.deliver.freeze import NotReady

    told = (
        verbs.InThePast,
        verbs.AlreadyHandedOver,
        verbs.AlreadyOnItsWay,
        verbs.StillPaused,
        verbs.NothingToDecide,
    )
    try:
        yield
    except NotReady as not_ready:
        raise _not_ready(not_ready.findings) from None
    except verbs.LimitOutlasts as limit:
        raise _outlasted(limit.until) from None
    except told as refused:
        raise Failure(*_SENTENCES[type(refused).__name__]) from None


# By the name of what the verbs raise: their code and what is said.
_SENTENCES = {
    "InThePast": ("in-the-past", "That moment has gone by."),
    "AlreadyHandedOver": ("handed-over", "It is scheduled already. Nothing was changed."),
    "AlreadyOnItsWay": (
        "on-its-way",
        "At least one part of it is on its way or has gone out. Nothing was changed. "
        "`parvis posts show` tells what has become of it.",
    ),
    "NothingToLookUp": (
        "nothing-to-look-up",
        "There is nothing to look for: this desk has no record of sending it. Nothing was "
        "changed. Look at the account yourself, then decide there, again or give-up.",
    ),
    "StillPaused": (
        "paused",
        "Its account, or everything, is paused. Nothing was sent. `parvis resume` ends the pause.",
    ),
    "NothingToDecide": ("settled", "This was settled meanwhile. Nothing was changed."),
}


def _outlasted(until: datetime) -> Failure:
    return Failure(
        "limit",
        "The network’s limit for its account ends later than it may go out, at "
        f"{until.isoformat(timespec='seconds')}. Nothing was sent. Decide after-limit to send it "
        "then, or `parvis posts move` it.",
        until=until,
    )


def _not_ready(findings: "Mapping[Account, tuple[Finding, ...]]") -> Failure:
    from parvis.report.sentences import sentence_for_finding

    told = [
        f"{account}: {sentence_for_finding(finding)}"
        for account, found in findings.items()
        for finding in found
    ]
    return Failure(
        "not-ready",
        " ".join(told) or "No account is chosen.",
        ExitCode.KEPT_AS_DRAFT,
        findings=[
            {"account": str(account), "code": finding.code, "facts": finding.facts}
            for account, found in findings.items()
            for finding in found
        ],
    )
