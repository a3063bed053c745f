"""Telling whether a status on the server is the one that we sent.

The server keeps HTML: links are cut into spans, mentions lose their host, and some servers read
marks of emphasis. So texts are compared twice, closely and loosely: what is only loosely the same
is not ours for certain, and not surely another's either.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from html.parser import HTMLParser
from typing import Any

import regex

from parvis.networks.contract import Candidate, Prepared, Published

_MENTION_HOST = regex.compile(r"(?<![=/\w])(@\w+(?:[.-]+\w+)*)@\w+(?:[.-]+\w+)*")
_NOT_TO_READ = regex.compile(r"[^\p{L}\p{N}]+")
_LINE_ENDS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3"})


class Likeness(Enum):
    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status as the server lists it. `media_ids` are those of the uploads it shows."""

    remote_id: str
    url: str
    text: str
    content_warning: str
    media_ids: tuple[str, ...]
    created_at: datetime

    @classmethod
    def from_json(cls, listed: Mapping[str, Any]) -> "Status":
        """Raises KeyError, TypeError or ValueError when this is not a status."""
        return cls(
            remote_id=str(listed["id"]),
            url=str(listed.get("url") or listed.get("uri") or ""),
            text=read_html(str(listed["content"])),
            content_warning=read_html(str(listed.get("spoiler_text") or "")),
            media_ids=tuple(str(media["id"]) for media in listed.get("media_attachments") or ()),
            created_at=datetime.fromisoformat(listed["created_at"]),
        )

    def likeness(self, prepared: Prepared) -> Likeness:
        """Uploads are made for one post only, so the same media are the same post. Two posts
        with other media are two posts, unless the server gave the media new ids."""
        sent_media = tuple(prepared.body.get("media_ids", ()))
        if sent_media and set(sent_media) == set(self.media_ids):
            return Likeness.SAME
        if len(sent_media) != len(self.media_ids):
            return Likeness.OTHER
        warning = str(prepared.body.get("spoiler_text", ""))
        if not sent_media and self._reads(prepared.text, warning):
            return Likeness.SAME
        return Likeness.ALIKE if self._resembles(prepared.text, warning) else Likeness.OTHER

    def _reads(self, text: str, warning: str) -> bool:
        return closely(self.text) == closely(text) and closely(self.content_warning) == closely(
            warning
        )

    def _resembles(self, text: str, warning: str) -> bool:
        return loosely(self.content_warning + self.text) == loosely(warning + text)

    def as_published(self) -> Published:
        return Published(remote_id=self.remote_id, url=self.url, published_at=self.created_at)

    def as_candidate(self) -> Candidate:
        return Candidate(
            remote_id=self.remote_id, url=self.url, text=self.text, published_at=self.created_at
        )


def closely(text: str) -> str:
    """For comparing: composed letters, single spaces, mentions without their host."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(_MENTION_HOST.sub(r"\1", composed).split())


def loosely(text: str) -> str:
    """Letters and digits alone, without case."""
    compatible = unicodedata.normalize("NFKC", _MENTION_HOST.sub(r"\1", text))
    return _NOT_TO_READ.sub("", compatible).casefold()


def read_html(html: str) -> str:
    """The text that a reader sees, with links whole."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.heard).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.heard.append("\n")
        elif tag == "img":
            # Some servers send custom emoji as pictures whose alt text is the :shortcode:.
            self.heard.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINE_ENDS:
            self.heard.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.heard.append(data)
