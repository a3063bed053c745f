"""What a POST does to a Page: posts, photos, videos, reels, stories, comments."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from parvis.sandbox.facebook.uploads import VIDEO_BYTES, next_chunk
from parvis.sandbox.graph.faults import bad_parameter, error, missing, page_token_needed
from parvis.sandbox.graph.login import PAGE
from parvis.sandbox.graph.network import Asked
from parvis.sandbox.network import Answered
from parvis.sandbox.records import Media, Post, Token

if TYPE_CHECKING:
    from parvis.sandbox.facebook.network import Facebook

POSTING = "pages_manage_posts"
COMMENTING = "pages_manage_engagement"

TEXT_LIMIT = 63_206
COMMENT_LIMIT = 8_000
_JUST_NOW_SECONDS = 3600

Told = dict[str, Any]


class Posting:
    """One request of one token."""

    def __init__(self, network: "Facebook", asked: Asked, token: Token) -> None:
        self._network = network
        self._shelf = network.shelf
        self._asked = asked
        self._token = token

    async def act(self) -> Told:
        path = self._asked.path
        if len(path) == 2 and path[1] == "comments":
            return self._comment(path[0])
        if len(path) == 1:
            return self._edit(path[0])
        edges: Mapping[str, Callable[[], Awaitable[Told]]] = {
            "feed": self._feed,
            "photos": self._photo,
            "videos": self._video,
            "video_reels": self._reel,
            "video_stories": self._reel,
            "photo_stories": self._photo_story,
        }
        if len(path) != 2 or path[1] not in edges:
            raise missing("/".join(path), "post")
        self._be_the_page(path[0])
        self._network.demand(self._token, POSTING)
        return await edges[path[1]]()

    def _be_the_page(self, page_id: str) -> None:
        if self._token.kind != PAGE:
            raise page_token_needed()
        if page_id not in ("me", self._page_id):
            raise missing(page_id, "post")

    @property
    def _page_id(self) -> str:
        return self._token.person_id

    # Posts and comments.

    async def _feed(self) -> Told:
        text, link = self._asked.word("message"), self._asked.word("link")
        photos = [self._attached(one) for one in self._list("attached_media")]
        if not (text or link or photos):
            raise bad_parameter("Missing message or attachment", subcode=1349125)
        self._refuse_long(text, TEXT_LIMIT)
        self._refuse_unlike(self._asked.word("scheduled_publish_time"))
        self._refuse_duplicate(text)
        post = self._keep("post", text, photos, {"link": link} if link else {})
        return {"id": self._network.post_id(post)}

    def _attached(self, one: Any) -> Media:
        media_id = str(one.get("media_fbid", "")) if isinstance(one, Mapping) else ""
        return self._network.uploads.usable_photo(media_id, self._page_id)

    def _list(self, name: str) -> list[Any]:
        """A list in JSON, or one parameter for each: `attached_media[0]`."""
        said = [v for k, v in sorted(self._asked.words.items()) if k.startswith(f"{name}[")]
        try:
            whole = json.loads(self._asked.word(name) or "[]")
            found = [*whole, *(json.loads(one) for one in said)]
        except (ValueError, TypeError):
            raise bad_parameter(f"param {name} must be an array.") from None
        return found

    def _refuse_long(self, text: str, limit: int) -> None:
        """In UTF-16 units, like all of Facebook that is written in JavaScript [a guess]."""
        if len(text.encode("utf-16-le")) // 2 > limit:
            raise bad_parameter("The message is too long", subcode=1366034)

    def _refuse_unlike(self, scheduled: str) -> None:
        if scheduled or not self._asked.is_true("published", True):
            raise bad_parameter("The sandbox keeps no unpublished posts")

    def _refuse_duplicate(self, text: str) -> None:
        """The guard that sometimes fires."""
        if not self._network.quirk("duplicate-guard"):
            return
        now = self._network.clock.now()
        for post in self._shelf.posts.by(self._page_id):
            age = (now - post.created_at).total_seconds()
            if text and post.text == text and age < _JUST_NOW_SECONDS:
                raise Answered(error("(#506) Duplicate status message", 506, 1455006))

    def _keep(self, kind: str, text: str, photos: list[Media], extra: Mapping[str, Any]) -> Post:
        post = self._network.keep_post(
            Post(
                id=self._network.new_id(),
                author_id=self._page_id,
                text=text.strip(),
                created_at=self._network.clock.now(),
                media_ids=tuple(photo.id for photo in photos),
                extra={"kind": kind, **extra},
            )
        )
        shown_in = self._network.post_id(post)
        for photo in photos:
            self._shelf.media.put(replace(photo, extra={**photo.extra, "post_id": shown_in}))
        return post

    def _comment(self, target_id: str) -> Told:
        self._network.demand(self._token, COMMENTING)
        if self._token.kind != PAGE:
            raise page_token_needed()
        target = self._network.post_called(target_id)
        if target is None:
            raise missing(target_id, "post")
        text = self._asked.word("message")
        if not text.strip():
            raise bad_parameter("Either message or an attachment is needed", subcode=1705)
        self._refuse_long(text, COMMENT_LIMIT)
        comment = self._network.keep_post(
            Post(
                id=self._network.new_id(),
                author_id=self._page_id,
                text=text.strip(),
                created_at=self._network.clock.now(),
                parent_id=target.id,
                root_id=target.root_id or target.id,
                extra={"kind": "comment"},
            )
        )
        return {"id": self._network.remote_id(comment)}

    def _edit(self, node_id: str) -> Told:
        """A post's text, or whether a comment is hidden."""
        post = self._network.post_called(node_id)
        if post is None:
            raise missing(node_id, "post")
        if post.parent_id:
            self._network.demand(self._token, COMMENTING)
            hidden = self._asked.is_true("is_hidden", bool(post.extra.get("hidden")))
            self._shelf.posts.put(replace(post, extra={**post.extra, "hidden": hidden}))
            return {"success": True}
        self._be_the_page(post.author_id)
        self._network.demand(self._token, POSTING)
        self._shelf.posts.put(replace(post, text=self._asked.word("message").strip() or post.text))
        return {"success": True}

    # Photos and stories.

    async def _photo(self) -> Told:
        photo = await self._network.uploads.photo(self._asked, self._page_id)
        if not self._asked.is_true("published", True):
            return {"id": photo.id}
        text = self._asked.word("message") or self._asked.word("caption")
        self._refuse_long(text, TEXT_LIMIT)
        post = self._keep("post", text, [photo], {})
        return {"id": photo.id, "post_id": self._network.post_id(post)}

    async def _photo_story(self) -> Told:
        """“The photo must not have been used in a post that was published before.”"""
        photo = self._network.uploads.usable_photo(self._asked.word("photo_id"), self._page_id)
        post = self._keep("photo-story", "", [photo], {"format": "story"})
        return {"success": True, "post_id": post.id}

    # Videos, reels, video stories.

    async def _video(self) -> Told:
        phase = self._asked.word("upload_phase")
        if phase == "start":
            return self._start_chunks()
        video = self._network.uploads.of_upload(
            self._asked.word("upload_session_id"), self._page_id
        )
        if phase == "transfer":
            return {**next_chunk(await self._network.uploads.take_chunk(self._asked, video))}
        if phase != "finish":
            raise bad_parameter("upload_phase must be one of start, transfer, finish, cancel")
        self._refuse_unlike(self._asked.word("scheduled_publish_time"))
        return self._finish(video)

    def _start_chunks(self) -> Told:
        size = self._asked.word("file_size")
        if not size.isdigit() or not 0 < int(size) <= VIDEO_BYTES:
            raise bad_parameter("file_size must be the size of the video in bytes")
        video = self._network.uploads.begin(self._page_id, "videos", int(size))
        return {
            "upload_session_id": video.extra["upload"],
            "video_id": video.id,
            **next_chunk(video),
        }

    async def _reel(self) -> Told:
        edge, phase = self._asked.path[1], self._asked.word("upload_phase")
        if phase == "start":
            video = self._network.uploads.begin(self._page_id, edge)
            version = self._asked.request.match_info["version"]
            address = f"{self._network.origin}/video-upload/{version}/{video.id}"
            return {"video_id": video.id, "upload_url": address}
        if phase != "finish":
            raise bad_parameter("upload_phase must be one of start, finish")
        if edge == "video_reels" and self._asked.word("video_state") != "PUBLISHED":
            raise bad_parameter("The sandbox keeps neither drafts nor scheduled reels")
        video = self._network.uploads.video(self._asked.word("video_id"), self._page_id)
        return self._finish(video)

    def _finish(self, video: Media) -> Told:
        """Says yes before the video is worked on. A second finish of the same video is refused;
        what Facebook really does is not documented."""
        if not video.sha256 or video.extra.get("finished") or video.extra.get("trouble"):
            raise Answered(
                error(
                    "(#6000) There was a problem uploading your video file. Please try again with "
                    "another file.",
                    6000,
                    1363024,
                )
            )
        text = self._asked.word("description")
        self._refuse_long(text, TEXT_LIMIT)
        finished = replace(video, extra={**video.extra, "finished": True, "text": text.strip()})
        self._shelf.media.put(self._network.in_processing(finished))
        self._network.publish_ready_videos()
        kind = video.extra["edge"]
        return {"success": True} | ({"post_id": video.id} if kind == "video_stories" else {})
