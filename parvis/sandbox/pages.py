"""What a visitor sees of a network: its timeline, a single post, and the images in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from parvis.sandbox.audience import Counts
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Route, SandboxNetwork
from parvis.sandbox.records import Media, Person, Post

POSTS_SHOWN = 60
DEPTH = 6
_STYLE = "/_sandbox/sandbox.css"
_MEDIA = "/_sandbox/media/{id}"
# A page of the sandbox runs no script and speaks to nobody.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    text: str
    votes: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """A post as the templates draw it. Each of `answers` is a thread, drawn indented below it."""

    post: Post
    author: Person
    link: str
    text: Markup
    warning: str
    media: tuple[Media, ...]
    poll: tuple[PollOption, ...]
    counts: Counts
    answers: "tuple[tuple[ShownPost, ...], ...]" = ()


def routes(network: SandboxNetwork) -> Iterable[Route]:
    """The pages that every network has."""

    async def timeline(_request: web.Request) -> web.Response:
        tops = [post for post in network.shelf.posts.newest() if not post.parent_id]
        threads = [shown_thread(network, post) for post in tops[:POSTS_SHOWN]]
        return render("timeline.html", network, threads=threads)

    async def single(request: web.Request) -> web.Response:
        post = network.post_at(request)
        if post is None:
            return render("gone.html", network, status=404)
        above = [_shown(network, each, ()) for each in _above(network, post)]
        thread = (*above, *shown_thread(network, post))
        return render("post.html", network, author=network.person(post.author_id), thread=thread)

    async def media(request: web.Request) -> web.Response:
        return media_answer(network, request.match_info["id"])

    async def style(_request: web.Request) -> web.Response:
        return style_answer()

    yield Route("GET", "/", timeline, Purpose.PAGE)
    yield Route("GET", network.permalink_path, single, Purpose.PAGE)
    yield Route("GET", _MEDIA, media, Purpose.PAGE)
    yield Route("GET", _STYLE, style, Purpose.PAGE)


def media_url(network: SandboxNetwork, media: Media) -> str:
    """Where anybody can fetch it, for networks whose API answers such an address."""
    return network.origin + _MEDIA.format(id=media.id)


def shown_thread(
    network: SandboxNetwork, first: Post, *, depth: int = DEPTH
) -> tuple[ShownPost, ...]:
    """The post and what its author went on with, each with the answers of others (and with
    answers to those, `depth` deep)."""
    thread: list[ShownPost] = []
    post: Post | None = first
    while post is not None:
        below = network.shelf.posts.answers_to(post.id)
        going_on = next((each for each in below if each.author_id == first.author_id), None)
        others = [each for each in below if each is not going_on] if depth else []
        answers = tuple(shown_thread(network, each, depth=depth - 1) for each in others)
        thread.append(_shown(network, post, answers))
        post = going_on
    return tuple(thread)


def _shown(
    network: SandboxNetwork, post: Post, answers: tuple[tuple[ShownPost, ...], ...]
) -> ShownPost:
    return ShownPost(
        post=post,
        author=network.person(post.author_id),
        link=network.permalink(post),
        text=network.marked_text(post),
        warning=str(post.extra.get("warning", "")),
        media=tuple(m for key in post.media_ids if (m := network.shelf.media.get(key))),
        poll=_poll(network, post),
        counts=network.counts(post),
        answers=answers,
    )


def render(
    template: str, network: SandboxNetwork | None, *, status: int = 200, **facts: Any
) -> web.Response:
    page = _environment().get_template(template).render(network=network, style=_STYLE, **facts)
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)


def style_answer() -> web.Response:
    loader = _environment().loader
    assert loader is not None
    source, _, _ = loader.get_source(_environment(), "sandbox.css")
    return web.Response(text=source, content_type="text/css")


def media_answer(network: SandboxNetwork, media_id: str) -> web.Response:
    media = network.shelf.media.get(media_id)
    if media is None or not media.sha256:
        return web.Response(status=404, text="No such media.")
    return web.Response(
        body=network.shelf.blobs.read(media.sha256),
        content_type=media.media_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )


def _above(network: SandboxNetwork, post: Post) -> list[Post]:
    above: list[Post] = []
    parent = network.shelf.posts.living(post.parent_id)
    while parent is not None and parent not in above:
        above.insert(0, parent)
        parent = network.shelf.posts.living(parent.parent_id)
    return above


def _poll(network: SandboxNetwork, post: Post) -> tuple[PollOption, ...]:
    options = list(post.extra.get("poll", {}).get("options", ()))
    votes = network.votes(post, len(options))
    total = sum(votes) or 1
    return tuple(
        PollOption(text=option, votes=count, percent=round(100 * count / total))
        for option, count in zip(options, votes, strict=True)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("parvis.sandbox"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"moment": _moment, "counted": _counted}
    return environment


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
