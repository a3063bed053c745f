"""Posts, people and media as X's API shows them."""

import hashlib
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import regex

from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.records import Json, Media, Person, Post
from parvis.sandbox.x import problems
from parvis.sandbox.x.fields import Fields
from parvis.sandbox.x.weights import links

PRIVATE_DAYS = timedelta(days=30)
_ALWAYS = frozenset({"id", "text"})
_REFERENCES = frozenset({"referenced_posts", "referenced_tweets", "referenced_tweets.id"})
_PRIVATE = ("non_public_metrics", "organic_metrics")
_MENTION = regex.compile(r"(?<![\w@])@(\w{1,15})")
_HASHTAG = regex.compile(r"(?<![\w&#])[#＃](\w*\p{L}\w*)")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KINDS = {"photo": ("3", "photo"), "video": ("7", "video"), "animated_gif": ("16", "photo")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A text with its links shortened, and what stands where."""

    text: str
    entities: Json


class Showing:
    """`viewer` is who asks: what is the author's own is shown to nobody else. `retired` is a
    figure that X no longer knows."""

    def __init__(
        self, network: SandboxNetwork, fields: Fields, viewer: str, retired: str = ""
    ) -> None:
        self._network = network
        self._fields = fields
        self._viewer = viewer
        self._retired = retired

    def answer(self, posts: Sequence[Post], errors: Iterable[Json] = ()) -> Json:
        """`data` is left out when nothing can be shown, as X does."""
        refused = list(errors)
        shown: list[Json] = []
        for post in posts:
            if (field := self._withheld(post)) is not None:
                refused.append(problems.withheld_field(field, post.id))
            else:
                shown.append(self.post(post))
        told: Json = {"data": shown} if shown else {}
        if (includes := self._includes(posts)) and shown:
            told["includes"] = includes
        return told | ({"errors": refused} if refused else {})

    def post(self, post: Post) -> Json:
        words = self._fields.words
        wanted = self._fields.post | _ALWAYS | self._told_by_expansions()
        shown = shown_text(self._network, post)
        parent = self._network.shelf.posts.get(post.parent_id)
        facts: Json = {
            "id": post.id,
            "text": shown.text,
            "author_id": post.author_id,
            "conversation_id": post.root_id or post.id,
            "created_at": moment(post.created_at),
            "entities": shown.entities,
            "attachments": self._attachments(post),
            "lang": "und",
            "reply_settings": post.extra.get("reply_settings", "everyone"),
            "possibly_sensitive": False,
            "in_reply_to_user_id": parent.author_id if parent else None,
            words.references: (
                [{"type": "replied_to", "id": post.parent_id}] if post.parent_id else None
            ),
            "public_metrics": self._public(post),
            "non_public_metrics": self._private(post),
            "organic_metrics": self._public(post) | self._private(post),
        }
        empty: tuple[object, ...] = (None, {}, [])
        found = {n: facts[n] for n in facts if n in wanted and facts[n] not in empty}
        return found | {words.history: [post.id]}

    def _told_by_expansions(self) -> frozenset[str]:
        asked = self._fields.expansions
        told = asked & {"author_id", "in_reply_to_user_id"}
        if asked & {"attachments.media_keys", "attachments.poll_ids"}:
            told |= {"attachments"}
        if asked & _REFERENCES:
            told |= {self._fields.words.references}
        return told

    def user(self, person: Person) -> Json:
        facts: Json = {
            "created_at": "2014-03-01T09:00:00.000Z",
            "description": "",
            "protected": False,
            "verified": False,
            "verified_type": "none",
            "subscription_type": "None",
            "public_metrics": {"followers_count": 0, "following_count": 0, "tweet_count": 0},
        }
        asked = {name: facts[name] for name in facts if name in self._fields.user}
        return {"id": person.id, "name": person.name, "username": person.handle} | asked

    def _attachments(self, post: Post) -> Json:
        attached: Json = {}
        if post.media_ids:
            attached["media_keys"] = [media_key(media) for media in media_of(self._network, post)]
        if "poll" in post.extra:
            attached["poll_ids"] = [poll_id(post)]
        return attached

    def _withheld(self, post: Post) -> str | None:
        age = self._network.clock.now() - post.created_at
        if post.author_id == self._viewer and age < PRIVATE_DAYS:
            return None
        return next((field for field in _PRIVATE if field in self._fields.post), None)

    def _public(self, post: Post) -> Json:
        counts = self._network.counts(post)
        figures = {
            self._fields.words.reposts: counts.reposts,
            "reply_count": counts.replies,
            "like_count": counts.likes,
            "quote_count": counts.quotes,
            "bookmark_count": counts.bookmarks,
            "impression_count": counts.views,
        }
        return self._without_retired(figures)

    def _private(self, post: Post) -> Json:
        counts = self._network.counts(post)
        clicks = counts.clicks if links(post.text) else 0
        figures = {
            "impression_count": counts.views,
            "url_link_clicks": clicks,
            "user_profile_clicks": counts.profile_clicks,
            "engagements": counts.likes + counts.reposts + counts.profile_clicks + clicks,
        }
        return self._without_retired(figures)

    def _without_retired(self, figures: Json) -> Json:
        return {name: figures[name] for name in figures if name != self._retired}

    def _includes(self, posts: Sequence[Post]) -> Json:
        asked, includes = self._fields.expansions, {}
        if "author_id" in asked:
            people = dict.fromkeys(post.author_id for post in posts)
            includes["users"] = [self.user(self._network.person(one)) for one in people]
        if "attachments.media_keys" in asked:
            shown = [self._media(m) for post in posts for m in media_of(self._network, post)]
            includes |= {"media": shown} if shown else {}
        if asked & _REFERENCES:
            parents = [self._network.shelf.posts.living(post.parent_id) for post in posts]
            shown_parents = [self.post(parent) for parent in parents if parent]
            includes |= {self._fields.words.included: shown_parents} if shown_parents else {}
        if "attachments.poll_ids" in asked:
            polls = [self._poll(post) for post in posts if "poll" in post.extra]
            includes |= {"polls": polls} if polls else {}
        return includes

    def _media(self, media: Media) -> Json:
        kind = str(media.extra["kind"])
        facts: Json = {
            "alt_text": media.alt or None,
            "width": media.extra.get("width"),
            "height": media.extra.get("height"),
            "url": f"{self._network.origin}/_sandbox/media/{media.id}" if kind == "photo" else None,
            "duration_ms": media.extra.get("duration_ms"),
            "public_metrics": self._views(media) if kind == "video" else None,
        }
        asked = {n: facts[n] for n in facts if n in self._fields.media and facts[n] is not None}
        return {"media_key": media_key(media), "type": kind} | asked

    def _views(self, media: Media) -> Json:
        shown = [p for p in self._network.shelf.posts.by(media.owner_id) if media.id in p.media_ids]
        return {"view_count": sum(self._network.counts(post).views // 2 for post in shown)}

    def _poll(self, post: Post) -> Json:
        poll = post.extra["poll"]
        votes = self._network.votes(post, len(poll["options"]))
        is_open = datetime.fromisoformat(poll["ends_at"]) > self._network.clock.now()
        return {
            "id": poll_id(post),
            "options": [
                {"position": place, "label": label, "votes": count}
                for place, (label, count) in enumerate(
                    zip(poll["options"], votes, strict=True), start=1
                )
            ],
            "duration_minutes": poll["minutes"],
            "end_datetime": moment(datetime.fromisoformat(poll["ends_at"])),
            "voting_status": "open" if is_open else "closed",
        }


def shown_text(network: SandboxNetwork, post: Post) -> Shown:
    """What the author wrote with every link behind t.co, &, < and > as entities, and a link to the
    media at the end."""
    pieces: list[str] = []
    urls: list[Json] = []
    place = length = 0
    for number, link in enumerate(links(post.text)):
        before = html.escape(post.text[place : link.start], quote=False)
        short = _short(post, number)
        pieces += [before, short]
        urls.append(_url(length + len(before), short, link.url))
        length += len(before) + len(short)
        place = link.end
    pieces.append(html.escape(post.text[place:], quote=False))
    text = "".join(pieces)
    for media in media_of(network, post)[:1]:
        text, url = _with_media(network, text, post, media)
        urls.append(url)
    return Shown(text, _entities(network, text, urls))


def _with_media(network: SandboxNetwork, text: str, post: Post, media: Media) -> tuple[str, Json]:
    short = _short(post, 1000)
    start = len(text) + 1 if text else 0
    author = network.person(post.author_id)
    page = _KINDS[str(media.extra["kind"])][1]
    target = f"https://x.com/{author.handle}/status/{post.id}/{page}/1"
    url = _url(start, short, target) | {
        "display_url": f"pic.x.com/{short[-10:]}",
        "media_key": media_key(media),
    }
    return f"{text} {short}" if text else short, url


def _url(start: int, short: str, target: str) -> Json:
    whole = target if target.lower().startswith(("http://", "https://")) else f"http://{target}"
    shown = whole.split("://", 1)[1].removeprefix("www.")
    return {
        "start": start,
        "end": start + len(short),
        "url": short,
        "expanded_url": whole,
        "display_url": shown if len(shown) <= 28 else shown[:27] + "…",
    }


def _entities(network: SandboxNetwork, text: str, urls: list[Json]) -> Json:
    mentions = [
        {"start": found.start(), "end": found.end(), "username": found[1]} | _id_of(network, found)
        for found in _MENTION.finditer(text)
    ]
    hashtags = [
        {"start": found.start(), "end": found.end(), "tag": found[1]}
        for found in _HASHTAG.finditer(text)
    ]
    listed = {"urls": urls, "mentions": mentions, "hashtags": hashtags}
    return {name: listed[name] for name in listed if listed[name]}


def _id_of(network: SandboxNetwork, found: "regex.Match[str]") -> Json:
    person = network.person_named(found[1])
    return {"id": person.id} if person else {}


def _short(post: Post, number: int) -> str:
    digest = hashlib.sha256(f"{post.id}/{number}".encode()).digest()
    return "https://t.co/" + "".join(_BASE62[byte % 62] for byte in digest[:10])


def media_of(network: SandboxNetwork, post: Post) -> list[Media]:
    found = [network.shelf.media.get(key) for key in post.media_ids]
    return [media for media in found if media is not None]


def media_key(media: Media) -> str:
    return f"{_KINDS[str(media.extra['kind'])][0]}_{media.id}"


def poll_id(post: Post) -> str:
    return str(int(post.id) + 1)


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def mentions(text: str) -> set[str]:
    return {str(name).lower() for name in _MENTION.findall(text)}
