r"""LinkedIn's "little" text: what it makes of a commentary.

    Text            ::= (anything but the reserved signs | a reserved sign after a backslash)+
    MentionElement  ::= '@' '[' Text ']' '(' Urn ')'
    HashtagElement  ::= '#' SINGLE_WORD
    HashtagTemplate ::= '{hashtag|' sign '|' Text '}'        sign: # or ＃, bare or escaped

At the first sign that begins none of these the rest of the text is gone, and nobody is told.
Source: learn.microsoft.com, little Text Format, and the complaints of those it befell.
"""

import re
from dataclasses import dataclass

RESERVED = r"\|{}@[]()<>#*_~"

_SIGN = re.escape(RESERVED)
_TEXT = rf"(?:[^{_SIGN}]|\\[{_SIGN}])+"
_ELEMENT = re.compile(
    rf"(?P<text>{_TEXT})"
    rf"|@\[(?P<name>{_TEXT})\]\((?P<urn>urn:li:(?:person|organization):[\w-]+)\)"
    rf"|\{{hashtag\|\\?(?P<sign>[#＃])\|(?P<tag>{_TEXT})\}}"
    r"|#(?P<word>[^\W_]+)"
)
_ESCAPE = re.compile(rf"\\([{_SIGN}])")


@dataclass(frozen=True, slots=True)
class Wording:
    """`shown` is what a reader sees, `returned` what the API answers: in one form only, whatever
    the form was in which it came."""

    shown: str
    returned: str


def read(commentary: str) -> Wording:
    """Up to the first mistake."""
    shown, returned, place = "", "", 0
    while (found := _ELEMENT.match(commentary, place)) is not None:
        parts = found.groupdict()
        if parts["text"] is not None:
            text = _plain(parts["text"])
            shown, returned = shown + text, returned + _escaped(text)
        elif parts["urn"] is not None:
            name = _plain(parts["name"])
            shown, returned = shown + name, returned + f"@[{_escaped(name)}]({parts['urn']})"
        else:
            sign = parts["sign"] or "#"
            word = _plain(parts["tag"] or parts["word"])
            shown += sign + word
            returned += rf"{{hashtag|\{sign}|{_escaped(word)}}}"
        place = found.end()
    return Wording(shown, returned)


def length(text: str) -> int:
    """In UTF-16 units. Whether LinkedIn counts so is not told; neither is whether escapes count,
    which they do not here."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _escaped(text: str) -> str:
    return re.sub(rf"[{_SIGN}]", r"\\\g<0>", text)
