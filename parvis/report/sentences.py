"""Codes and facts into sentences in the reader's language.

The rooms below and the network modules say what happened as a stable code with facts. A code that
stands in no table of `phrases` is told by the English sentence that came with it.
"""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat

from parvis.compose.pictures import NotAPicture
from parvis.compose.validation import Finding
from parvis.networks.errors import NetworkError
from parvis.report import phrases

Facts = Mapping[str, Any]


def sentence_for_finding(finding: Finding) -> str:
    """What stands in the way of a variant, or what its writer should know."""
    return _told(phrases.FINDINGS, finding.code, finding.facts) or finding.code


def sentence_for_picture(refused: NotAPicture) -> str:
    return _told(phrases.PICTURES, refused.code, refused.facts) or refused.code


def sentence_for_connecting(error: NetworkError) -> str:
    """For somebody who is connecting an account."""
    return _told(phrases.CONNECTING, error.code, error.facts) or error.sentence


def sentence_for_reason(code: str, facts: Facts, otherwise: str = "") -> str:
    """What went wrong with a delivery, for somebody who did not watch. Empty without a reason."""
    return _told(phrases.REASONS, code, facts) or otherwise or code


def sentence_for_what_follows(state: str) -> str:
    """What a delivery in this state does next, once something has gone wrong."""
    return str(phrases.FOLLOWS[state])


def _told(table: Mapping[str, Any], code: str, facts: Facts) -> str:
    """Empty when the table has no such code, or when a fact that its sentence needs is absent."""
    if code not in table:
        return ""
    try:
        return str(table[code] % _Facts(facts))
    except KeyError:
        return ""


class _Facts(dict[str, Any]):
    """`%(limit_size)s` writes the number of bytes `limit` with its unit."""

    def __missing__(self, name: str) -> str:
        if name.endswith("_size"):
            return filesizeformat(self[name.removesuffix("_size")])
        if name.endswith("_said"):
            return str(phrases.VISIBILITIES[self[name.removesuffix("_said")]])
        raise KeyError(name)
