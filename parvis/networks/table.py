"""docs/networks.md: what each network can do here, and what not.

    python -m parvis.networks.table > docs/networks.md

The tables are read from the modules; what they do not tell is written down in notes.toml.
"""

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, cast

from parvis.networks.contract import (
    NeedsDeveloperApp,
    Network,
    SignsInWithOAuth,
    Way,
)
from parvis.networks.measures import Metric
from parvis.networks.prices import POST, POST_WITH_LINK, Price, price_of
from parvis.networks.registry import networks
from parvis.networks.traits import Counting, Following, Format, ReplySetting, Traits, Visibility

_INTRODUCTION = """\
# What each network can do here

What is not in these tables is not done: a post that a network cannot carry is refused while it is
written, with the reason, and never cut or altered. Where a network states its own limits they are
read from it, and may differ from what stands here.

This page is written by `python -m parvis.networks.table`, from what the program itself goes by."""

_UNITS: Mapping[Counting, str] = {
    Counting.GRAPHEMES: "characters as a reader sees them",
    Counting.WEIGHTED: "units of weight",
    Counting.EMOJI_BYTES: "characters, an emoji by its bytes",
    Counting.CODE_POINTS: "code points",
    Counting.UTF16: "UTF-16 units (most emoji are 2)",
}
_VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "followers",
    Visibility.MENTIONED: "who is mentioned",
    Visibility.CONNECTIONS: "connections",
}
_REPLY_SETTINGS: Mapping[ReplySetting, str] = {
    ReplySetting.EVERYONE: "everyone",
    ReplySetting.FOLLOWED: "whom I follow",
    ReplySetting.FOLLOWERS: "followers",
    ReplySetting.MENTIONED: "who is mentioned",
    ReplySetting.SUBSCRIBERS: "subscribers",
    ReplySetting.VERIFIED: "verified accounts",
    ReplySetting.NOBODY: "nobody",
}
_FOLLOWING: Mapping[Following, str] = {
    Following.REPLIES: "threads, first comment",
    Following.COMMENT: "first comment",
    Following.NOTHING: "–",
}
_NO = "–"
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """One network's part of notes.toml."""

    look_up: str
    look_up_words: str
    figures: tuple[Metric, ...]
    replies: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    network: Network
    noted: _Noted

    @property
    def traits(self) -> Traits:
        return self.network.usual_traits


_Row = tuple[str, Callable[[_Described], str]]


def render() -> str:
    described = [
        _Described(network=network, noted=noted)
        for network, noted in zip(networks().values(), _notes(), strict=True)
    ]
    sections = [_table(title, rows, described) for title, rows in _TABLES.items()]
    return "\n\n".join([_INTRODUCTION, *sections, *map(_chapter, described)]) + "\n"


def _notes() -> Iterator[_Noted]:
    written = tomllib.loads(files("parvis.networks").joinpath("notes.toml").read_text("utf-8"))
    for name in networks():
        noted: Mapping[str, Any] = written[name]
        yield _Noted(
            look_up=noted["look_up"],
            look_up_words=noted["look_up_words"],
            figures=tuple(Metric(figure) for figure in noted["figures"]),
            replies=noted["replies"],
            notes=tuple(noted["notes"]),
        )


def _table(title: str, rows: Sequence[_Row], described: Sequence[_Described]) -> str:
    lines = [
        ["", *(one.network.label for one in described)],
        ["---"] * (len(described) + 1),
        *([name, *(tell(one) for one in described)] for name, tell in rows),
    ]
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _chapter(one: _Described) -> str:
    """How an account is connected, and what the tables cannot hold."""
    lines = (
        *_connecting(one.network),
        f"Looking a post up: {one.noted.look_up}.",
        f"Figures: {', '.join(one.noted.figures)}.",
        *one.noted.notes,
    )
    return f"## {one.network.label}\n\n" + "\n".join(f"- {line}" for line in lines)


