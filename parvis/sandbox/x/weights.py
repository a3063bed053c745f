"""How X measures a text and what it takes for a link: twitter-text 3, config/v3.json.

The top-level domains are those of the Public Suffix List, where twitter-text ships a list of its
own (tld_lib.yml).
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import regex

LIMIT = 280
LINK_WEIGHT = 23
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_SLUG_LIMIT = 40
_LONGEST_LINK = 4096

_PUNCTUATION = r"!'\"#$%&()*+,\-./:;<=>?@\[\]^_{|}~\\"
_SPACES = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVALID = r"\ufffe\ufeff\uffff"
_DIRECTIONS = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_CYRILLIC = r"\u0400-\u04ff"
_ACCENTED = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    r"\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_LETTER = rf"[^{_PUNCTUATION}{_SPACES}{_INVALID}{_DIRECTIONS}]"
_PATH = rf"[a-z{_CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}]"
_PATH_END = rf"[+\-a-z{_CYRILLIC}0-9=_#/{_ACCENTED}]"
_NESTED = rf"\((?:{_PATH}+|{_PATH}*\({_PATH}+\){_PATH}*)\)"
_WHOLE_PATH = rf"(?:(?:{_PATH}*(?:{_NESTED}{_PATH}*)*(?:{_PATH_END}|{_NESTED}))|(?:@{_PATH}+/))"
_QUERY = r"[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]"
_QUERY_END = r"[a-z0-9\-_&=#/]"

# The flags, keycaps, families, skin tones and subdivisions of Unicode's emoji.
# A sign that is a text by itself, such as ©, is an emoji with a selector behind it, or in company.
_SIGN = r"[\p{Emoji}--[0-9#*\p{RI}]]"
_TAGS = r"[\U000e0020-\U000e007e]+\U000e007f"
_TONED = r"\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
_PICTURE = rf"(?:\U0001f3f4{_TAGS}|{_TONED}|{_SIGN}\ufe0f|\p{{Emoji_Presentation}}(?!\ufe0e))"
_JOINED = rf"\u200d(?:{_TONED}|{_SIGN}\ufe0f?)"
# A pair of regional letters counts as a flag even where there is no such region.
_EMOJI = regex.compile(
    rf"[0-9#*]\ufe0f?\u20e3|\p{{RI}}\p{{RI}}|(?:{_PICTURE}|{_SIGN}(?=\u200d))(?:{_JOINED})*",
    regex.V1,
)
_SHORT = regex.compile(
    rf"https?://t\.co/(?P<slug>[a-z0-9]+)(?:\?{_QUERY}*{_QUERY_END})?", regex.IGNORECASE
)
# With the space before it: what stands before a host decides where it begins.
_CHUNK = regex.compile(rf"[{_SPACES}]?[^{_SPACES}]+")
_NO_LINK_AFTER = regex.compile(r"[-_./]$")
_CASHTAG = regex.compile(
    r"(?:^|(?<=[\s]))\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|\s|[.,!?;:])", regex.I
)


@dataclass(frozen=True, slots=True)
class Link:
    """`url` as it was written, from `start` to `end` in code points."""

    start: int
    end: int
    url: str


def weight(text: str) -> int:
    """In units of which a post has 280."""
    composed = unicodedata.normalize("NFC", text)
    total = place = 0
    for link in links(composed):
        total += _plain_weight(composed[place : link.start]) + LINK_WEIGHT
        place = link.end
    return total + _plain_weight(composed[place:])


def cashtags(text: str) -> int:
    return len(_CASHTAG.findall(text))


def links(text: str) -> list[Link]:
    """With a scheme and without one, as twitter-text's extractUrlsWithIndices finds them."""
    return [
        Link(chunk.start() + link.start, chunk.start() + link.end, link.url)
        for chunk in _CHUNK.finditer(text)
        for link in _links_within(chunk[0])
    ]


def _links_within(chunk: str) -> list[Link]:
    """No link goes over a space, and without a top-level domain there is none."""
    found: list[Link] = []
    if not _top_level_pattern().search(chunk):
        return found
    for match in _link_pattern().finditer(chunk):
        if not _is_host(match["domain"]) or len(match["url"]) > _LONGEST_LINK:
            continue
        if match["scheme"]:
            found += _with_scheme(match)
        elif not _NO_LINK_AFTER.search(match["before"]):
            found += _without_scheme(match)
    return found


def _with_scheme(match: "regex.Match[str]") -> list[Link]:
    start, url = match.start("url"), match["url"]
    short = _SHORT.match(url)
    if short is not None and len(short["slug"]) > _SLUG_LIMIT:
        return []
    if short is not None:
        url = short[0]
    return [Link(start, start + len(url), url)]


def _is_host(domain: str) -> bool:
    """Each label at most 63 signs in the form in which it travels."""
    return all(
        len(label if label.isascii() else f"xn--{label.encode('punycode').decode()}") <= 63
        for label in domain.split(".")
    )


def _without_scheme(match: "regex.Match[str]") -> list[Link]:
    """Between letters of other scripts only the Latin parts are links, and a path goes with the
    last of them."""
    offset = match.start("domain")
    parts = [
        Link(offset + part.start(), offset + part.end(), part[0])
        for part in _latin_domain_pattern().finditer(match["domain"])
    ]
    if parts and match["path"]:
        last = parts.pop()
        end = match.end("url")
        parts.append(Link(last.start, end, match.string[last.start : end]))
    return parts


def _plain_weight(text: str) -> int:
    rest, emoji = _EMOJI.subn("", text)
    return 2 * emoji + sum(_sign_weight(ord(sign)) for sign in rest)


def _sign_weight(point: int) -> int:
    return 1 if any(first <= point <= last for first, last in _LIGHT) else 2


@cache
def _link_pattern() -> "regex.Pattern[str]":
    domain = (
        rf"(?:{_LETTER}(?:[_-]*{_LETTER})*+\.)*{_LETTER}(?:-*{_LETTER})*+\."
        r"(?:\L<tops>(?=[^0-9a-z@+\-]|$)|xn--[\-0-9a-z]+)"
    )
    return regex.compile(
        rf"(?P<before>[^a-z0-9@＠$#＃\u202a-\u202e]|^)"
        rf"(?P<url>(?P<scheme>https?://)?(?P<domain>{domain})(?::[0-9]+)?"
        rf"(?P<path>/{_WHOLE_PATH}*)?(?:\?{_QUERY}*{_QUERY_END})?)",
        regex.IGNORECASE,
        tops=_top_levels(),
    )


@cache
def _latin_domain_pattern() -> "regex.Pattern[str]":
    return regex.compile(
        rf"(?:[\-a-z0-9{_ACCENTED}]+\.)+(?:\L<tops>(?=[^0-9a-z@+\-]|$)|xn--[\-0-9a-z]+)",
        regex.IGNORECASE,
        tops=_top_levels(),
    )


@cache
def _top_level_pattern() -> "regex.Pattern[str]":
    return regex.compile(r"\.(?:\L<tops>|xn--)", regex.IGNORECASE, tops=_top_levels())


@cache
def _top_levels() -> frozenset[str]:
    listed = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
    official = listed.partition("===END ICANN DOMAINS===")[0]
    rules = (line.strip() for line in official.splitlines() if not line.startswith("//"))
    names = (rule.removeprefix("*.") for rule in rules if rule and rule[0] != "!")
    return frozenset(name for name in names if "." not in name)
