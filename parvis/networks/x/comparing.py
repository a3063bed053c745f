"""Telling whether a post on X is the one that we sent.

X keeps `&amp;`, `&lt;` and `&gt;`, composes letters, trims spaces, puts a t.co address in place of
each link and adds one for the media at the end; `entities.urls` tells what they stand for. So texts
are compared twice, closely and loosely: what is only loosely the same is not ours for certain, and
not surely another's either.
"""

import contextlib
import html
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import regex

from parvis.networks.contract import Candidate, Prepared
from parvis.networks.likeness import Likeness
from parvis.networks.text import Span, find_shortened_links
from parvis.networks.x.api import url_of

# Signs stay, emoji among them; what is invisible, and punctuation, does not.
_NOT_TO_READ = regex.compile(r"[^\p{L}\p{N}\p{S}]+")
_SHORTENED = regex.compile(r"https?://t\.co/\w+", regex.IGNORECASE)
_SCHEME = regex.compile(r"https?://", regex.IGNORECASE)
_SHOWN_MEDIA = regex.compile(r"https?://(?:x|twitter)\.com/\S+/(?:photo|video)/\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as X lists it, its links expanded. `media_ids` are those of the uploads it shows.
    `parent_id` is what it answers; empty for one that answers nothing, and where X did not tell."""

    remote_id: str
    text: str
    media_ids: frozenset[str]
    has_poll: bool
    is_answer: bool
    parent_id: str
    created_at: datetime

    @classmethod
    def from_json(cls, listed: Mapping[str, Any]) -> "Post":
        """Raises KeyError, TypeError or ValueError when this is not a post."""
        attached = listed.get("attachments") or {}
        return cls(
            remote_id=str(listed["id"]),
            text=expanded(str(listed["text"]), listed.get("entities") or {}),
            media_ids=frozenset(_media_id(key) for key in attached.get("media_keys") or ()),
            has_poll=bool(attached.get("poll_ids")),
            is_answer=str(listed["conversation_id"]) != str(listed["id"]),
            parent_id=parent_of(listed),
            created_at=datetime.fromisoformat(listed["created_at"]),
        )

    def likeness(self, prepared: Prepared) -> Likeness:
        """Uploads are made for one post only, so the same media are the same post."""
        answered = prepared.body.get("reply", {}).get("in_reply_to_tweet_id", "")
        sent_media = frozenset(prepared.body.get("media", {}).get("media_ids", ()))
        if self._differs(prepared, answered, sent_media):
            return Likeness.OTHER
        is_same = (
            sent_media == self.media_ids
            if sent_media
            else closely(self.text) == closely(prepared.text)
        )
        if is_same and self.parent_id == answered:
            return Likeness.SAME
        is_alike = is_same or resembles(self.text, prepared.text)
        return Likeness.ALIKE if is_alike else Likeness.OTHER

    def _differs(self, prepared: Prepared, answered: str, sent_media: frozenset[str]) -> bool:
        """In what X never writes otherwise: what is answered, the poll, how many media."""
        return (
            self.is_answer != bool(answered)
            or (self.parent_id != "" and self.parent_id != answered)
            or self.has_poll != ("poll" in prepared.body)
            or len(sent_media) != len(self.media_ids)
        )

    def as_candidate(self, server: str, handle: str) -> Candidate:
        return Candidate(
            remote_id=self.remote_id,
            url=url_of(server, handle, self.remote_id),
            text=self.text,
            published_at=self.created_at,
            media_count=len(self.media_ids),
        )


def parent_of(listed: Mapping[str, Any]) -> str:
    """The id of what a post answers; empty when X does not tell. It tells in `referenced_posts`
    to who asks with `post.fields`, in `referenced_tweets` to who asks with the older
    `tweet.fields` (seen by third parties in 2026-09)."""
    references = listed.get("referenced_posts") or listed.get("referenced_tweets") or ()
    answered = [str(one["id"]) for one in references if one.get("type") == "replied_to"]
    return answered[0] if answered else ""


def expanded(text: str, entities: Mapping[str, Any]) -> str:
    """The text as its author wrote it, as far as X tells."""
    for url in entities.get("urls") or ():
        target = str(url.get("expanded_url") or "")
        if target:
            shown = "" if _is_media(url, target) else target
            text = text.replace(str(url["url"]), shown)
    return html.unescape(text).strip()


def closely(text: str) -> str:
    """For comparing: composed letters, single spaces, every link with a scheme. That X gives
    http:// to a link that was written without one is from memory, not confirmed."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(_with_links(composed, _with_scheme).split())


def resembles(listed: str, sent: str) -> bool:
    """Whether letters, digits and signs are the same, and the links as far as they are known."""
    if loosely(listed) != loosely(sent):
        return False
    known = sorted(_loose_link(link) for link in _links(listed) if not _SHORTENED.match(link))
    wanted = sorted(_loose_link(link) for link in _links(sent))
    return known == wanted or (len(known) < len(wanted) and _all_in(known, wanted))


def loosely(text: str) -> str:
    """Letters, digits and signs alone, without case and without the links."""
    without_links = _with_links(text, lambda link: " ")
    return _NOT_TO_READ.sub("", unicodedata.normalize("NFKC", without_links)).casefold()


def _with_links(text: str, change: Any) -> str:
    for span in sorted(find_shortened_links(text), key=_start, reverse=True):
        text = text[: span.start] + change(text[span.start : span.end]) + text[span.end :]
    return text


def _start(span: Span) -> int:
    return span.start


def _with_scheme(link: str) -> str:
    return link if _SCHEME.match(link) else f"http://{link}"


def _links(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_shortened_links(text)]


def _loose_link(link: str) -> str:
    """Host and path in letters and digits: X may write a host, a path or an accent otherwise."""
    parts = urlsplit(_with_scheme(link))
    host = parts.netloc.lower().removeprefix("www.")
    with contextlib.suppress(UnicodeError):
        host = host.encode("ascii").decode("idna")
    rest = unquote(f"{parts.path} {parts.query} {parts.fragment}")
    return _NOT_TO_READ.sub("", unicodedata.normalize("NFKC", host + rest)).casefold()


def _all_in(few: Iterable[str], many: Iterable[str]) -> bool:
    rest = list(many)
    for one in few:
        if one not in rest:
            return False
        rest.remove(one)
    return True


def _is_media(url: Mapping[str, Any], target: str) -> bool:
    return bool(url.get("media_key")) or _SHOWN_MEDIA.fullmatch(target) is not None


def _media_id(key: str) -> str:
    """A media key is the kind and the id, 7_1757063824702574592 (seen at third parties)."""
    return str(key).rpartition("_")[2]