def _connecting(network: Network) -> Iterator[str]:
    for app in _apps(network):
        yield f"Developer app “{app.label}”, registered by the owner at <{app.page}>."
    for way in _ways(network):
        scopes = " ".join(f"`{scope}`" for scope in way.scopes)
        yield f"Permissions asked for{_named(way)}: {scopes}."


def _named(way: Way) -> str:
    return f" ({way.name.replace('-', ' ')})" if way.name else ""


def _ways(network: Network) -> Sequence[Way]:
    return cast(SignsInWithOAuth, network).ways if hasattr(network, "ways") else ()


def _apps(network: Network) -> Sequence[Any]:
    if not hasattr(network, "developer_apps"):
        return ()
    return cast(NeedsDeveloperApp, network).developer_apps


def _text(one: _Described) -> str:
    limit = f"{one.traits.text_limit:,} {_UNITS[one.traits.counting]}"
    in_bytes = one.traits.text_bytes_limit
    return f"{limit}, and {in_bytes:,} bytes" if in_bytes else limit


def _link(one: _Described) -> str:
    weight = one.traits.url_weight
    return "its length" if weight is None else str(weight)


def _tags(one: _Described) -> str:
    limits = (
        ("hashtag", one.traits.hashtag_limit),
        ("mention", one.traits.mention_limit),
        ("cashtag", one.traits.cashtag_limit),
        ("different link", one.traits.link_limit),
    )
    told = [_many(limit, what) for what, limit in limits if limit is not None]
    if one.traits.hashtags_advised is not None:
        told.append(f"{_many(one.traits.hashtags_advised, 'hashtag')} advised")
    return ", ".join(told) or _NO


def _images(one: _Described) -> str:
    if not one.traits.image_limit:
        return _NO
    return f"{one.traits.image_limit} of {_size(one.traits.image_bytes_limit)}"


def _image_types(one: _Described) -> str:
    return _kinds(one.traits.image_types)


def _shape(one: _Described) -> str:
    narrowest, widest = one.traits.image_narrowest, one.traits.image_widest
    if narrowest is None or widest is None:
        return "any"
    return f"{narrowest:g} to {widest:g} (width by height)"


def _animation(one: _Described) -> str:
    limit, traits = one.traits.animation_bytes_limit, one.traits
    if limit is None:
        return "as an image" if "image/gif" in traits.image_types else _NO
    if not limit:
        return _NO
    return f"1 of {_size(limit)}" if traits.animation_alone else f"of {_size(limit)}"


def _video(one: _Described) -> str:
    video = one.traits.video
    return _NO if video is None else f"{video.limit} of {_size(video.bytes_limit)}"


def _video_types(one: _Described) -> str:
    return _NO if one.traits.video is None else _kinds(one.traits.video.types)


def _video_pixels(one: _Described) -> str:
    video = one.traits.video
    if video is None:
        return _NO
    return "any" if video.pixels_limit is None else f"{video.pixels_limit / 1e6:.1f} megapixels"


def _video_length(one: _Described) -> str:
    video = one.traits.video
    if video is None:
        return _NO
    shortest = f"{_duration(video.shortest_seconds)} to " if video.shortest_seconds else "up to "
    return shortest + _duration(video.longest_seconds)


def _mixed(one: _Described) -> str:
    return _yes(one.traits.video is not None and one.traits.video.beside_images)


def _alt(one: _Described) -> str:
    video = one.traits.video.alt_limit if one.traits.video else 0
    told = [f"images {one.traits.alt_limit:,}"] if one.traits.alt_limit else []
    return ", ".join(told + ([f"videos {video:,}"] if video else [])) or _NO


def _arriving(one: _Described) -> str:
    return "fetched from a public address" if one.traits.fetches_media else "uploaded"


def _poll(one: _Described) -> str:
    poll = one.traits.poll
    if poll is None:
        return _NO
    lasting = (
        ", ".join(_minutes(minutes) for minutes in poll.minutes)
        or f"{_minutes(poll.shortest_minutes)} to {_minutes(poll.longest_minutes)}"
    )
    several = ", several choices" if poll.has_multiple_choice else ""
    return f"2 to {poll.most_options} options of {poll.option_limit}{several}, for {lasting}"


