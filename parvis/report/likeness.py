"""How near a post on the network comes to what was sent, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

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


def sentence_for_media(shown: int | None, sent: int) -> str:
    """How many pictures and videos a post shows beside how many ours has; empty where neither has
    any, and when the network does not say."""
    if shown is None or not (shown or sent):
        return ""
    return f"{_shown(shown)} {_sent(sent, as_shown=sent == shown)}"


def _shown(media: int) -> str:
    if not media:
        return _("It shows no picture and no video.")
    told = ngettext("It shows %(n)s picture or video.", "It shows %(n)s pictures or videos.", media)
    return told % {"n": media}


def _sent(media: int, *, as_shown: bool) -> str:
    if as_shown:
        return pgettext("pictures and videos", "As many were sent.")
    if not media:
        return pgettext("pictures and videos", "None was sent.")
    told = npgettext("pictures and videos", "%(n)s was sent.", "%(n)s were sent.", media)
    return told % {"n": media}
