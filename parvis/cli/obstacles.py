"""Why a post cannot be handed over, moved or taken back, as sentences."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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

    try:
        yield
    except NotReady as not_ready:
        raise _not_ready(not_ready.findings) from None
    except verbs.InThePast:
        raise Failure("in-the-past", "That moment has gone by.") from None
    except verbs.AlreadyHandedOver:
        raise Failure("handed-over", "It is scheduled already. Nothing was changed.") from None
    except verbs.AlreadyOnItsWay:
        raise Failure(
            "on-its-way",
            "At least one part of it is on its way or has gone out. Nothing was changed. "
            "`parvis posts show` tells what has become of it.",
        ) from None
    except verbs.NothingToLookUp:
        raise Failure(
            "nothing-to-look-up",
            "There is nothing to look for: this desk has no record of sending it. Nothing was "
            "changed. Look at the account yourself, then decide there, again or give-up.",
        ) from None
    except verbs.StillPaused:
        raise Failure(
            "paused",
            "Its account, or everything, is paused. Nothing was sent. `parvis resume` ends the "
            "pause.",
        ) from None
    except verbs.NothingToDecide:
        raise Failure("settled", "This was settled meanwhile. Nothing was changed.") from None


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
