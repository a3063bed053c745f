"""What a person has composed, as plain data: what doors hand in and what a version keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from parvis.compose.lateness import USUAL, LatenessOutOfRange, is_in_range
from parvis.compose.models import Post, Variant
from parvis.networks.part import Poll


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedMedia:
    """`part` is the text that it stands with, counted from 0."""

    media_id: int
    alt: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one account does in its own way: `text` is None where it says the shared text, and the
    rest is empty where the account does as it usually does."""

    text: str | None = None
    visibility: str = ""
    reply_setting: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`said` holds the chosen accounts by id. `thread` is what follows the first text; `splits`
    lets a text that is too long for an account go on there as a thread.

    `planned_at` is the moment it is meant to go out; None while no time is chosen. For
    `lateness_allowed` seconds after it, it may still go out by itself; LatenessOutOfRange where
    that is less than a minute or more than 30 days.

    `tags` are names, in their order. `utm` is added to the links over what the campaign adds.
    Below the text goes the account's signature, where it has one, unless `signs` is False.
    """

    text: str = ""
    thread: tuple[str, ...] = ()
    first_comment: str = ""
    splits: bool = False
    poll: Poll | None = None
    language: str = ""
    content_warning: str = ""
    visibility: str = ""
    media: tuple[UsedMedia, ...] = ()
    said: Mapping[int, Said] = field(default_factory=dict)
    planned_at: datetime | None = None
    lateness_allowed: int = USUAL
    campaign_id: int | None = None
    tags: tuple[str, ...] = ()
    utm: Mapping[str, str] = field(default_factory=dict)
    signs: bool = True

    def __post_init__(self) -> None:
        if not is_in_range(self.lateness_allowed):
            raise LatenessOutOfRange(self.lateness_allowed)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that was typed to be read, in order."""
        own = tuple(said.text for said in self.said.values() if said.text is not None)
        options = self.poll.options if self.poll else ()
        written = (self.text, *self.thread, self.first_comment, self.content_warning)
        return (*written, *options, *own)

    @property
    def is_blank(self) -> bool:
        return not self.media and not any(text.strip() for text in self.texts)

    def says_the_same_as(self, other: "Content") -> bool:
        """Whatever the time."""
        return replace(self, planned_at=None) == replace(other, planned_at=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "thread": list(self.thread),
            "first_comment": self.first_comment,
            "splits": self.splits,
            "poll": poll_to_json(self.poll),
            "language": self.language,
            "content_warning": self.content_warning,
            "visibility": self.visibility,
            "media": [asdict(used) for used in self.media],
            "said": {str(account_id): asdict(said) for account_id, said in self.said.items()},
            "planned_at": self.planned_at and self.planned_at.isoformat(),
            "lateness_allowed": self.lateness_allowed,
            "campaign": self.campaign_id,
            "tags": list(self.tags),
            "utm": dict(self.utm),
            "signs": self.signs,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Content":
        """Also what was stored before threads and polls, when `said` held a text or None."""
        return cls(
            text=stored["text"],
            thread=tuple(stored.get("thread", ())),
            first_comment=stored.get("first_comment", ""),
            splits=stored.get("splits", False),
            poll=poll_from_json(stored.get("poll")),
            language=stored["language"],
            content_warning=stored["content_warning"],
            visibility=stored["visibility"],
            media=tuple(UsedMedia(**used) for used in stored["media"]),
            said={int(account_id): _said(said) for account_id, said in stored["said"].items()},
            planned_at=_moment(stored.get("planned_at")),
            lateness_allowed=stored.get("lateness_allowed", USUAL),
            campaign_id=stored.get("campaign"),
            tags=tuple(stored.get("tags", ())),
            utm=stored.get("utm", {}),
            signs=stored.get("signs", True),
        )


def content_of(post: Post) -> Content:
    return Content(
        text=post.text,
        thread=tuple(post.thread),
        first_comment=post.first_comment,
        splits=post.splits,
        poll=poll_from_json(post.poll),
        language=post.language,
        content_warning=post.content_warning,
        visibility=post.visibility,
        media=tuple(
            UsedMedia(media_id=used.media_id, alt=used.alt, part=used.part)
            for used in post.used_media.all()
        ),
        said={variant.account_id: said_of(variant) for variant in post.variants.all()},
        planned_at=post.planned_at,
        lateness_allowed=post.lateness_allowed,
        campaign_id=post.campaign_id,
        tags=ordered_tags(tag.name for tag in post.tags.all()),
        utm=post.utm,
        signs=post.signs,
    )


def ordered_tags(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, whatever its capitals, as the alphabet has them."""
    once = {name.casefold(): name for name in reversed([*names])}
    return tuple(once[folded] for folded in sorted(once))


def said_of(variant: Variant) -> Said:
    return Said(
        text=variant.text,
        visibility=variant.visibility,
        reply_setting=variant.reply_setting,
        format=variant.format,
    )


def poll_to_json(poll: Poll | None) -> dict[str, Any] | None:
    return None if poll is None else {**asdict(poll), "options": list(poll.options)}


def poll_from_json(stored: Mapping[str, Any] | None) -> Poll | None:
    return None if stored is None else Poll(**{**stored, "options": tuple(stored["options"])})


def _said(stored: Mapping[str, Any] | str | None) -> Said:
    return Said(**stored) if isinstance(stored, Mapping) else Said(text=stored)


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
