"""Mastodon's counting: each link as long as the server reserves for it, a mention without its host.

Sources: mastodon/mastodon, app/validators/status_length_validator.rb, app/lib/extractor.rb,
config/initializers/twitter_regex.rb and MENTION_RE of app/models/account.rb, upon twitter-text.
Only what such a server surely shortens is shortened here; what it only might (a host of digits, an
unknown top-level domain, the brackets after an address) counts in full.
"""

import regex

from parvis.networks.text.hosts import DOMAINS, NEVER, NO_HOST, host_without, is_possible
from parvis.networks.text.spans import Span, outside

# extractor.rb, MAX_DOMAIN_LENGTH.
_LONGEST_HOST_OF_MENTION = 253

# The library in Ruby leaves more out of a host than the one in JavaScript, and one of them a
# backslash: here all of it is left out.
_NO_HOST = rf"{NO_HOST}\"`\x00-\x1F\x7F"
_IN_PATH = r"[^\p{White_Space}<>()?]"
_BRACKETS = rf"\((?:{_IN_PATH}++|{_IN_PATH}*+\({_IN_PATH}++\){_IN_PATH}*+)\)"
_ENDS_PATH = r"[^\p{White_Space}()?!*\"'「」<>;:=,.$%\[\]~&|@]"
_PATH = rf"/(?:(?:{_IN_PATH}|{_BRACKETS})*(?:{_ENDS_PATH}|{_BRACKETS}))?"
# The ucschar of RFC 3987, which no-break and ideographic spaces are among.
_BEYOND_ASCII = r"\u00A0-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF\U00010000-\U000EFFFD"
_QUERY = (
    rf"\?[a-zA-Z0-9!?*'();:&=+$/%\#\[\]\-_.,~|@\^{_BEYOND_ASCII}]*"
    rf"[a-zA-Z0-9_&=\#/\-{_BEYOND_ASCII}]"
)
_LINK = regex.compile(
    rf"""
    (?<![A-Za-z0-9@＠$\#＃{NEVER}])
    (?i:https?)://
    (?P<host>{host_without(_NO_HOST)}) (?![0-9a-zA-Z@+\-])
    (?: :[0-9]+ )?
    (?: {_PATH} )?
    (?: {_QUERY} )?
    """,
    regex.VERBOSE,
    domains=DOMAINS,
)
# What twitter-text takes for a link that X made: no path goes on after it.
_MADE_BY_X = regex.compile(rf"(?i:https?://t\.co/)[a-zA-Z0-9]+(?:{_QUERY})?")
# Ruby's [[:word:]].
_WORD = r"[\p{L}\p{M}\p{Nd}\p{Pc}]"
_MENTION = regex.compile(
    rf"(?<![=/\w])@(?P<name>[a-zA-Z0-9_]+(?:[.-]+[a-zA-Z0-9_]+)*)"
    rf"(?:@(?P<host>{_WORD}+(?:[.-]+{_WORD}+)*))?"
)
# By end_mention_match; and a joiner, which is of a word in Unicode's eyes and not in Ruby's.
_NO_END_OF_MENTION = regex.compile(r"[@＠]|://|[.-]*[\u200c\u200d]")


def find_reserved_links(text: str) -> list[Span]:
    """Each counts as what the server reserves for a link, whatever its length."""
    if "://" not in text:
        return []
    return [
        _link_of(match) for match in _LINK.finditer(text) if is_possible(match["host"], match[0])
    ]


def _link_of(match: regex.Match[str]) -> Span:
    made_by_x = _MADE_BY_X.match(match[0])
    link = made_by_x[0] if made_by_x else match[0]
    return Span(match.start(), match.start() + len(link), link)


def find_reserved_mentions(text: str) -> list[Span]:
    """Those outside of links; `value` is what counts of each, with its @."""
    if "@" not in text:
        return []
    found = [
        Span(match.start(), match.end(), "@" + match["name"])
        for match in _MENTION.finditer(text)
        if not _NO_END_OF_MENTION.match(text, match.end())
        and len(match["host"] or "") <= _LONGEST_HOST_OF_MENTION
    ]
    return outside(found, find_reserved_links(text))
