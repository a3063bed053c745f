"""The simulated Instagram: its cast, its paths, and where its records are found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import web

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.graph.faults import bad_parameter, lacks, missing
from parvis.sandbox.graph.fields import Field
from parvis.sandbox.graph.login import PAGE, Dialog, Page
from parvis.sandbox.graph.network import VERSION, Asked, GraphNetwork
from parvis.sandbox.graph.nodes import Node, told
from parvis.sandbox.instagram.publishing import COMMENTING, PUBLISHING, Publishing, Status
from parvis.sandbox.instagram.showing import BASIC, INSIGHTS, Showing
from parvis.sandbox.instagram.signing_in import LONG, SigningIn
from parvis.sandbox.network import Answered, Route, named_after_shop
from parvis.sandbox.oauth import Pkce, Rules
from parvis.sandbox.records import Item, Person, Token
from parvis.sandbox.shelf import Collection
from parvis.sandbox.world import World

SCOPES = frozenset(
    {*BASIC, *PUBLISHING, *COMMENTING, *INSIGHTS, "pages_show_list", "pages_read_engagement"}
)
_QUOTA = 100
_FIGURES = ("like_count", "insights", "comments_count")


class Instagram(GraphNetwork):
    name, label = "instagram", "Instagram"
    permalink_path = "/p/{id}/"
    own_faults = GraphNetwork.own_faults | {Kind.CONTAINER_RACE}
    usual_quirks: ClassVar[dict[str, bool]] = {
        # Denies knowing a container that is there (postiz-app issue 1562).
        "hides-containers": False,
        # Takes one post a day, so that the quota can be seen to be used up.
        "quota-of-one": False,
        # The answer to a code is wrapped in a list, as the reference has it.
        "wrapped": True,
    }
    oauth_rules = Rules(
        scopes=SCOPES, separator=",", code_seconds=3600, access_seconds=None, pkce=Pkce.IGNORED
    )
    use_case = "instagram"
    too_many = (80002, "There have been too many calls to this Instagram account. Wait a bit.")
    login_paths = (f"/{VERSION}",)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.signing_in = SigningIn(self)

    @property
    def containers(self) -> Collection[Item]:
        return self.shelf.items("container")

    @property
    def quota(self) -> int:
        return 1 if self.quirk("quota-of-one") else _QUOTA

    def people(self) -> Sequence[Person]:
        """The bookshop's two professional accounts sign in themselves; Alice signs in at Facebook
        and has a role on the Pages that they are linked to."""

        alice = self._person("alice", "Alice", signs_in=True)
        return (
            self._professional("ponts", "Librairie Ponts", alice),
            self._professional("ponts_events", "Librairie Ponts, events", alice),
            alice,
            self._person("bob", "Bob"),
            self._person("charlie", "Charlie"),
        )

    def newcomer(self, number: int) -> Person:
        alice = next(person for person in self.shelf.people if person.kind == "person")
        return self._professional(f"ponts_{number}", named_after_shop(number), alice)

    def _professional(self, handle: str, name: str, manager: Person) -> Person:
        owned: dict[str, Any] = {"is_owner": True, "signs_in": True, "managed_by": manager.id}
        return self._person(handle, name, kind="professional", **owned)

    def _person(self, handle: str, name: str, **more: Any) -> Person:
        person_id = str(self.world.next_snowflake() % 10**12 + 17841 * 10**12)
        return Person(id=person_id, handle=handle, name=name, **more)

    def routes(self) -> Iterable[Route]:
        direct = Dialog(self, self.oauth, "professional", "#_")
        by_page = Dialog(self, self.oauth, "person", "#_=_")
        for path, dialog in (
            ("/oauth/authorize", direct),
            (f"/{VERSION}/dialog/oauth", by_page),
            ("/dialog/oauth", by_page),
        ):
            yield Route("GET", path, dialog.show, Purpose.PAGE)
            yield Route("POST", path, dialog.decide, Purpose.PAGE)
        yield Route("POST", "/oauth/access_token", self._counted(self._redeem), Purpose.TOKEN)
        for version in ("", f"/{VERSION}"):
            lengthen, renew = f"{version}/access_token", f"{version}/refresh_access_token"
            yield Route("GET", lengthen, self._counted(self._lengthen), Purpose.TOKEN)
            yield Route("GET", renew, self._counted(self._renew), Purpose.TOKEN)
        yield from self.graph_routes()

    async def purpose_of(self, request: web.Request) -> Purpose:
        asked = await self.asked(request)
        last = asked.path[-1] if asked.path else ""
        if request.method == "POST":
            return _PURPOSES_OF_POSTS.get(last, Purpose.ACCOUNT)
        fields = asked.word("fields")
        if last == "comments":
            return Purpose.REPLIES if "replies" in fields else Purpose.LOOK_UP
        if last in ("media", "stories"):
            return Purpose.LOOK_UP
        if (container := self.containers.get(last)) is not None:
            return Purpose.LOOK_UP if container.extra.get("post") else Purpose.PROCESSING
        is_figures = last == "insights" or any(word in fields for word in _FIGURES)
        return Purpose.METRICS if is_figures else Purpose.ACCOUNT

    # What is asked of it.

    def node(self, node_id: str, token: Token) -> Node:
        return Showing(self, token).node(node_id)

    async def act(self, asked: Asked, token: Token) -> dict[str, Any]:
        return await Publishing(self, asked, token).act()

    def remove(self, node_id: str, token: Token) -> None:
        """A media only with a Page's token: deleting is in Meta's list for Facebook Login
        alone."""
        post = self.shelf.posts.living(node_id)
        if post is None:
            raise missing(node_id, "delete")
        root = self.shelf.posts.get(post.root_id) if post.root_id else post
        is_own = root is not None and root.author_id == token.person_id
        if not is_own or (not post.parent_id and token.kind != PAGE):
            raise missing(node_id, "delete")
        self.demand_one(token, COMMENTING if post.parent_id else PUBLISHING)
        self.delete_post(post)

    def demand_one(self, token: Token, scopes: tuple[str, ...]) -> None:
        """The permission under the name that it has in either way of signing in."""
        if not set(scopes) & set(token.scopes):
            raise lacks(scopes[0])

    def told(self, node: Node, asked: Field) -> dict[str, Any]:
        return told(node, asked.inner)

    async def _redeem(self, asked: Asked) -> web.Response:
        return self.signing_in.redeem(asked)

    async def _lengthen(self, asked: Asked) -> web.Response:
        return self.signing_in.lengthen(asked, await self.living_token(asked))

    async def _renew(self, asked: Asked) -> web.Response:
        return self.signing_in.renew(asked, await self.living_token(asked))

    # Records.

    def container_status(self, container: Item, *, asked: bool) -> Status:
        if container.extra.get("post"):
            return Status.PUBLISHED
        if container.expires_at is not None and container.expires_at <= self.clock.now():
            return Status.EXPIRED
        if not self.is_ready(self.containers, container, asked=asked):
            return Status.IN_PROGRESS
        return Status.ERROR if container.extra["trouble"] else Status.FINISHED

    def posts_of_the_day(self, account_id: str) -> int:
        since = self.clock.now() - timedelta(days=1)
        recent = (post for post in self.shelf.posts if post.created_at >= since)
        return sum(1 for post in recent if post.author_id == account_id and not post.parent_id)

    def accounts_of(self, person_id: str) -> list[Person]:
        return [each for each in self.shelf.people if each.managed_by == person_id]

    def page_of(self, account: Person) -> Page:
        return Page(
            page_id=f"1{account.id[5:]}",
            name=account.name,
            username=account.handle,
            owner_id=account.id,
        )

    def account_of_page(self, page_id: str) -> Person | None:
        owned = (each for each in self.shelf.people if each.kind == "professional")
        return next((each for each in owned if self.page_of(each).page_id == page_id), None)

    def hand_out_token(self, person: Person, scopes: tuple[str, ...]) -> Token:
        app = next(iter(self.shelf.apps))
        return self.oauth.issue(app, person.id, scopes or tuple(sorted(SCOPES)), kind=LONG)

    # Refusals.

    def refusals(self) -> Mapping[str, tuple[int, int, str, str]]:
        return {
            **super().refusals(),
            "spam": (
                4,
                2207051,
                "Application request limit reached",
                "We restrict certain activity to protect our community.",
            ),
            "quota": (
                9,
                2207042,
                "Application request limit reached",
                "You reached maximum number of posts that is allowed to be published.",
            ),
            "restricted": (
                25,
                2207050,
                "The Instagram account is restricted.",
                "Sign in to the Instagram app and complete what it asks for.",
            ),
            "builder": (
                24,
                2207008,
                "The requested resource does not exist",
                "The media builder does not exist or has expired.",
            ),
        }

    def bad_metric(self, name: str, wanted: list[str], allowed: list[str]) -> Answered:
        """Two ways of saying it: one names the metric, the other those that are allowed."""
        if name in _EVERY_METRIC:
            return bad_parameter(f"The metric {name} is not supported for this media type")
        place, known = wanted.index(name), ", ".join(allowed)
        return bad_parameter(f"metric[{place}] must be one of the following values: {known}")


_EVERY_METRIC = frozenset({"saved", "shares", "follows", "replies"})
_PURPOSES_OF_POSTS = {
    "media": Purpose.CONTAINER,
    "media_publish": Purpose.PUBLISH,
    "comments": Purpose.PUBLISH,
    "replies": Purpose.PUBLISH,
}
