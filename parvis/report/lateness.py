"""What is held because its time has long gone by."""

from django.utils.translation import gettext as _

from parvis.report.sentences import duration_in_words
from parvis.report.spans import span_in_words

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
