"""The simulated Facebook: its cast, its paths, and where its records are found."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from aiohttp import web

from parvis.sandbox.facebook.posting import COMMENTING, POSTING, Posting
from parvis.sandbox.facebook.showing import INSIGHTS, READING, READING_PEOPLE, Showing
from parvis.sandbox.facebook.uploads import Uploads
from parvis.sandbox.faults import Purpose
from parvis.sandbox.graph.faults import missing
from parvis.sandbox.graph.login import PAGE, Dialog, Page
from parvis.sandbox.graph.network import VERSION, Asked, GraphNetwork
from parvis.sandbox.graph.nodes import Node
from parvis.sandbox.network import Route, named_after_shop
from parvis.sandbox.oauth import Pkce, Rules
from parvis.sandbox.pages import media_url
from parvis.sandbox.records import Media, Person, Post, Token
from parvis.sandbox.world import World

SCOPES = frozenset(
    {
        "public_profile",
        "pages_show_list",
        READING,
        POSTING,
        COMMENTING,
        READING_PEOPLE,
        INSIGHTS,
    }
)
_TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
_PUBLISHING = frozenset({"feed", "photo_stories", "comments"})
_UPLOADING = frozenset({"videos", "video_reels", "video_stories"})
_LISTS = frozenset({"feed", "posts", "published_posts", "stories"})
_FIGURES = ("insights", "reactions", "views", "like_count")


class Facebook(GraphNetwork):
    name, label = "facebook", "Facebook"
    permalink_path = "/{handle}/posts/{id}"
    usual_quirks: ClassVar[dict[str, bool]] = {"duplicate-guard": False, "story-archive": True}
    oauth_rules = Rules(
        scopes=SCOPES, separator=",", code_seconds=600, access_seconds=None, pkce=Pkce.IGNORED
    )
    use_case = "pages"
    too_many = (80001, "There have been too many calls to this Page account. Wait a bit.")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.uploads = Uploads(self)

    def people(self) -> Sequence[Person]:
        """Alice has a role on both Pages of the bookshop; a Page does not sign in."""

        alice = self._person("alice", "Alice", signs_in=True)
        return (
            self._page("ponts", "Librairie Ponts", alice),
            self._page("ponts.events", "Librairie Ponts, events", alice),
            alice,
            self._person("bob", "Bob"),
            self._person("charlie", "Charlie"),
        )

    def newcomer(self, number: int) -> Person:
        alice = next(person for person in self.shelf.people if person.signs_in)
        return self._page(f"ponts.{number}", named_after_shop(number), alice)

    def _page(self, handle: str, name: str, manager: Person) -> Person:
        role: dict[str, Any] = {"kind": "page", "is_owner": True, "managed_by": manager.id}
        return self._person(handle, name, extra={"tasks": _TASKS}, **role)

    def _person(self, handle: str, name: str, **more: Any) -> Person:
        person_id = str(self.world.next_snowflake() % 10**15 + 10**14)
        return Person(id=person_id, handle=handle, name=name, **more)

    def routes(self) -> Iterable[Route]:
        dialog = Dialog(self, self.oauth, "person", "#_=_")
        for path in (f"/{VERSION}/dialog/oauth", "/dialog/oauth"):
            yield Route("GET", path, dialog.show, Purpose.PAGE)
            yield Route("POST", path, dialog.decide, Purpose.PAGE)
        yield from self.graph_routes()
        upload = f"/video-upload/{VERSION}/{{id}}"
        yield Route("POST", upload, self._counted(self._take_whole), Purpose.UPLOAD)
        for path in (r"/{id:\d+(?:_\d+)?}", "/reel/{id}/", r"/{page}/videos/{id}/"):
            yield Route("GET", path, self.lead_to_post, Purpose.PAGE)

    async def purpose_of(self, request: web.Request) -> Purpose:
        asked = await self.asked(request)
        last = asked.path[-1] if asked.path else ""
        if request.method == "POST":
            return _purpose_of_post(asked, last)
        if last == "comments":
            is_look_up = asked.word("order") == "reverse_chronological"
            return Purpose.LOOK_UP if is_look_up else Purpose.REPLIES
        if last in _LISTS:
            return Purpose.LOOK_UP
        fields = asked.word("fields")
        if last in ("insights", "video_insights") or any(word in fields for word in _FIGURES):
            return Purpose.METRICS
        if fields.startswith("status"):
            return self._purpose_of_status(last)
        return Purpose.UPLOAD if last in self.shelf.media else Purpose.ACCOUNT

    def _purpose_of_status(self, video_id: str) -> Purpose:
        video = self.shelf.media.get(video_id)
        is_finished = video is not None and video.extra.get("finished")
        return Purpose.LOOK_UP if is_finished else Purpose.PROCESSING

    # What is asked of it.

    def node(self, node_id: str, token: Token) -> Node:
        return Showing(self, token).node(node_id)

    async def act(self, asked: Asked, token: Token) -> dict[str, Any]:
        return await Posting(self, asked, token).act()

    def remove(self, node_id: str, token: Token) -> None:
        post = self.post_called(node_id)
        if post is None or token.kind != PAGE:
            raise missing(node_id, "delete")
        self.demand(token, COMMENTING if post.parent_id else POSTING)
        root = self.shelf.posts.get(post.root_id) if post.root_id else post
        if root is None or token.person_id not in (post.author_id, root.author_id):
            raise missing(node_id, "delete")
        self.delete_post(post)

    async def _take_whole(self, asked: Asked) -> web.Response:
        """rupload: the bytes from `offset` on, out of `file_size`."""
        token = await self.living_token(asked)
        headers = asked.request.headers
        video = self.uploads.video(asked.request.match_info["id"], token.person_id)
        offset, size = headers.get("offset", ""), headers.get("file_size", "")
        if not size.isdigit() or offset != str(video.extra["received"]):
            return web.json_response(
                {"debug_info": {"retriable": True, "type": "OffsetInvalidError"}}, status=400
            )
        await self.uploads.take(replace(video, size=int(size)), await asked.request.read())
        return web.json_response({"success": True})

    # Records.

    def pages_of(self, person_id: str) -> list[Person]:
        return [each for each in self.shelf.people if each.managed_by == person_id]

    def page_of(self, page: Person) -> Page:
        return Page(page_id=page.id, name=page.name, username=page.handle, owner_id=page.id)

    def hand_out_token(self, person: Person, scopes: tuple[str, ...]) -> Token:
        app = next(iter(self.shelf.apps))
        kind = PAGE if person.kind == "page" else "long"
        return self.oauth.issue(app, person.id, scopes or tuple(sorted(SCOPES)), kind=kind)

    def post_id(self, post: Post) -> str:
        """A post's own id, with its Page's before it."""
        return f"{post.author_id}_{post.id}"

    def remote_id(self, post: Post) -> str:
        """What the API calls it: a comment by its post's number, a video by the video's."""
        if post.parent_id:
            return f"{post.root_id}_{post.id}"
        if video_id := post.extra.get("video_id"):
            return str(video_id)
        return post.id if post.extra.get("kind") == "photo-story" else self.post_id(post)

    def post_called(self, node_id: str) -> Post | None:
        """The living post, comment or published video of an id."""
        if (media := self.shelf.media.get(node_id)) is not None:
            return self.post_of_video(media)
        first, _, second = node_id.partition("_")
        post = self.shelf.posts.living(second or first)
        if post is None or (second and first not in (post.author_id, post.root_id)):
            return None
        return post

    def post_of_video(self, video: Media) -> Post | None:
        return self.shelf.posts.living(str(video.extra.get("post", "")))

    def post_at(self, request: web.Request) -> Post | None:
        return self.post_called(request.match_info["id"])

    async def lead_to_post(self, request: web.Request) -> web.StreamResponse:
        post = self.post_at(request)
        if post is None:
            raise web.HTTPNotFound
        raise web.HTTPFound(self.permalink(post))

    def source(self, media: Media) -> str:
        return media_url(self, media)

    def audience_answer(self, post: Post, author: Person, text: str, at: Any) -> Post:
        answer = super().audience_answer(post, author, text, at)
        return replace(answer, extra={"kind": "comment"})

    # Videos that take their time.

    def ask_if_ready(self, video: Media) -> bool:
        if not video.extra.get("finished"):
            return False
        is_ready = self.is_ready(self.shelf.media, video)
        self.publish_ready_videos()
        return is_ready

    def let_audience_answer(self) -> None:
        self.publish_ready_videos()
        super().let_audience_answer()

    def publish_ready_videos(self) -> None:
        """A finished video is posted when it has been worked on."""
        for video in self.shelf.media:
            is_due = video.extra.get("finished") and not video.extra.get("post")
            if is_due and self.is_ready(self.shelf.media, video, asked=False):
                self._publish(video)

    def _publish(self, video: Media) -> None:
        edge = video.extra["edge"]
        kind = {"videos": "video", "video_reels": "reel"}.get(edge, "video-story")
        post = self.keep_post(
            Post(
                id=self.new_id(),
                author_id=video.owner_id,
                text=str(video.extra.get("text", "")),
                created_at=self.clock.now(),
                media_ids=(video.id,),
                extra={"kind": kind, "video_id": video.id, "format": kind},
            )
        )
        self.shelf.media.put(replace(video, extra={**video.extra, "post": post.id}))


def _purpose_of_post(asked: Asked, last: str) -> Purpose:
    if last in _PUBLISHING or (last in _UPLOADING and asked.word("upload_phase") == "finish"):
        return Purpose.PUBLISH
    if last == "photos" and asked.is_true("published", True):
        return Purpose.PUBLISH
    return Purpose.UPLOAD if last in _UPLOADING or last == "photos" else Purpose.ACCOUNT
