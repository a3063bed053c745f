"""What Instagram tells of an account, a container, a media, a comment: node by node."""

from typing import TYPE_CHECKING, Any

from parvis.sandbox.graph.faults import missing
from parvis.sandbox.graph.fields import Field
from parvis.sandbox.graph.login import PAGE
from parvis.sandbox.graph.nodes import Node, edge, insights, moment
from parvis.sandbox.instagram.publishing import COMMENTING, Status
from parvis.sandbox.pages import media_url
from parvis.sandbox.records import Item, Person, Post, Token

if TYPE_CHECKING:
    from parvis.sandbox.instagram.network import Instagram

BASIC = ("instagram_business_basic", "instagram_basic")
INSIGHTS = ("instagram_business_manage_insights", "instagram_manage_insights")

_DAY_SECONDS = 86_400

# Which figures there are for which kind of media (exileum/meta-mcp PR 174, 2026-05).
_ALWAYS = ("views", "reach", "likes", "comments", "total_interactions")
_MORE = {"FEED": ("saved", "follows"), "REELS": ("saved", "shares"), "STORY": ("replies", "shares")}


class Showing:
    """Nodes as one token may see them."""

    def __init__(self, network: "Instagram", token: Token) -> None:
        self._network = network
        self._shelf = network.shelf
        self._token = token

    def node(self, node_id: str) -> Node:
        if node_id == "me":
            node_id = self._token.person_id
        if (person := self._shelf.people.get(node_id)) is not None:
            return self._account(person) if person.kind == "professional" else self._user(person)
        if (page := self._network.account_of_page(node_id)) is not None:
            return self._page(page)
        if (container := self._network.containers.get(node_id)) is not None:
            return self._container(container)
        post = self._shelf.posts.living(node_id)
        if post is None or self._owner_of(post) != self._token.person_id:
            raise missing(node_id)
        return self.comment(post) if post.parent_id else self.media(post)

    def _owner_of(self, post: Post) -> str:
        root = self._shelf.posts.get(post.root_id) if post.root_id else post
        return root.author_id if root else ""

    # Who signs in at Facebook, and the Pages.

    def _user(self, person: Person) -> Node:
        if person.id != self._token.person_id:
            raise missing(person.id)
        pages = [self._page(each) for each in self._network.accounts_of(person.id)]
        return Node(
            id=person.id,
            kind="User",
            usual=("id", "name"),
            fields={
                "name": lambda _: person.name,
                "accounts": lambda asked: edge(pages, asked, self._network.origin),
                "permissions": lambda _: {"data": self._network.login.permissions(self._token)},
            },
        )

    def _page(self, account: Person) -> Node:
        page = self._network.page_of(account)
        may_see = account.managed_by == self._token.person_id or self._token.kind == PAGE
        return Node(
            id=page.page_id,
            kind="Page",
            usual=("id", "name"),
            fields={
                "name": lambda _: page.name,
                "username": lambda _: page.username,
                "access_token": lambda _: (
                    self._network.login.page_token(self._token, page).id
                    if may_see and self._token.kind != PAGE
                    else None
                ),
                "tasks": lambda _: ["CREATE_CONTENT", "MODERATE", "ANALYZE"] if may_see else None,
                "instagram_business_account": lambda asked: self._network.told(
                    self._account(account), asked
                ),
            },
        )

    # Accounts and containers.

    def _account(self, account: Person) -> Node:
        kind = "IGUser"
        if self._token.kind != "long" and self._token.kind != "user":
            self._network.demand_one(self._token, BASIC)
        return Node(
            id=account.id,
            kind=kind,
            usual=("id",),
            fields={
                "user_id": lambda _: account.id,
                "username": lambda _: account.handle,
                "name": lambda _: account.name,
                "account_type": lambda _: "BUSINESS",
                "followers_count": lambda _: 389,
                "media_count": lambda _: len(self._posts(account, is_story=False)),
                "media": lambda asked: self._listed(account, asked, is_story=False),
                "stories": lambda asked: self._listed(account, asked, is_story=True),
                "content_publishing_limit": lambda asked: self._limit(account, asked),
                "insights": lambda _: {"data": []},
            },
        )

    def _posts(self, account: Person, *, is_story: bool) -> list[Post]:
        return [
            post
            for post in self._shelf.posts.by(account.id)
            if not post.parent_id and (post.extra.get("format") == "story") == is_story
        ]

    def _listed(self, account: Person, asked: Field, *, is_story: bool) -> dict[str, Any]:
        if account.id != self._token.person_id:
            raise missing(account.id)
        nodes = [self.media(post) for post in self._posts(account, is_story=is_story)]
        return edge(nodes, asked, self._network.origin)

    def _limit(self, account: Person, asked: Field) -> dict[str, Any]:
        """What is not named is not told: by default the usage alone."""
        wanted = {each.name for each in asked.inner} or {"quota_usage"}
        told: dict[str, Any] = {
            "quota_usage": self._network.posts_of_the_day(account.id),
            "config": {"quota_total": self._network.quota, "quota_duration": _DAY_SECONDS},
        }
        return {"data": [{name: told[name] for name in told if name in wanted}]}

    def _container(self, container: Item) -> Node:
        if container.owner_id != self._token.person_id or self._network.quirk("hides-containers"):
            raise missing(container.id)

        def code(_: Field) -> str:
            return self._network.container_status(container, asked=True)

        def sentence(_: Field) -> str:
            status = self._network.container_status(container, asked=False)
            return str(container.extra["trouble"]) or _SENTENCES[status]

        return Node(
            id=container.id,
            kind="IGContainer",
            usual=("id",),
            fields={"status_code": code, "status": sentence},
        )

    # Media and comments.

    def media(self, post: Post) -> Node:
        counts = self._network.counts(post)
        files = [media for key in post.media_ids if (media := self._shelf.media.get(key))]
        return Node(
            id=post.id,
            kind="IGMedia",
            usual=("id",),
            fields={
                "caption": lambda _: post.text or None,
                "media_type": lambda _: _media_type([each.media_type for each in files]),
                "media_product_type": lambda _: self.product(post),
                "media_url": lambda _: media_url(self._network, files[0]),
                "permalink": lambda _: self._network.permalink(post),
                "shortcode": lambda _: post.id,
                "timestamp": lambda _: moment(post.created_at),
                "username": lambda _: self._network.person(post.author_id).handle,
                "owner": lambda _: {"id": post.author_id},
                "alt_text": lambda _: files[0].alt or None if len(files) == 1 else None,
                "like_count": lambda _: counts.likes,
                "comments_count": lambda _: len(self._below(post)),
                "children": lambda asked: self._children(post, asked),
                "comments": lambda asked: self._comments(post, asked),
                "insights": lambda asked: self._insights(post, asked),
            },
        )

    def product(self, post: Post) -> str:
        if post.extra.get("format") == "story":
            return "STORY"
        media = self._shelf.media.get(post.media_ids[0])
        is_reel = len(post.media_ids) == 1 and media and media.media_type.startswith("video/")
        return "REELS" if is_reel else "FEED"

    def _children(self, post: Post, asked: Field) -> dict[str, Any] | None:
        if len(post.media_ids) < 2:
            return None
        nodes = [
            Node(id=f"{post.id}{number}", kind="IGMedia", fields={})
            for number in range(len(post.media_ids))
        ]
        return edge(nodes, Field(name="children", args=asked.args), self._network.origin)

    def _below(self, post: Post) -> list[Post]:
        direct = self._shelf.posts.answers_to(post.id)
        return [each for one in direct for each in (one, *self._below(one))]

    def _comments(self, post: Post, asked: Field) -> dict[str, Any]:
        """The newest first [from memory]."""
        self._network.demand_one(self._token, COMMENTING)
        newest = reversed(self._shelf.posts.answers_to(post.id))
        return edge([self.comment(each) for each in newest], asked, self._network.origin)

    def comment(self, comment: Post) -> Node:
        author = self._network.person(comment.author_id)
        is_answer = comment.parent_id != comment.root_id
        root = self._shelf.posts.get(comment.root_id)
        return Node(
            id=comment.id,
            kind="IGComment",
            usual=("id", "timestamp", "text"),
            fields={
                "text": lambda _: comment.text,
                "timestamp": lambda _: moment(comment.created_at),
                "username": lambda _: author.handle,
                "from": lambda _: {"id": author.id, "username": author.handle},
                "hidden": lambda _: bool(comment.extra.get("hidden")),
                "like_count": lambda _: self._network.counts(comment).likes,
                "parent_id": lambda _: comment.parent_id if is_answer else None,
                "media": lambda asked: (
                    self._network.told(self.media(root), asked) if root else None
                ),
                "replies": lambda asked: self._answers(comment, asked),
            },
        )

    def _answers(self, comment: Post, asked: Field) -> dict[str, Any] | None:
        nodes = [self.comment(each) for each in self._shelf.posts.answers_to(comment.id)]
        return edge(nodes, asked, self._network.origin) if nodes else None

    def _insights(self, post: Post, asked: Field) -> dict[str, Any]:
        self._network.demand_one(self._token, INSIGHTS)
        counts = self._network.counts(post)
        answers = len(self._below(post))
        values = {
            "views": counts.views,
            "reach": counts.reach,
            "likes": counts.likes,
            "comments": answers,
            "replies": answers,
            "saved": counts.bookmarks,
            "shares": counts.reposts,
            "follows": counts.profile_clicks,
            "total_interactions": counts.likes + answers + counts.bookmarks + counts.reposts,
        }
        known = (*_ALWAYS, *_MORE[self.product(post)])
        names = self._network.known_metrics(asked, known)
        return {"data": insights({name: values[name] for name in names}, post.id)}


_SENTENCES = {
    Status.IN_PROGRESS: "In progress: The container is still being processed.",
    Status.FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
    Status.PUBLISHED: "Published: Media has been published.",
    Status.EXPIRED: "Expired: The container was not published within 24 hours and has expired.",
    Status.ERROR: "Error: The container failed to complete the publishing process.",
}


def _media_type(types: list[str]) -> str:
    if len(types) > 1:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if types[0].startswith("video/") else "IMAGE"
