"""Codes and facts into sentences in the reader's language.

The rooms below and the network modules say what happened as a stable code with facts. A code that
stands in no table of `phrases` is told by the English sentence that came with it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext

from parvis.compose.pictures import NotAPicture
from parvis.compose.validation import Finding
from parvis.deliver.states import State
from parvis.networks.errors import NetworkError
from parvis.people.dates import written_date
from parvis.report import phrases
from parvis.report.waits import moment_told, sentence_for_wait, when_in_words

Facts = Mapping[str, Any]


def sentence_for_finding(finding: Finding) -> str:
    """What stands in the way of a variant, or what its writer should know; of which part, where
    there are several."""
    told = _told(phrases.FINDINGS, finding.code, finding.facts) or finding.code
    if finding.in_comment:
        return gettext("First comment: %(sentence)s") % {"sentence": told}
    if finding.parts > 1:
        facts = {"number": finding.part + 1, "sentence": told}
        return gettext("Part %(number)s: %(sentence)s") % facts
    return told


def sentence_for_picture(refused: NotAPicture) -> str:
    return _told(phrases.PICTURES, refused.code, refused.facts) or refused.code


def sentence_for_connecting(error: NetworkError) -> str:
    """For somebody who is connecting an account."""
    return _told(phrases.CONNECTING, error.code, error.facts) or error.sentence


def sentence_for_reason(code: str, facts: Facts, otherwise: str = "") -> str:
    """What went wrong with a delivery, for somebody who did not watch, with what the network said
    about it. Empty without a reason."""
    told = sentence_for_wait(facts) or _told(phrases.REASONS, code, facts)
    said = str(facts.get("said") or "")
    if told and said and said.removesuffix(".") not in told:
        end = "" if said.endswith((".", "!", "?", "…")) else "."
        return gettext("%(sentence)s It said: “%(said)s”") % {"sentence": told, "said": said} + end
    return told or otherwise or code


def sentence_for_what_follows(state: str, code: str = "", *, partly_out: bool = False) -> str:
    """What a delivery in this state does next, once something (`code`) has gone wrong."""
    follows = phrases.FOLLOWS_OF_THE_REST if partly_out else phrases.FOLLOWS
    return str(follows[_kind_of_wait(state, code)])


def sentence_for_what_is_out(out: int, parts: int, *, comment_is_missing: bool) -> str:
    """`parts` of the thread, of which the first `out` are on the network."""
    if comment_is_missing and out >= parts:
        return str(phrases.OUT_BUT_THE_COMMENT)
    return str(phrases.OUT % {"out": out, "parts": parts})


def _kind_of_wait(state: str, code: str) -> str:
    if state == State.HELD and code in phrases.BLOCKED:
        return "blocked"
    if state == State.SCHEDULED and code in phrases.CALM:
        return "calm"
    return state


def _told(table: Mapping[str, Any], code: str, facts: Facts) -> str:
    """Empty when the table has no such code, or when a fact that its sentence needs is absent."""
    if code not in table:
        return ""
    try:
        return str(table[code] % _Facts(_without_full_stop(facts)))
    except KeyError:
        return ""


def _without_full_stop(facts: Facts) -> Facts:
    """What a network said stands within a sentence that ends by itself."""
    if "said" not in facts:
        return facts
    return {**facts, "said": str(facts["said"]).removesuffix(".")}


class _Facts(dict[str, Any]):
    """Writes facts out: `%(limit_size)s` is the number of bytes `limit` with its unit."""

    def __missing__(self, name: str) -> str:
        fact, _, kind = name.rpartition("_")
        if kind == "said":
            return str(_CHOICES[fact][self[fact]])
        if kind == "price":
            return price_in_words(self[fact], self["currency"])
        if kind in _WRITTEN:
            return _WRITTEN[kind](self[fact])
        raise KeyError(name)


def duration_in_words(minutes: int) -> str:
    """In the largest unit that is whole: “7 days”, “90 minutes”."""
    if minutes % _DAY == 0:
        return ngettext("%(n)s day", "%(n)s days", minutes // _DAY) % {"n": minutes // _DAY}
    if minutes % _HOUR == 0:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // _HOUR) % {"n": minutes // _HOUR}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def price_in_words(amount: str, currency: str) -> str:
    """“$0.20”, with as many digits as it takes and two at least."""
    places = max(2, -int(Decimal(amount).normalize().as_tuple().exponent))
    told = {"amount": number_format(Decimal(amount), places), "currency": currency}
    if currency == "USD":
        return pgettext("price in dollars", "$%(amount)s") % told
    return pgettext("price", "%(amount)s %(currency)s") % told


def _day_in_words(day: str) -> str:
    shape = pgettext("day with year, Django’s date format", "l j F Y")
    return written_date(date.fromisoformat(day), shape)


def _when(said: str) -> str:
    """Raises KeyError where it is no moment: then the fact is absent."""
    moment = moment_told(said)
    if moment is None:
        raise KeyError(said)
    return when_in_words(moment)


_HOUR, _DAY = 60, 24 * 60
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "visibility": phrases.VISIBILITIES,
    "reply_setting": phrases.REPLY_SETTINGS,
    "format": phrases.FORMATS,
}
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "size": filesizeformat,
    "duration": duration_in_words,
    "written": _day_in_words,
    "when": _when,
}
