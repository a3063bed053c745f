"""What can be chosen in the composer, as pairs of a value and what it is called."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parvis.compose.content import Content, Said
from parvis.compose.lateness import OFFERED
from parvis.networks.part import Poll
from parvis.networks.traits import Traits
from parvis.people.models import Workspace
from parvis.report.phrases import FORMATS, REPLY_SETTINGS, VISIBILITIES
from parvis.report.sentences import duration_in_words
from parvis.web.forms.arranging import USUAL_POLL_MINUTES

Choices = list[tuple[str, str]]

# BCP 47; the workspace's own comes first whether it is here or not.
_COMMON_LANGUAGES = (
    "ar", "bg", "bn", "br", "ca", "co", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu",
    "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lb", "lt",
    "lv", "nb", "nl", "nn", "pl", "pt", "pt-br", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw",
    "ta", "th", "tr", "uk", "ur", "vi", "zh-hans", "zh-hant",
)  # fmt: skip
# Django’s own list lacks them, or has them in English.
_OWN_NAMES = {"oc": "occitan", "co": "corsu", "eu": "euskara", "zh": "中文"}
_HOUR, _DAY = 60, 24 * 60
_POLL_MINUTES = (_HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY)


def languages(workspace: Workspace, content: Content) -> Choices:
    codes = [workspace.language, *_COMMON_LANGUAGES]
    if content.language:
        codes.append(content.language)
    return [(code, _own_name(code)) for code in dict.fromkeys(map(_as_bcp47, codes))]


def visibilities(everybodys: Iterable[Traits], content: Content) -> Choices:
    offered = {str(value) for traits in everybodys for value in traits.visibilities}
    return [("", _("the account’s default")), *_named(VISIBILITIES, offered, content.visibility)]


def visibilities_of(traits: Traits, said: Said) -> Choices:
    """None at all where the account has nothing to choose, here and below."""
    named = _named(VISIBILITIES, traits.visibilities, said.visibility)
    return [("", pgettext("who sees it", "as the post")), *named] if named else []


def reply_settings_of(traits: Traits, said: Said) -> Choices:
    named = _named(REPLY_SETTINGS, traits.reply_settings, said.reply_setting)
    return [("", pgettext("who may reply", "as the account has it")), *named] if named else []


def formats_of(traits: Traits, said: Said) -> Choices:
    """What is left empty is a plain post."""
    named = _named(FORMATS, traits.formats, said.format)
    if len(named) < 2:
        return []
    return [("" if value == "post" and not said.format else value, words) for value, words in named]


def poll_durations(poll: Poll | None) -> list[tuple[int, str]]:
    """With what was chosen elsewhere, where any number of minutes can be."""
    chosen = poll.minutes if poll else USUAL_POLL_MINUTES
    return [(minutes, duration_in_words(minutes)) for minutes in sorted({*_POLL_MINUTES, chosen})]


def latenesses(content: Content) -> list[tuple[int, str]]:
    """In seconds, with what was chosen elsewhere, where any number of minutes can be."""
    offered = sorted({*OFFERED, content.lateness_allowed})
    return [(seconds, _("send it up to %(span)s late") % _span(seconds)) for seconds in offered]


def _named(table: Mapping[str, Any], offered: Iterable[str], chosen: str) -> Choices:
    """What is chosen stays among them, also where it is not offered any more."""
    shown = {*map(str, offered), chosen}
    return [(value, str(table[value])) for value in table if value in shown]


def _span(seconds: int) -> dict[str, str]:
    return {"span": duration_in_words(seconds // 60)}


def _own_name(code: str) -> str:
    known = LANG_INFO.get(code.lower(), {})
    return str(_OWN_NAMES.get(code) or known.get("name_local") or code)


def _as_bcp47(code: str) -> str:
    """“pt-br” as “pt-BR”, “zh-hans” as “zh-Hans”, as BCP 47 recommends."""
    language, dash, rest = code.partition("-")
    if not dash:
        return code
    return (
        f"{language}-{rest.upper() if len(rest) == 2 else rest.title() if len(rest) == 4 else rest}"
    )
