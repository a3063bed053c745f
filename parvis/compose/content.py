"""What a person has composed, as plain data: what doors hand in and what a version keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from parvis.compose.models import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedMedia:
    media_id: int
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`said` holds the chosen accounts by id; None where an account says the shared text.

    `planned_at` is the moment it is meant to go out; None while no time is chosen.
    """

    text: str = ""
    language: str = ""
    content_warning: str = ""
    visibility: str = ""
    media: tuple[UsedMedia, ...] = ()
    said: Mapping[int, str | None] = field(default_factory=dict)
    planned_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        return not (self.text.strip() or self.content_warning.strip() or self.media) and not any(
            text and text.strip() for text in self.said.values()
        )

    def says_the_same_as(self, other: "Content") -> bool:
        """Whatever the time."""
        return replace(self, planned_at=None) == replace(other, planned_at=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "language": self.language,
            "content_warning": self.content_warning,
            "visibility": self.visibility,
            "media": [{"media_id": used.media_id, "alt": used.alt} for used in self.media],
            "said": {str(account_id): text for account_id, text in self.said.items()},
            "planned_at": self.planned_at and self.planned_at.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Content":
        return cls(
            text=stored["text"],
            language=stored["language"],
            content_warning=stored["content_warning"],
            visibility=stored["visibility"],
            media=tuple(UsedMedia(**used) for used in stored["media"]),
            said={int(account_id): text for account_id, text in stored["said"].items()},
            planned_at=_moment(stored.get("planned_at")),
        )


def content_of(post: Post) -> Content:
    return Content(
        text=post.text,
        language=post.language,
        content_warning=post.content_warning,
        visibility=post.visibility,
        media=tuple(
            UsedMedia(media_id=used.media_id, alt=used.alt) for used in post.used_media.all()
        ),
        said={variant.account_id: variant.text for variant in post.variants.all()},
        planned_at=post.planned_at,
    )


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
