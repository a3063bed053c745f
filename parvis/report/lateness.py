"""What is held because its time has long gone by."""

from datetime import datetime

from django.utils.translation import gettext as _

from parvis.deliver.models import Delivery
from parvis.report.faces import face_of
from parvis.report.sentences import duration_in_words
from parvis.report.spans import span_in_words
from parvis.report.waits import when_in_words

TOO_LATE = "too-late"


def sentence_for_lateness(late: float, allowed: int) -> str:
    """By how much a delivery is late by now, and what its post allows; both in seconds."""
    told = {"late": span_in_words(late), "allowed": duration_in_words(allowed // 60)}
    return (
        _(
            "It is %(late)s late by now, and may go out up to %(allowed)s late. Nothing could send "
            "it in time."
        )
        % told
    )


def sentence_for_limit(delivery: Delivery, until: datetime) -> str:
    """Why a held delivery is not sent now: the network's limit ends too late for it."""
    told = {
        "network": face_of(delivery.account.network).label,
        "when": when_in_words(until),
        "allowed": duration_in_words(delivery.lateness_allowed // 60),
    }
    return (
        _(
            "%(network)s lets this account post again %(when)s, and the post may go out up to "
            "%(allowed)s late. Nothing is sent now: send it when the limit ends, or choose a new "
            "time."
        )
        % told
    )
