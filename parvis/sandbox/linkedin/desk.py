"""What the parts of the simulated LinkedIn share: who asks, for whom, and which post is meant."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from parvis.sandbox.linkedin import answers, asked
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble, Why
from parvis.sandbox.records import Person, Post, Token

PERSON = "urn:li:person:"
ORGANISATION = "urn:li:organization:"


class Desk:
    def __init__(self, network: SandboxNetwork) -> None:
        self.network = network

    async def entered(self, request: web.Request) -> tuple[Token, Mapping[str, Any]]:
        """The token and the query of a request to a versioned resource."""
        token = await self.network.token(request)
        asked.check_headers(request, self.network.clock.now())
        return token, asked.read_query(request)

    def author(self, token: Token, urn: object, what: str, *, writes: bool) -> Person:
        """Whom the URN names, if the token may read or write for them."""
        person = self.named(urn)
        kind = "organization" if self.is_organisation(person) else "member"
        scope = f"{'w' if writes else 'r'}_{kind}_social"
        speaks = token.person_id in (person.id, person.managed_by)
        if scope not in token.scopes or not speaks:
            raise Answered(answers.not_permitted(what))
        return person

    def administered(self, token: Token, urn: object, what: str) -> Person:
        self.require(token, "rw_organization_admin", what)
        person = self.named(urn)
        if person.managed_by != token.person_id:
            raise Answered(answers.not_permitted(what))
        return person

    def require(self, token: Token, scope: str, what: str) -> None:
        if scope not in token.scopes:
            raise Answered(answers.not_permitted(what))

    def named(self, urn: object) -> Person:
        for person in self.network.shelf.people:
            if self.urn_of(person) == urn:
                return person
        raise Answered(answers.bad_input("INVALID_URN", f"{urn} names nobody", "/author"))

    def urn_of(self, person: Person) -> str:
        return (ORGANISATION if self.is_organisation(person) else PERSON) + person.id

    def is_organisation(self, person: Person) -> bool:
        return person.kind == "organisation"

    def post_of(self, urn: str) -> Post | None:
        """By the URN of the share or UGC post, or of the activity that LinkedIn makes of it."""
        number = urn.rpartition(":")[2]
        if urn.startswith("urn:li:activity:"):
            number = str(int(number) - 1) if number.isdigit() else ""
        post = self.network.shelf.posts.living(number)
        if post is None or post.parent_id:
            return None
        return post if urn in (self.post_urn(post), self.activity_urn(post)) else None

    def found_post(self, urn: str) -> Post:
        post = self.post_of(urn)
        if post is None:
            raise Answered(answers.not_found(urn))
        return post

    def post_urn(self, post: Post) -> str:
        return f"urn:li:{post.extra['kind']}:{post.id}"

    def activity_urn(self, post: Post) -> str:
        """A number of its own, which is all that is known of it."""
        return f"urn:li:activity:{int(post.id) + 1}"

    def comment_urn(self, comment: Post) -> str:
        post = self.network.shelf.posts.known(comment.root_id)
        return f"urn:li:comment:({self.activity_urn(post)},{comment.id})"


def refuse_scope(trouble: TokenTrouble) -> web.Response:
    if trouble.why is Why.SCOPE:
        return answers.not_permitted(trouble.scope)
    return answers.bad_token(trouble.why)
