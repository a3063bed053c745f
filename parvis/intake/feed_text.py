"""Bytes that a stranger's server sent into text, and markup into plain text. Pure."""

import codecs
import re
import sys
from html.parser import HTMLParser

# A byte order mark says it before anybody else does (XML 1.0, appendix F).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OF_THE_ANSWER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_OF_THE_DOCUMENT = re.compile(
    rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)|<meta[^>]*charset\s*=\s*[\"']?([\w.:-]+)",
    re.IGNORECASE,
)
_LOOKED_AT_FOR_IT = 2048
# XML 1.0, 2.2: no document may hold these, and PostgreSQL keeps no NUL.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "math", "head"})
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
    }
)


def decoded(body: bytes, content_type: str) -> str:
    """By its mark, by what the answer said of it, by what it says of itself, as UTF-8; whatever is
    wrong with all of these can still be read as Windows-1252."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _cleaned(body.decode(charset, "replace").removeprefix("\ufeff"))
    for charset in (*_said_charsets(body, content_type), "utf-8"):
        try:
            return _cleaned(body.decode(charset))
        except (LookupError, ValueError):
            continue
    return _cleaned(body.decode("windows-1252", "replace"))


def without_bad_references(markup: str) -> str:
    """References to what is no character, at which readers of XML break off, are left out."""
    return _REFERENCE.sub(_kept_reference, markup)


def plain_text(markup: str) -> str:
    """What a reader would see of it, in one line."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return one_line("".join(reader.seen))


def one_line(text: str) -> str:
    return " ".join(_cleaned(text).split())


def cut_at_word(text: str, longest: int) -> str:
    """At most so many characters, with an ellipsis where something was cut."""
    if len(text) <= longest:
        return text
    whole = text[: longest - 1]
    at_word = whole.rpartition(" ")[0] if " " in whole else whole
    return f"{at_word.rstrip(' ,;:.–—-')}…"


def _cleaned(text: str) -> str:
    return _NO_TEXT.sub("", text)


def _kept_reference(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    number = int(digits, 16 if found[1] else 10) if len(digits) < 8 else sys.maxunicode + 1
    is_sign = number <= sys.maxunicode and _cleaned(chr(number))
    return found[0] if is_sign else ""


def _said_charsets(body: bytes, content_type: str) -> list[str]:
    said = [found[1] for found in [_OF_THE_ANSWER.search(content_type)] if found]
    if inside := _OF_THE_DOCUMENT.search(body[:_LOOKED_AT_FOR_IT]):
        said.append((inside[1] or inside[2]).decode("ascii", "replace"))
    return said


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._within.append(tag)
        elif tag in _BLOCKS:
            self.seen.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.seen.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[self._within.index(tag) :]
        elif tag in _BLOCKS:
            self.seen.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.seen.append(data)
