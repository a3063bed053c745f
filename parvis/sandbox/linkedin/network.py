"""The network itself: who lives there, which paths it serves, how its posts are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from aiohttp import web

from parvis.sandbox.faults import Fault, Kind
from parvis.sandbox.linkedin import answers
from parvis.sandbox.linkedin.desk import Desk, refuse_scope
from parvis.sandbox.linkedin.posts import NAMES_DELETED, Posts
from parvis.sandbox.linkedin.signing_in import RULES, Signing
from parvis.sandbox.linkedin.social import Social
from parvis.sandbox.linkedin.uploads import Uploads
from parvis.sandbox.network import Route, SandboxNetwork, usual_cast, usual_owner
from parvis.sandbox.oauth import TokenTrouble
from parvis.sandbox.records import Person, Post

_LOWER_BITS = 22
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHUFFLE = 1_000_003


class LinkedIn(SandboxNetwork):
    name, label = "linkedin", "LinkedIn"
    permalink_path = "/feed/update/{id}/"
    own_faults = frozenset({Kind.SLOW_PROCESSING, Kind.RETIRED_METRIC, Kind.RETIRED_VERSION})
    usual_quirks: ClassVar[Mapping[str, bool]] = {NAMES_DELETED: True}
    oauth_rules = RULES

    def settle_in(self) -> None:
        """The numbers tell the time, so they begin anew with the clock."""
        self._last_number = 0
        super().settle_in()

    def routes(self) -> Iterable[Route]:
        desk = self._desk
        for part in (Signing, Uploads, Posts, Social):
            yield from part(self, desk).routes()

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RATE_LIMIT:
            return answers.throttled(is_the_apps=fault.detail == "app")
        if fault.fault is Kind.RETIRED_VERSION:
            return answers.inactive_version("202403")
        code = fault.detail or "CONTENT_NOT_ALLOWED"
        return answers.bad_input(code, "This content cannot be published")

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return refuse_scope(trouble)

    def server_error(self) -> web.Response:
        return answers.error(500, "Internal Server Error", code="INTERNAL_SERVER_ERROR")

    def people(self) -> Sequence[Person]:
        """The bookshop as a member, the organisation that this member administers, an audience."""
        shop, events, *audience = usual_cast(self.world)
        member = replace(shop, id=self._person_id(), handle="ponts", kind="person")
        page = replace(
            events,
            id=str(10_000_000 + int(events.id) % 80_000_000),
            handle="ponts-events",
            kind="organisation",
            signs_in=False,
            managed_by=member.id,
        )
        visitors = [replace(each, id=self._person_id(), kind="person") for each in audience]
        return (member, page, *visitors)

    def newcomer(self, number: int) -> Person:
        """One more member."""
        return replace(usual_owner(self.world, number), id=self._person_id())

    def new_id(self) -> str:
        """LinkedIn's numbers count milliseconds since 1970, 22 bits up. Each post takes two: its
        own and its activity's."""
        now = int(self.clock.now().timestamp() * 1000) << _LOWER_BITS
        self._last_number = max(self._last_number + 2, now)
        return str(self._last_number)

    def remote_id(self, post: Post) -> str:
        return self._desk.comment_urn(post) if post.parent_id else self._desk.post_urn(post)

    def permalink(self, post: Post) -> str:
        if not post.parent_id:
            return f"{self.origin}/feed/update/{self._desk.post_urn(post)}/"
        above = self.shelf.posts.known(post.root_id)
        return f"{self.permalink(above)}?commentUrn={self._desk.comment_urn(post)}"

    def post_at(self, request: web.Request) -> Post | None:
        return self._desk.post_of(request.match_info["id"])

    def visible_text(self, post: Post) -> str:
        """A poll's question is shown above the options, and is no part of the commentary."""
        question = post.extra.get("content", {}).get("poll", {}).get("question", "")
        return "\n".join(filter(None, (post.text, question)))

    @property
    def _desk(self) -> Desk:
        return Desk(self)

    def _person_id(self) -> str:
        """Members have short words of letters and digits for ids."""
        number = self.world.next_snowflake() * _SHUFFLE % len(_SIGNS) ** 10
        word = ""
        while number:
            number, sign = divmod(number, len(_SIGNS))
            word += _SIGNS[sign]
        return word
