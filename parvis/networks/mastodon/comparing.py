"""Telling whether a status on the server is the one that we sent.

The server keeps HTML: links are cut into spans, mentions lose their host, and some servers read
marks of emphasis. So texts are compared twice, closely and loosely: what is only loosely the same
is not ours for certain, and not surely another's either.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import regex

from parvis.networks.contract import Candidate, Prepared
from parvis.networks.likeness import Likeness

_MENTION_HOST = regex.compile(r"(?<![=/\w])(@\w+(?:[.-]+\w+)*)@\w+(?:[.-]+\w+)*")
_NOT_TO_READ = regex.compile(r"[^\p{L}\p{N}]+")
_LINE_ENDS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status as the server lists it. `media_ids` are those of the uploads it shows; `is_edited`
    when it may have said something else at first."""

    remote_id: str
    url: str
    text: str
    content_warning: str
    media_ids: tuple[str, ...]
    poll_options: tuple[str, ...] = ()
    parent_id: str = ""
    created_at: datetime
    is_edited: bool = False

    @classmethod
    def from_json(cls, listed: Mapping[str, Any]) -> "Status":
        """Raises KeyError, TypeError, ValueError or AttributeError when this is not a status."""
        return cls(
            remote_id=str(listed["id"]),
            url=str(listed.get("url") or listed.get("uri") or ""),
            text=read_html(str(listed["content"])),
            content_warning=read_html(str(listed.get("spoiler_text") or "")),
            media_ids=_media_ids(listed),
            poll_options=_poll_options(listed),
            parent_id=str(listed.get("in_reply_to_id") or ""),
            created_at=datetime.fromisoformat(listed["created_at"]),
            is_edited=bool(listed.get("edited_at")),
        )

    def as_first_written(self, history: Any) -> "Status":
        """By the first entry of GET /api/v1/statuses/:id/history; itself if that is unreadable."""
        try:
            first = history[0]
            return replace(
                self,
                text=read_html(str(first["content"])),
                content_warning=read_html(str(first.get("spoiler_text") or "")),
                media_ids=_media_ids(first),
                poll_options=_poll_options(first),
                is_edited=False,
            )
        except (LookupError, TypeError, AttributeError):
            return self

    def likeness(self, prepared: Prepared) -> Likeness:
        if self.shows_the_uploads_of(prepared):
            return Likeness.SAME
        if self.is_edited:
            return min(Likeness.ALIKE, self._parent_likeness(prepared))
        return min(
            self._media_likeness(prepared),
            self._parent_likeness(prepared),
            self._poll_likeness(prepared),
            self._text_likeness(prepared),
        )

    def shows_the_uploads_of(self, prepared: Prepared) -> bool:
        """Uploads are made for one post only, so the same media are the same post."""
        sent = set(prepared.body.get("media_ids", ()))
        return bool(sent) and sent == set(self.media_ids)

    def _media_likeness(self, prepared: Prepared) -> Likeness:
        """Two posts with other media are two posts, unless the server gave the media new ids."""
        sent = len(prepared.body.get("media_ids", ()))
        if sent != len(self.media_ids):
            return Likeness.OTHER
        return Likeness.ALIKE if sent else Likeness.SAME

    def _parent_likeness(self, prepared: Prepared) -> Likeness:
        """An answer whose parent was deleted since is listed as answering nothing."""
        parent = str(prepared.body.get("in_reply_to_id", ""))
        if parent == self.parent_id:
            return Likeness.SAME
        return Likeness.OTHER if self.parent_id else Likeness.ALIKE

    def _poll_likeness(self, prepared: Prepared) -> Likeness:
        options = prepared.body.get("poll", {}).get("options", ())
        if len(options) != len(self.poll_options):
            return Likeness.OTHER
        pairs = zip(options, self.poll_options, strict=True)
        return min((_likeness(one, other) for one, other in pairs), default=Likeness.SAME)

    def _text_likeness(self, prepared: Prepared) -> Likeness:
        warning = str(prepared.body.get("spoiler_text", ""))
        likeness = min(
            _likeness(self.text, prepared.text), _likeness(self.content_warning, warning)
        )
        if likeness is Likeness.OTHER:
            # Some servers put the warning into the text.
            return min(
                Likeness.ALIKE,
                _likeness(self.content_warning + self.text, warning + prepared.text),
            )
        return likeness

    def as_candidate(self) -> Candidate:
        return Candidate(
            remote_id=self.remote_id,
            url=self.url,
            text=self.text,
            published_at=self.created_at,
            media_count=len(self.media_ids),
        )


def _media_ids(listed: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(media["id"]) for media in listed.get("media_attachments") or ())


def _poll_options(listed: Mapping[str, Any]) -> tuple[str, ...]:
    poll = listed.get("poll") or {}
    return tuple(str(option["title"]) for option in poll.get("options") or ())


def _likeness(one: str, other: str) -> Likeness:
    if closely(one) == closely(other):
        return Likeness.SAME
    return Likeness.ALIKE if loosely(one) == loosely(other) else Likeness.OTHER


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
