"""What one account is to say, as plain data: a part is one post on the network."""

from dataclasses import dataclass, field
from pathlib import Path

from parvis.networks.traits import Format, ReplySetting, Visibility

GIF = "image/gif"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A picture or a video on our disk.

    `public_url` is where a network that fetches media finds it for the next hours; empty for the
    others. It opens the file to whoever knows it, so it stays out of a `repr`. `seconds` is a
    video's length; None for a picture.
    """

    path: Path
    media_type: str
    size: int
    width: int
    height: int
    alt: str
    seconds: float | None = None
    is_animated: bool = False
    public_url: str = field(default="", repr=False)

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    options: tuple[str, ...]
    minutes: int
    multiple_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post on the network. A thread is a list of them, each answering the one before.

    `is_comment` marks a first comment. Poll, reply setting and format belong to the first part.
    """

    text: str
    media: tuple[MediaFile, ...] = ()
    language: str = ""
    content_warning: str = ""
    visibility: Visibility | None = None
    poll: Poll | None = None
    reply_setting: ReplySetting | None = None
    format: Format = Format.POST
    is_comment: bool = False

    @property
    def images(self) -> tuple[MediaFile, ...]:
        return tuple(one for one in self.media if not one.is_video)

    @property
    def videos(self) -> tuple[MediaFile, ...]:
        return tuple(one for one in self.media if one.is_video)


def split_question(text: str) -> tuple[str, str]:
    """The first line, which is a poll's question where the network shows that by itself, and what
    else is said."""
    question, _, rest = text.strip().partition("\n")
    return question.strip(), rest.strip()