def _formats(one: _Described) -> str:
    return ", ".join(_FORMATS[format_] for format_ in one.traits.formats)


_FORMATS: Mapping[Format, str] = {
    Format.POST: "post",
    Format.REEL: "reel",
    Format.STORY: "story",
}


def _following(one: _Described) -> str:
    limit = one.traits.comment_limit
    return _FOLLOWING[one.traits.following] + (f" of {limit:,}" if limit else "")


def _visibility(one: _Described) -> str:
    chosen = (_VISIBILITIES[each] for each in one.traits.visibilities or (Visibility.PUBLIC,))
    return ", ".join(chosen)


def _reply_settings(one: _Described) -> str:
    return ", ".join(_REPLY_SETTINGS[each] for each in one.traits.reply_settings) or _NO


def _repeating(one: _Described) -> str:
    seconds = one.traits.native_key_seconds
    if seconds is None:
        return "one post, always"
    return f"one post, within {_duration(seconds)}" if seconds else "another post"


def _app(one: _Described) -> str:
    if apps := _apps(one.network):
        return " or ".join(app.label for app in apps)
    registers_itself = hasattr(one.network, "register_app")
    return "none: registers itself" if registers_itself else "none: app password"


def _price(what: str) -> Callable[[_Described], str]:
    def tell(one: _Described) -> str:
        price: Price | None = price_of(one.network.name, what, date.max)
        return "free" if price is None else f"{price.amount:.3f} {price.currency}"

    return tell


def _yes(is_so: bool) -> str:
    return "yes" if is_so else _NO


def _size(limit: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("GB", 10**9), ("MB", 10**6)):
        if limit >= size and limit % size == 0:
            return f"{limit // size} {unit}"
    return f"{limit:,} bytes"


def _kinds(types: Sequence[str]) -> str:
    return ", ".join(_KINDS.get(each, each) for each in types)


_KINDS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
    "video/mpeg": "MPEG",
}


def _minutes(minutes: int) -> str:
    return _duration(minutes * 60)


def _duration(seconds: float) -> str:
    if seconds >= _DAY:
        days = f"{seconds / _DAY:.3g}"
        return "1 day" if days == "1" else f"{days} days"
    for unit, length in (("h", 3_600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


_TABLES: Mapping[str, Sequence[_Row]] = {
    "Text": (
        ("Text", _text),
        ("A link counts", _link),
        ("Tags, and links of one text", _tags),
        ("Text without media", lambda one: _yes(one.traits.posts_text_alone)),
    ),
    "Pictures and videos": (
        ("Images", _images),
        ("Kinds of images", _image_types),
        ("Shape of images", _shape),
        ("Moving GIF", _animation),
        ("Videos", _video),
        ("Kinds of videos", _video_types),
        ("Length of a video", _video_length),
        ("Frame of a video", _video_pixels),
        ("Images and videos together", _mixed),
        ("Descriptions", _alt),
        ("How media arrive", _arriving),
    ),
    "What can be chosen": (
        ("Poll", _poll),
        ("Formats", _formats),
        ("What may follow", _following),
        ("Who sees it", _visibility),
        ("Content warning", lambda one: _yes(one.traits.has_content_warning)),
        ("Who may answer", _reply_settings),
    ),
    "Before and after": (
        ("Developer app", _app),
        ("Price of a post", _price(POST)),
        ("Price of a post with a link", _price(POST_WITH_LINK)),
        ("The same request twice", _repeating),
        ("Looking a post up", lambda one: one.noted.look_up_words),
        ("Figures", lambda one: str(len(one.noted.figures))),
        ("Replies", lambda one: one.noted.replies),
        ("Deleting", lambda one: _yes(one.traits.deletes)),
    ),
}


if __name__ == "__main__":
    sys.stdout.write(render())
