"""Comments, totals and statistics."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.linkedin import answers, asked, wording
from parvis.sandbox.linkedin.desk import Desk
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.records import Item, Json, Person, Post, Token

COMMENT_LIMIT = 1250
_COMMENTS = "/rest/socialActions/{urn}/comments"


class Social:
    def __init__(self, network: SandboxNetwork, desk: Desk) -> None:
        self._network = network
        self._desk = desk
        self._retired = network.shelf.items("retired-metric")

    def routes(self) -> Iterable[Route]:
        yield Route("POST", _COMMENTS, self.comment, Purpose.PUBLISH)
        yield Route("GET", _COMMENTS, self.list_comments, Purpose.REPLIES)
        yield Route("DELETE", _COMMENTS + "/{id}", self.delete_comment, Purpose.DELETE)
        yield Route("GET", "/rest/socialMetadata", self.show_totals, Purpose.METRICS)
        yield Route("GET", "/rest/socialMetadata/{urn}", self.show_total, Purpose.METRICS)
        yield Route(
            "GET",
            "/rest/organizationalEntityShareStatistics",
            self.show_organisation_statistics,
            Purpose.METRICS,
        )
        yield Route(
            "GET", "/rest/memberCreatorPostAnalytics", self.show_member_statistics, Purpose.METRICS
        )

    # Comments.

    async def comment(self, request: web.Request) -> web.Response:
        what = "socialActions.comments.CREATE"
        token, _ = await self._desk.entered(request)
        body = await asked.read_body(request)
        author = self._desk.author(token, body.get("actor"), what, writes=True)
        post = self._desk.found_post(request.match_info["urn"])
        text = _comment_text(body)
        comment = self._network.keep_post(
            Post(
                id=self._network.new_id(),
                author_id=author.id,
                text=text,
                created_at=self._network.clock.now(),
                parent_id=post.id,
                root_id=post.id,
            )
        )
        return answers.created(comment.id, self._comment(comment, post))

    async def list_comments(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        post = self._desk.found_post(request.match_info["urn"])
        self._may_read(token, post, "socialActions.comments.GET_ALL")
        comments = self._network.shelf.posts.answers_to(post.id)
        shown = [self._comment(comment, post) for comment in comments]
        return answers.page(shown, *asked.read_paging(query))

    async def delete_comment(self, request: web.Request) -> web.Response:
        what = "socialActions.comments.DELETE"
        token, query = await self._desk.entered(request)
        comment = self._network.shelf.posts.living(request.match_info["id"])
        if comment is None or not comment.parent_id:
            return answers.not_found(request.match_info["id"])
        author = self._network.person(comment.author_id)
        urn = self._desk.urn_of(author)
        if query.get("actor", urn) != urn:
            raise Answered(answers.not_permitted(what))
        self._desk.author(token, urn, what, writes=True)
        self._network.delete_post(comment)
        return web.Response(status=204)

    def _comment(self, comment: Post, post: Post) -> Json:
        urn = self._desk.comment_urn(comment)
        author = self._desk.urn_of(self._network.person(comment.author_id))
        moment = {"actor": author, "time": int(comment.created_at.timestamp() * 1000)}
        return {
            "id": comment.id,
            "$URN": urn,
            "commentUrn": urn,
            "actor": author,
            "object": self._desk.activity_urn(post),
            "message": {"attributes": [], "text": comment.text},
            "created": moment,
            "lastModified": moment,
            "likesSummary": {"totalLikes": 0, "aggregatedTotalLikes": 0},
        }

    # Totals and statistics.

    async def show_totals(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        ids = asked.read_ids(query)
        posts = {urn: post for urn in ids if (post := self._desk.post_of(urn)) is not None}
        self._may_read_any(token, "socialMetadata.BATCH_GET")
        for post in posts.values():
            self._may_read(token, post, "socialMetadata.BATCH_GET")
        found = {urn: self._totals(post) for urn, post in posts.items()}
        return answers.batch(found, [urn for urn in ids if urn not in found], "socialMetadata")

    async def show_total(self, request: web.Request) -> web.Response:
        token, _ = await self._desk.entered(request)
        post = self._desk.found_post(request.match_info["urn"])
        self._may_read(token, post, "socialMetadata.GET")
        return web.json_response(self._totals(post))

    def _totals(self, post: Post) -> Json:
        counts = self._network.counts(post)
        praise = counts.likes // 4
        reactions = {"LIKE": counts.likes - praise, "PRAISE": praise}
        return {
            "entity": self._desk.activity_urn(post),
            "commentsState": "OPEN",
            "reactionSummaries": {
                kind: {"reactionType": kind, "count": count}
                for kind, count in reactions.items()
                if count
            },
            "commentSummary": {"count": counts.replies, "topLevelCount": counts.replies},
        }

    async def show_organisation_statistics(self, request: web.Request) -> web.Response:
        what = "organizationalEntityShareStatistics.FINDER-organizationalEntity"
        token, query = await self._desk.entered(request)
        if query.get("q") != "organizationalEntity":
            raise Answered(answers.bad_query())
        owner = self._desk.administered(token, query.get("organizationalEntity"), what)
        self._retire()
        asked_for = [("share", urn) for urn in asked.read_ids(query, "shares")]
        asked_for += [("ugcPost", urn) for urn in asked.read_ids(query, "ugcPosts")]
        elements = [
            {
                "organizationalEntity": self._desk.urn_of(owner),
                kind: urn,
                "totalShareStatistics": self._statistics(post),
            }
            for kind, urn in asked_for
            if (post := self._desk.post_of(urn)) is not None
            and post.author_id == owner.id
            and urn == f"urn:li:{kind}:{post.id}"
        ]
        # Of this finder LinkedIn tells all at once.
        return answers.page(elements, 0, max(len(elements), 1))

    def _statistics(self, post: Post) -> Json:
        counts = self._network.counts(post)
        shown = {
            "impressionCount": counts.views,
            "uniqueImpressionsCount": counts.reach,
            "clickCount": counts.clicks,
            "likeCount": counts.likes,
            "commentCount": counts.replies,
            "shareCount": counts.reposts,
        }
        interactions = counts.clicks + counts.likes + counts.replies + counts.reposts
        engagement = interactions / counts.views if counts.views else 0
        kept = {name: count for name, count in shown.items() if name not in self._retired}
        return kept | {"engagement": engagement}

    async def show_member_statistics(self, request: web.Request) -> web.Response:
        what = "memberCreatorPostAnalytics.FINDER-entity"
        token, query = await self._desk.entered(request)
        self._desk.require(token, "r_member_postAnalytics", what)
        post = self._desk.found_post(_entity_of(query))
        if post.author_id != token.person_id:
            raise Answered(answers.not_permitted(what))
        self._retire()
        counted = self._member_figures(post)
        kind = str(query.get("queryType"))
        if kind not in counted or kind in self._retired:
            raise Answered(answers.bad_query("Invalid value for queryType"))
        return answers.page([{"count": counted[kind], "metricType": kind}], 0, 10)

    def _member_figures(self, post: Post) -> dict[str, int]:
        counts = self._network.counts(post)
        return {
            "IMPRESSION": counts.views,
            "MEMBERS_REACHED": counts.reach,
            "RESHARE": counts.reposts,
            "REACTION": counts.likes,
            "COMMENT": counts.replies,
            "POST_SAVE": counts.bookmarks,
        }

    def _retire(self) -> None:
        fault = self._network.take_fault(Kind.RETIRED_METRIC, Purpose.METRICS)
        if fault is not None:
            self._retired.put(Item(id=fault.detail, created_at=self._network.clock.now()))

    # Who may read.

    def _may_read(self, token: Token, post: Post, what: str) -> None:
        author: Person = self._network.person(post.author_id)
        self._desk.author(token, self._desk.urn_of(author), what, writes=False)

    def _may_read_any(self, token: Token, what: str) -> None:
        if not {"r_member_social", "r_organization_social"} & set(token.scopes):
            raise Answered(answers.not_permitted(what))


def _comment_text(body: Json) -> str:
    message = body.get("message")
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise Answered(answers.bad_input("MISSING_FIELD", "message text", "/message/text"))
    if wording.length(text) > COMMENT_LIMIT:
        raise Answered(
            answers.bad_input(
                "FIELD_LENGTH_TOO_LONG",
                f"message text exceeded the maximum allowed ({COMMENT_LIMIT} characters)",
                "/message/text",
            )
        )
    return text


def _entity_of(query: Any) -> str:
    """(share:urn…) or (ugc:urn…), each with the URN of its kind."""
    entity = query.get("entity")
    if query.get("q") == "entity" and isinstance(entity, dict) and len(entity) == 1:
        ((kind, urn),) = entity.items()
        if {"share": "urn:li:share:", "ugc": "urn:li:ugcPost:"}.get(kind, "?") in str(urn):
            return str(urn)
    raise Answered(answers.bad_query())
