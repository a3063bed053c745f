"""Telling whether a post or a comment that LinkedIn lists is the one that was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import Prepared
from parvis.networks.likeness import Likeness, closely
from parvis.networks.linkedin.little import from_little


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`text` is as a person typed it; `media` are the URNs of the files that it shows."""

    urn: str
    author: str
    text: str
    question: str
    media: frozenset[str]
    written_at: datetime
    changed_at: datetime

    @classmethod
    def from_post(cls, listed: Mapping[str, Any]) -> "Listed":
        """Raises KeyError, TypeError or ValueError when this is not a post."""
        content = listed.get("content") or {}
        written_at = _moment(listed.get("publishedAt") or listed["createdAt"])
        changed = listed.get("lastModifiedAt")
        return cls(
            urn=str(listed["id"]),
            author=str(listed["author"]),
            text=from_little(str(listed.get("commentary") or "")),
            question=_question(content),
            media=_media(content),
            written_at=written_at,
            changed_at=_moment(changed) if changed else written_at,
        )

    @classmethod
    def from_comment(cls, listed: Mapping[str, Any]) -> "Listed":
        """Raises KeyError, TypeError or ValueError when this is not a comment."""
        written_at = _moment(listed["created"]["time"])
        return cls(
            urn=urn_of_comment(listed),
            author=str(listed["actor"]),
            text=str(listed["message"]["text"]),
            question="",
            media=frozenset(),
            written_at=written_at,
            changed_at=written_at,
        )

    def likeness(self, prepared: Prepared) -> Likeness:
        """Uploads are made for one post only, so the same media are the same post. The same text
        with others is in doubt: whether LinkedIn keeps the names of uploads is not told."""
        content = prepared.body.get("content", {})
        sent_media = _media(content)
        reads_the_same = closely(self.text) == closely(_text_of(prepared)) and closely(
            self.question
        ) == closely(_question(content))
        if sent_media and sent_media == self.media:
            return Likeness.SAME
        if not reads_the_same or bool(sent_media) != bool(self.media):
            return Likeness.OTHER
        return Likeness.ALIKE if sent_media else Likeness.SAME


def urn_of_comment(listed: Mapping[str, Any]) -> str:
    """The documents' examples name it `commentUrn`, and in listings also `$URN`."""
    return str(listed.get("commentUrn") or listed["$URN"])


def _text_of(prepared: Prepared) -> str:
    if "commentary" in prepared.body:
        return from_little(prepared.body["commentary"])
    return str(prepared.body["message"]["text"])


def _question(content: Mapping[str, Any]) -> str:
    return str((content.get("poll") or {}).get("question") or "")


def _media(content: Mapping[str, Any]) -> frozenset[str]:
    files = (content.get("multiImage") or {}).get("images") or [content.get("media") or {}]
    return frozenset(str(file["id"]) for file in files if file.get("id"))


def _moment(milliseconds: Any) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
