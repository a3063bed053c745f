"""How near a post on the network comes to what was sent, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.report.spans import span_in_words


def sentence_for_distance(seconds: float) -> str:
    """How far from its sending a post appeared, by two clocks."""
    span = {"span": span_in_words(abs(seconds))}
    if abs(seconds) < 1:
        return _("in the same second in which it was sent")
    if seconds < 0:
        return _("%(span)s before it was sent") % span
    return _("%(span)s after it was sent") % span


def sentence_for_missing(words: int | None) -> str:
    """How many words of ours a text has not; empty for none, and when nobody counted."""
    told = ngettext("%(n)s word is missing.", "%(n)s words are missing.", words or 0)
    return told % {"n": words} if words else ""


def sentence_for_added(words: int | None) -> str:
    """How many words a text has that ours has not."""
    told = ngettext("%(n)s word is added.", "%(n)s words are added.", words or 0)
    return told % {"n": words} if words else ""


def sentence_for_likeness(added: int | None, missing: int | None) -> str:
    """That two texts are equal, or were not compared; empty when there are words to tell of."""
    if added is None or missing is None:
        return _("The texts are too long to be compared word by word.")
    return "" if added or missing else _("The text is the same, word for word.")
