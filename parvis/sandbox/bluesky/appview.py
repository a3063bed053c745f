"""The AppView: posts with their figures, threads, feeds, profiles, as the lexicons show them.

Source: the lexicons app.bsky.feed.* and app.bsky.actor.* (2026-08). Unlike the real one, which
hears of a post by its event stream, this one shows it at once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from aiohttp import web

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.accounts import Accounts
from parvis.sandbox.bluesky.lexicon import GATE, LIKE, POST, PROFILE, REPOST, is_at_uri
from parvis.sandbox.bluesky.repo import Repo
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Route, SandboxNetwork
from parvis.sandbox.pages import media_url
from parvis.sandbox.records import Item, Json, Media, Person, Post

_FEED, _ACTOR = "/xrpc/app.bsky.feed.", "/xrpc/app.bsky.actor."
_POSTS_AT_ONCE = 25
_USUAL_DEPTH, _DEEPEST = 6, 1000
_USUAL_HEIGHT = 80


class AppView:
    def __init__(self, network: SandboxNetwork, accounts: Accounts, repo: Repo) -> None:
        self._network = network
        self._accounts = accounts
        self._repo = repo

    def routes(self) -> Iterable[Route]:
        for path, handle, purpose in (
            (_FEED + "getPosts", self.posts, Purpose.METRICS),
            (_FEED + "getPostThread", self.thread, Purpose.REPLIES),
            (_FEED + "getAuthorFeed", self.author_feed, Purpose.LOOK_UP),
            (_FEED + "getLikes", self.likes, Purpose.METRICS),
            (_FEED + "getRepostedBy", self.reposted_by, Purpose.METRICS),
            (_FEED + "getQuotes", self.quotes, Purpose.METRICS),
            (_ACTOR + "getProfile", self.profile, Purpose.ACCOUNT),
            (_ACTOR + "getProfiles", self.profiles, Purpose.ACCOUNT),
        ):
            yield Route("GET", path, xrpc.limited(self._network, handle), purpose)

    # Posts.

    async def posts(self, request: web.Request) -> web.Response:
        """Those that are not there are left out."""
        uris = request.query.getall("uris", [])
        if not uris:
            raise xrpc.refuse('Invalid app.bsky.feed.getPosts params: Missing required key "uris"')
        if len(uris) > _POSTS_AT_ONCE:
            raise xrpc.refuse(
                "Invalid app.bsky.feed.getPosts params: array too big (maximum "
                f"{_POSTS_AT_ONCE}, got {len(uris)}) at $.uris"
            )
        found = [post for uri in uris if (post := self._network.shelf.posts.living(uri))]
        return web.json_response({"posts": [self._post(post) for post in found]})

    async def thread(self, request: web.Request) -> web.Response:
        method = "app.bsky.feed.getPostThread"
        post = self._asked_for(request, method)
        depth = xrpc.number(request, method, "depth", usual=_USUAL_DEPTH, most=_DEEPEST)
        height = xrpc.number(request, method, "parentHeight", usual=_USUAL_HEIGHT, most=_DEEPEST)
        told: Json = {"thread": self._thread(post, depth)}
        if (parent := self._above(post, height)) is not None:
            told["thread"]["parent"] = parent
        if (gate := self._repo.records.get(post.id.replace(POST, GATE))) is not None:
            told["threadgate"] = _gate_view(gate)
        return web.json_response(told)

    def _thread(self, post: Post, depth: int) -> Json:
        below = self._network.shelf.posts.answers_to(post.id) if depth > 0 else []
        return {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self._post(post),
            "replies": [self._thread(each, depth - 1) for each in below],
            "threadContext": {},
        }

    def _above(self, post: Post, height: int) -> Json | None:
        if height <= 0 or not post.parent_id:
            return None
        parent = self._network.shelf.posts.living(post.parent_id)
        if parent is None:
            kind = "app.bsky.feed.defs#notFoundPost"
            return {"$type": kind, "uri": post.parent_id, "notFound": True}
        told = self._thread(parent, 0)
        if (further := self._above(parent, height - 1)) is not None:
            told["parent"] = further
        return told

    async def author_feed(self, request: web.Request) -> web.Response:
        method = "app.bsky.feed.getAuthorFeed"
        person = self._person(xrpc.parameter(request, method, "actor"))
        posts = self._network.shelf.posts.by(person.id)
        page, cursor = _page(request, method, posts, lambda post: post.created_at)
        return web.json_response({"feed": [{"post": self._post(each)} for each in page], **cursor})

    def _asked_for(self, request: web.Request, method: str) -> Post:
        uri = xrpc.parameter(request, method, "uri")
        if not is_at_uri(uri):
            raise xrpc.refuse(f'Invalid {method} params: Invalid at-uri (got "{uri}") at $.uri')
        post = self._network.shelf.posts.living(uri)
        if post is None:
            raise xrpc.refuse(f"Post not found: {uri}", "NotFound")
        return post

    def _post(self, post: Post) -> Json:
        record = self._repo.records.known(post.id)
        counts = self._network.counts(post)
        view = {
            "uri": post.id,
            "cid": record.extra["cid"],
            "author": self._basic(self._network.person(post.author_id)),
            "record": record.extra["value"],
            "replyCount": counts.replies,
            "repostCount": counts.reposts + len(self._about(post, REPOST)),
            "likeCount": counts.likes + len(self._about(post, LIKE)),
            "quoteCount": counts.quotes,
            "bookmarkCount": counts.bookmarks,
            "indexedAt": _stamp(post.created_at),
            "viewer": {},
            "labels": [],
        }
        return view | ({"embed": embed} if (embed := self._embed(post, record)) else {})

    def _embed(self, post: Post, record: Item) -> Json | None:
        stated = record.extra["value"].get("embed", {})
        media = [m for key in post.media_ids if (m := self._network.shelf.media.get(key))]
        if stated.get("$type") == "app.bsky.embed.video":
            return self._video_view(stated, media[0])
        if stated.get("$type") != "app.bsky.embed.images":
            return None
        pairs = zip(stated["images"], media, strict=True)
        images = [self._image_view(image, kept) for image, kept in pairs]
        return {"$type": "app.bsky.embed.images#view", "images": images}

    def _image_view(self, image: Json, kept: Media) -> Json:
        url = media_url(self._network, kept)
        view = {"thumb": url, "fullsize": url, "alt": kept.alt}
        return view | _shape(image)

    def _video_view(self, video: Json, kept: Media) -> Json:
        return {
            "$type": "app.bsky.embed.video#view",
            "cid": kept.extra["cid"],
            "playlist": media_url(self._network, kept),
            "alt": kept.alt,
            **_shape(video),
            **{name: video[name] for name in ("presentation",) if name in video},
        }

    # Who liked, shared and quoted.

    async def likes(self, request: web.Request) -> web.Response:
        """Of the audience, the few that have a name."""
        post = self._asked_for(request, "app.bsky.feed.getLikes")
        cast = self._audience()[: self._network.counts(post).likes]
        seen = _stamp(post.created_at)
        told = [{"actor": self._basic(each), "createdAt": seen, "indexedAt": seen} for each in cast]
        for like in self._about(post, LIKE):
            actor = self._basic(self._network.person(like.owner_id))
            at = _stamp(like.created_at)
            told.append({"actor": actor, "createdAt": at, "indexedAt": at})
        return web.json_response({"uri": post.id, "likes": told})

    async def reposted_by(self, request: web.Request) -> web.Response:
        post = self._asked_for(request, "app.bsky.feed.getRepostedBy")
        cast = self._audience()[: self._network.counts(post).reposts]
        own = [self._network.person(each.owner_id) for each in self._about(post, REPOST)]
        told = [self._basic(each) for each in (*cast, *own)]
        return web.json_response({"uri": post.id, "repostedBy": told})

    async def quotes(self, request: web.Request) -> web.Response:
        """The audience only counts as quoting; it writes no posts of its own."""
        post = self._asked_for(request, "app.bsky.feed.getQuotes")
        quoting = [
            each for each in self._network.shelf.posts.newest() if self._quoted(each) == post.id
        ]
        return web.json_response({"uri": post.id, "posts": [self._post(p) for p in quoting]})

    def _quoted(self, post: Post) -> str:
        record = self._repo.records.known(post.id)
        embed = record.extra["value"].get("embed", {}).get("record", {})
        return str(embed.get("record", embed).get("uri", ""))

    def _about(self, post: Post, collection: str) -> list[Item]:
        return [
            each
            for each in self._repo.records
            if each.extra["collection"] == collection
            and each.extra["value"]["subject"]["uri"] == post.id
        ]

    def _audience(self) -> list[Person]:
        return [each for each in self._network.shelf.people if not each.is_owner]

    # People.

    async def profile(self, request: web.Request) -> web.Response:
        actor = xrpc.parameter(request, "app.bsky.actor.getProfile", "actor")
        return web.json_response(self._detailed(self._person(actor)))

    async def profiles(self, request: web.Request) -> web.Response:
        people = map(self._accounts.find, request.query.getall("actors", []))
        return web.json_response({"profiles": [self._detailed(each) for each in people if each]})

    def _person(self, actor: str) -> Person:
        person = self._accounts.find(actor)
        if person is None:
            raise xrpc.refuse("Profile not found")
        return person

    def _basic(self, person: Person) -> Json:
        return {
            "did": person.id,
            "handle": person.handle,
            "displayName": self._name_of(person),
            "viewer": {},
            "labels": [],
        }

    def _detailed(self, person: Person) -> Json:
        return self._basic(person) | {
            "followersCount": len(self._audience()) if person.is_owner else 0,
            "followsCount": 0 if person.is_owner else 1,
            "postsCount": len(self._network.shelf.posts.by(person.id)),
        }

    def _name_of(self, person: Person) -> str:
        profile = self._repo.records.get(f"at://{person.id}/{PROFILE}/self")
        stated = profile.extra["value"].get("displayName") if profile else None
        return str(stated or person.name)


def _gate_view(gate: Item) -> Json:
    return {
        "uri": gate.id,
        "cid": gate.extra["cid"],
        "record": gate.extra["value"],
        "lists": [],
    }


def _shape(embedded: Json) -> Json:
    return {"aspectRatio": embedded["aspectRatio"]} if "aspectRatio" in embedded else {}


def _page(
    request: web.Request, method: str, posts: list[Post], at: Callable[[Post], datetime]
) -> tuple[list[Post], Json]:
    """Newest first; the cursor is the time of the last one."""
    limit = xrpc.number(request, method, usual=50, least=1, most=100)
    if cursor := request.query.get("cursor", ""):
        posts = [post for post in posts if _stamp(at(post)) < cursor]
    page = posts[:limit]
    more = len(posts) > limit
    return page, {"cursor": _stamp(at(page[-1]))} if more else {}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
