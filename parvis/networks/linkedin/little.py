r"""LinkedIn's "little" text format, in which a post's commentary is written.

Every reserved sign must be escaped by a backslash, in links as well; at the first that is not,
LinkedIn cuts the text off and answers 201 all the same. A hashtag is a template,
`{hashtag|\#|word}`; a mention is `@[Name](urn:li:organization:1)`, which a person types just so,
with the name as the organisation itself writes it: LinkedIn makes no link of another. Comments are
plain text and know nothing of this.

Sources: learn.microsoft.com, little Text Format; GitHub brightbeanxyz/brightbean-studio PR 121.
"""

import regex

from parvis.networks.text import find_links

_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
_MENTION = regex.compile(r"@\[(?P<name>[^\[\]\n]+)\]\((?P<urn>urn:li:organization:\d+)\)")
# Letters, marks and digits with a letter among them, as LinkedIn's own pages write them; that an
# underscore belongs to the word is from memory.
_HASHTAG = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}_&/])(?P<sign>[#＃])"
    r"(?P<word>[\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)"
)
_ESCAPED = r"(?:\\.|[^\\|{}])"
_TEMPLATE = regex.compile(rf"\{{hashtag\|\\?(?P<sign>[#＃])\|(?P<word>{_ESCAPED}*)\}}")
_LITTLE = regex.compile(rf"{_TEMPLATE.pattern}|\\(?P<plain>.)", regex.DOTALL)


def to_little(text: str) -> str:
    """The text as a post's commentary."""
    written: list[str] = []
    read_to = 0
    for element in _elements(text):
        written += escape(text[read_to : element.start()]), _as_element(element)
        read_to = element.end()
    return "".join((*written, escape(text[read_to:])))


def from_little(little: str) -> str:
    """What a person typed, from a commentary as it was sent or as LinkedIn returns it."""
    return _LITTLE.sub(_as_typed, little)


def escape(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _elements(text: str) -> list[regex.Match[str]]:
    """Mentions, and the hashtags that are in no link and no mention, in their order."""
    mentions = list(_MENTION.finditer(text))
    taken = [(link.start, link.end) for link in find_links(text)]
    taken += [mention.span() for mention in mentions]
    hashtags = [tag for tag in _HASHTAG.finditer(text) if not _touches(tag, taken)]
    return sorted(mentions + hashtags, key=lambda element: element.start())


def _touches(found: regex.Match[str], taken: list[tuple[int, int]]) -> bool:
    return any(found.start() < end and start < found.end() for start, end in taken)


def _as_element(element: regex.Match[str]) -> str:
    parts = element.groupdict()
    if "urn" in parts:
        return f"@[{escape(parts['name'])}]({parts['urn']})"
    return f"{{hashtag|\\{parts['sign']}|{escape(parts['word'])}}}"


def _as_typed(found: regex.Match[str]) -> str:
    if found["sign"]:
        return found["sign"] + from_little(found["word"])
    return str(found["plain"])
