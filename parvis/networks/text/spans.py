"""Finding links, mentions, hashtags and cashtags.

Only links with a scheme are found here: without one, whether a word is a link depends on the list
of top-level domains, on which the networks do not agree. X's own finding is in `weighted`.
"""

from dataclasses import dataclass

import regex

_LINK = regex.compile(r"(?<![\p{L}\p{N}_@#/])https?://[^\s<>\"«»“”]+", regex.IGNORECASE)
_LINK_HOST = regex.compile(r"https?://[^\s/?#]*[^\s/?#.]\.[^\s/?#.]+", regex.IGNORECASE)
_LIKE_A_LINK = regex.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", regex.IGNORECASE)
_LINK_TAIL = regex.compile(r"[.,;:!?'’…]+$")
# MENTION_RE of Mastodon's app/models/account.rb; a Bluesky handle is its first half.
_MENTION = regex.compile(
    r"(?<![=/\w])@(?P<name>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@(?P<host>\w+(?:[.-]+\w+)*))?",
    regex.IGNORECASE,
)
_INVISIBLE = r"\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2"
_HASHTAG = regex.compile(rf"(?<!\S)[#＃](?!\ufe0f)(?P<word>[^\s{_INVISIBLE}]+)")
_CASHTAG = regex.compile(
    r"(?<!\S)\$(?P<word>[a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?)(?=$|[\s\uFEFF!'#%&()*+,\-./:;<=>?@\[\]^_{|}~$])"
)
_HASH_SIGN = regex.compile(r"[#＃]\w")
_AT_SIGN = regex.compile(r"[@＠]\w")
_PUNCTUATION_TAIL = regex.compile(r"\p{P}+$")
_SOMETHING_TO_READ = regex.compile(rf"[^\d\s\p{{P}}{_INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Span:
    """`value` is what the span means: a link, `name` or `name@host`, or a tag without its sign."""

    start: int
    end: int
    value: str


def find_links(text: str) -> list[Span]:
    found = []
    for match in _LINK.finditer(text):
        link = _without_tail(match.group())
        if _LINK_HOST.match(link):
            found.append(Span(match.start(), match.start() + len(link), link))
    return found


def _without_tail(link: str) -> str:
    """Sentence punctuation and a bracket that was opened before the link are not part of it."""
    while True:
        shorter = _LINK_TAIL.sub("", link)
        for opening, closing in ("()", "[]", "{}"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == link:
            return link
        link = shorter


def find_mentions(text: str) -> list[Span]:
    return outside(
        [Span(match.start(), match.end(), match.group()[1:]) for match in _MENTION.finditer(text)],
        find_links(text),
    )


def find_hashtags(text: str) -> list[Span]:
    """A tag follows a space and has at least one sign that is neither digit nor punctuation."""
    found = []
    for match in _HASHTAG.finditer(text):
        word = _PUNCTUATION_TAIL.sub("", match["word"])
        if _SOMETHING_TO_READ.search(word):
            found.append(Span(match.start(), match.start("word") + len(word), word))
    return found


def find_cashtags(text: str) -> list[Span]:
    """A ticker of up to six Latin letters after a dollar sign, as twitter-text has it."""
    return [Span(match.start(), match.end(), match["word"]) for match in _CASHTAG.finditer(text)]


def most_hashtags(text: str) -> int:
    """How many hashtags a network may find: glued to a word or inside a link too, for it is not
    known whether those count where tags are limited."""
    return len(_HASH_SIGN.findall(text))


def most_cashtags(text: str) -> int:
    return len(find_cashtags(text))


def most_mentions(text: str) -> int:
    """How many mentions a network may find, as `most_hashtags` counts."""
    return len(_AT_SIGN.findall(text))


def most_links(text: str) -> int:
    """How many different links a network may find, with a scheme or with www. before them."""
    return len({_without_tail(link) for link in _LIKE_A_LINK.findall(text)})


def outside(spans: list[Span], others: list[Span]) -> list[Span]:
    """The spans that share no sign with any of the others."""
    return [
        span
        for span in spans
        if not any(span.start < other.end and other.start < span.end for other in others)
    ]
