"""What Facebook tells of a Page, a post, a comment, a photo, a video: node by node."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from parvis.sandbox.facebook.uploads import status
from parvis.sandbox.graph.faults import lacks, missing
from parvis.sandbox.graph.fields import Field
from parvis.sandbox.graph.login import PAGE
from parvis.sandbox.graph.nodes import Node, edge, insights, moment, told
from parvis.sandbox.records import Media, Person, Post, Token

if TYPE_CHECKING:
    from parvis.sandbox.facebook.network import Facebook

READING = "pages_read_engagement"
READING_PEOPLE = "pages_read_user_content"
INSIGHTS = "read_insights"

_STORIES = ("photo-story", "video-story")


class Showing:
    """Nodes as one token may see them."""

    def __init__(self, network: "Facebook", token: Token) -> None:
        self._network = network
        self._shelf = network.shelf
        self._token = token

    def node(self, node_id: str) -> Node:
        if node_id == "me":
            node_id = self._token.person_id
        if (person := self._shelf.people.get(node_id)) is not None:
            return self.page(person) if person.kind == "page" else self.user(person)
        if (media := self._shelf.media.get(node_id)) is not None:
            return self._media(media)
        if (post := self._network.post_called(node_id)) is not None:
            return self.comment(post) if post.parent_id else self.post(post)
        raise missing(node_id)

    def _media(self, media: Media) -> Node:
        post = self._network.post_of_video(media)
        is_taken_down = bool(media.extra.get("post")) and post is None
        is_foreign = media.owner_id != self._token.person_id
        if is_foreign or is_taken_down or self._network.uploads.is_gone(media):
            raise missing(media.id)
        return self.video(media) if "edge" in media.extra else self.photo(media)

    # People and Pages.

    def user(self, person: Person) -> Node:
        if person.id != self._token.person_id:
            raise missing(person.id)
        return Node(
            id=person.id,
            kind="User",
            usual=("id", "name"),
            fields={
                "name": lambda _: person.name,
                "accounts": lambda asked: edge(self._accounts(), asked, self._network.origin),
                "permissions": lambda _: {"data": self._network.login.permissions(self._token)},
            },
        )

    def _accounts(self) -> list[Node]:
        pages = self._network.pages_of(self._token.person_id)
        return [self.page(page, with_token=True) for page in pages]

    def page(self, page: Person, *, with_token: bool = False) -> Node:
        listed = {
            name: lambda asked: edge(self._posts_of(page), asked, self._network.origin)
            for name in ("feed", "posts", "published_posts")
        }
        return Node(
            id=page.id,
            kind="Page",
            usual=("id", "name", *(("access_token", "tasks") if with_token else ())),
            fields={
                "name": lambda _: page.name,
                "username": lambda _: page.handle,
                "category": lambda _: "Bookstore",
                "link": lambda _: f"{self._network.origin}/{page.handle}",
                "fan_count": lambda _: 412,
                "followers_count": lambda _: 430,
                "access_token": lambda _: self._page_token(page),
                "tasks": lambda _: list(page.extra["tasks"]) if with_token else None,
                "instagram_business_account": lambda _: None,
                "photos": lambda asked: edge(self._photos_of(page), asked, self._network.origin),
                "stories": lambda asked: self._stories(page, asked),
                "insights": lambda _: {"data": []},
                **listed,
            },
        )

    def _page_token(self, page: Person) -> str | None:
        if self._token.kind == PAGE:
            return self._token.id if self._token.person_id == page.id else None
        if page.managed_by != self._token.person_id:
            return None
        return self._network.login.page_token(self._token, self._network.page_of(page)).id

    def _posts_of(self, page: Person) -> list[Node]:
        self._network.demand(self._token, READING)
        return [
            self.post(post)
            for post in self._shelf.posts.by(page.id)
            if not post.parent_id and post.extra["kind"] not in _STORIES
        ]

    def _photos_of(self, page: Person) -> list[Node]:
        shown = (media for media in self._shelf.media if media.owner_id == page.id)
        return [
            self.photo(media)
            for media in shown
            if "edge" not in media.extra and media.extra.get("post_id")
        ]

    def _stories(self, page: Person, asked: Field) -> dict[str, Any]:
        """Only while the Page keeps an archive of its stories."""
        if not self._network.quirk("story-archive"):
            return {"data": []}
        stories = [p for p in self._shelf.posts.by(page.id) if p.extra["kind"] in _STORIES]
        nodes = [self._story(post) for post in stories]
        found = edge(nodes, asked, self._network.origin)
        for one in found["data"]:
            one.pop("id", None)
        return found

    def _story(self, post: Post) -> Node:
        return Node(
            id=post.id,
            kind="Stories",
            usual=("post_id", "status", "creation_time", "media_type", "media_id", "url"),
            fields={
                "post_id": lambda _: post.id,
                "status": lambda _: "published",
                "creation_time": lambda _: str(int(post.created_at.timestamp())),
                "media_type": lambda _: post.extra["kind"].removesuffix("-story"),
                "media_id": lambda _: post.extra.get("video_id") or post.media_ids[0],
                "url": lambda _: self._network.permalink(post),
            },
        )

    # Posts and comments.

    def post(self, post: Post) -> Node:
        counts = self._network.counts(post)
        return Node(
            id=self._network.post_id(post),
            kind="Post",
            usual=("id", "message", "created_time"),
            fields={
                "message": lambda _: post.text or None,
                "created_time": lambda _: moment(post.created_at),
                "updated_time": lambda _: moment(post.created_at),
                "permalink_url": lambda _: self._network.permalink(post),
                "from": lambda _: self._author(post),
                "is_published": lambda _: True,
                "status_type": lambda _: (
                    "added_photos" if post.media_ids else "mobile_status_update"
                ),
                "shares": lambda _: {"count": counts.reposts} if counts.reposts else None,
                "reactions": lambda asked: self._reactions(counts.likes, asked),
                "likes": lambda asked: self._reactions(counts.likes, asked),
                "comments": lambda asked: self._comments(post, asked),
                "attachments": lambda _: self._attachments(post),
                "insights": lambda asked: self._insights(post, asked),
            },
        )

    def _author(self, post: Post) -> dict[str, str]:
        author = self._network.person(post.author_id)
        return {"name": author.name, "id": author.id}

    def _reactions(self, total: int, asked: Field) -> dict[str, Any]:
        """Who reacted is not told; how many, in the summary."""
        summary = {"total_count": total, "viewer_reaction": "NONE"}
        return edge((), asked, self._network.origin, summary=summary)

    def _comments(self, post: Post, asked: Field) -> dict[str, Any]:
        self._network.demand(self._token, READING)
        found = (
            self._below(post)
            if asked.args.get("filter") == "stream"
            else (self._shelf.posts.answers_to(post.id))
        )
        is_reverse = asked.args.get("order") == "reverse_chronological"
        found = sorted(found, key=lambda each: each.created_at, reverse=is_reverse)
        nodes = [self.comment(each) for each in found]
        summary = {"order": "chronological", "total_count": len(nodes), "can_comment": True}
        return edge(nodes, asked, self._network.origin, summary=summary)

    def _below(self, post: Post) -> list[Post]:
        direct = self._shelf.posts.answers_to(post.id)
        return [each for one in direct for each in (one, *self._below(one))]

    def comment(self, comment: Post) -> Node:
        counts = self._network.counts(comment)
        parent = self._shelf.posts.get(comment.parent_id)
        is_answer = parent is not None and parent.parent_id
        is_own = comment.author_id == self._token.person_id
        return Node(
            id=self._network.remote_id(comment),
            kind="Comment",
            usual=("id", "message", "created_time", "from"),
            fields={
                "message": lambda _: comment.text,
                "created_time": lambda _: moment(comment.created_at),
                "permalink_url": lambda _: self._network.permalink(comment),
                "from": lambda _: (
                    self._author(comment)
                    if is_own or READING_PEOPLE in self._token.scopes
                    else None
                ),
                "parent": lambda asked: (
                    told(self.comment(parent), asked.inner)
                    if parent is not None and is_answer
                    else None
                ),
                "like_count": lambda _: counts.likes,
                "comment_count": lambda _: len(self._shelf.posts.answers_to(comment.id)),
                "comments": lambda asked: self._comments(comment, asked),
                "reactions": lambda asked: self._reactions(counts.likes, asked),
                "is_hidden": lambda _: bool(comment.extra.get("hidden")),
                "attachment": lambda _: None,
            },
        )

    def _attachments(self, post: Post) -> dict[str, Any] | None:
        photos = [media for key in post.media_ids if (media := self._shelf.media.get(key))]
        if len(photos) > 1:
            inner = [_photo_attachment(photo) for photo in photos]
            album = {"media_type": "album", "subattachments": {"data": inner}}
            return {"data": [album | {"target": {"id": f"9{post.id}"}}]}
        if photos:
            return {"data": [_photo_attachment(photos[0])]}
        if link := post.extra.get("link"):
            return {"data": [{"media_type": "link", "url": link, "target": {"url": link}}]}
        return None

    def _insights(self, post: Post, asked: Field) -> dict[str, Any]:
        if INSIGHTS not in self._token.scopes:
            raise lacks(INSIGHTS)
        counts = self._network.counts(post)
        known = {
            "post_media_view": counts.views,
            "post_total_media_view_unique": counts.reach,
            "post_clicks": counts.clicks,
            "post_reactions_like_total": counts.likes,
            "post_reactions_by_type_total": {"like": counts.likes},
        }
        names = self._network.known_metrics(asked, known)
        if not asked.args.get("metric"):
            names = []
        return {"data": insights({name: known[name] for name in names}, post.id)}

    # Photos and videos.

    def photo(self, photo: Media) -> Node:
        return Node(
            id=photo.id,
            kind="Photo",
            usual=("id", "created_time"),
            fields={
                "created_time": lambda _: moment(photo.created_at),
                "alt_text": lambda _: photo.alt or "May be an image of a shop window.",
                "alt_text_custom": lambda _: photo.alt or None,
                "width": lambda _: photo.extra["width"],
                "height": lambda _: photo.extra["height"],
                "link": lambda _: f"{self._network.origin}/photo/?fbid={photo.id}",
                "images": lambda _: [{"source": self._network.source(photo)}],
                "page_story_id": lambda _: photo.extra.get("post_id"),
                "name": lambda _: None,
            },
        )

    def video(self, video: Media) -> Node:
        """A video has neither reactions nor insights; its post and `video_insights` do."""
        post = self._network.post_of_video(video)
        counts = self._network.counts(post) if post else None
        return Node(
            id=video.id,
            kind="Video",
            usual=("id", "created_time", "description"),
            fields={
                "created_time": lambda _: moment(video.created_at),
                "description": lambda _: post.text if post else None,
                "status": lambda _: status(video, is_ready=self._network.ask_if_ready(video)),
                "published": lambda _: self._network.post_of_video(video) is not None,
                "post_id": lambda _: post.id if post else None,
                "permalink_url": lambda _: _video_path(video) if post else None,
                "views": lambda _: counts.views if counts else 0,
                "likes": lambda asked: self._reactions(counts.likes if counts else 0, asked),
                "comments": lambda asked: self._comments(post, asked) if post else {"data": []},
                "video_insights": lambda asked: self._video_insights(post, asked),
                "length": lambda _: None,
                "source": lambda _: self._network.source(video) if video.sha256 else None,
            },
        )

    def _video_insights(self, post: Post | None, asked: Field) -> dict[str, Any]:
        if INSIGHTS not in self._token.scopes:
            raise lacks(INSIGHTS)
        if post is None:
            return {"data": []}
        counts = self._network.counts(post)
        known = {
            "blue_reels_play_count": counts.views,
            "post_impressions_unique": counts.reach,
            "post_video_likes_by_reaction_type": {"REACTION_LIKE": counts.likes},
            "post_video_avg_time_watched": 4_200,
        }
        names: Sequence[str] = self._network.known_metrics(asked, known)
        return {"data": insights({name: known[name] for name in names}, post.id)}


def _video_path(video: Media) -> str:
    if video.extra["edge"] == "videos":
        return f"/{video.owner_id}/videos/{video.id}/"
    return f"/reel/{video.id}/"


def _photo_attachment(photo: Media) -> dict[str, Any]:
    return {
        "media_type": "photo",
        "target": {"id": photo.id},
        "type": "photo",
        "description": photo.alt,
    }
