"""The sandbox's own page and HTTP control, on the base port.

GET    /                     the index for people
GET    /networks             origins, app credentials, accounts
POST   /people               {"network", "count"}: so many more accounts of the owner's
POST   /consent              {"url": an authorise URL, "account"?: a handle} -> {"location"}
POST   /tokens               {"network", "account"?, "scopes"?: [...]} -> a token's facts
GET    /faults               the standing orders
POST   /faults               an order: see faults.Fault
DELETE /faults?network=      takes back all orders, or one network's
GET    /clock                {"now", "speed"}
POST   /clock                {"advance_seconds"?, "speed"?}
POST   /quirks               {"network", "quirk", "on"}
GET    /posts/{network}      what is stored, as it is
DELETE /posts/{network}?remote_id=  what its author does on the network's own pages
GET    /media/{network}/{sha256}   the bytes of a medium
GET    /calls?network=       what was asked of the networks
POST   /reset                forgets everything
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from aiohttp import ClientSession, web
from yarl import URL

from parvis.sandbox.faults import BadOrder, Purpose, read_order
from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.pages import render, style_answer
from parvis.sandbox.records import Json, Person, Post
from parvis.sandbox.world import World

_MOST_AT_ONCE = 100


class Wrong(Exception):
    """A control request that cannot be carried out; answered with 400 and its text."""


class Control:
    def __init__(self, world: World, networks: Mapping[str, SandboxNetwork]) -> None:
        self._world = world
        self._networks = networks

    def application(self) -> web.Application:
        application = web.Application(middlewares=[_say_what_is_wrong])
        for method, path, handle in self._routes():
            application.router.add_route(method, path, handle)
        return application

    def _routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        return [
            ("GET", "/", self.index),
            ("GET", "/_sandbox/sandbox.css", self.style),
            ("GET", "/networks", self.list_networks),
            ("POST", "/people", self.let_people_in),
            ("POST", "/consent", self.consent),
            ("POST", "/tokens", self.issue_token),
            ("GET", "/faults", self.list_faults),
            ("POST", "/faults", self.order_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/clock", self.show_clock),
            ("POST", "/clock", self.set_clock),
            ("POST", "/clock/set", self.set_clock_by_page),
            ("POST", "/quirks", self.set_quirk),
            ("GET", "/posts/{network}", self.list_posts),
            ("DELETE", "/posts/{network}", self.take_down),
            ("GET", "/media/{network}/{sha256}", self.show_media),
            ("GET", "/calls", self.list_calls),
            ("POST", "/reset", self.reset),
        ]

    # People.

    async def index(self, _request: web.Request) -> web.Response:
        return render(
            "control.html",
            None,
            networks=self._networks.values(),
            orders=self._world.faults.standing(),
            clock=self._world.clock,
        )

    async def style(self, _request: web.Request) -> web.Response:
        return style_answer()

    async def list_networks(self, _request: web.Request) -> web.Response:
        return web.json_response([_told(each) for each in self._networks.values()])

    async def let_people_in(self, request: web.Request) -> web.Response:
        stated = await _json_of(request)
        network, count = self._named(stated.get("network")), stated.get("count")
        if type(count) is not int or not 1 <= count <= _MOST_AT_ONCE:
            raise Wrong(f"“count” is a number from 1 to {_MOST_AT_ONCE}.")
        told = [_person(network, person) for person in network.let_in(count)]
        return web.json_response(told, status=201)

    async def consent(self, request: web.Request) -> web.Response:
        """Does over HTTP what a click on Allow would do, and says where the browser would go."""
        stated = await _json_of(request)
        url = URL(str(stated.get("url", "")), encoded=True)
        if str(url.origin()) not in {each.origin for each in self._networks.values()}:
            raise Wrong("“url” is not an address of this sandbox.")
        click = {"decision": "allow", "account": str(stated.get("account", ""))}
        async with (
            ClientSession() as session,
            session.post(url, data=click, allow_redirects=False) as answer,
        ):
            location = answer.headers.get("Location", "")
            if answer.status not in (302, 303) or not location:
                raise Wrong(f"The consent page answered {answer.status}: {await answer.text()}")
        return web.json_response({"location": location})

    async def issue_token(self, request: web.Request) -> web.Response:
        """A token without any ceremony, for the tests of other clients."""
        stated = await _json_of(request)
        network = self._named(stated.get("network"))
        person = _owner(network, str(stated.get("account", "")))
        token = network.hand_out_token(person, tuple(map(str, stated.get("scopes", ()))))
        return web.json_response(
            {
                "access_token": token.id,
                "refresh_token": token.refresh,
                "account_id": token.person_id,
                "scopes": token.scopes,
            }
        )

    # Faults, clock, quirks.

    async def list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self._world.faults.standing())

    async def order_fault(self, request: web.Request) -> web.Response:
        known = {name: each.known_faults() for name, each in self._networks.items()}
        try:
            self._world.faults.order(read_order(await _json_of(request), known))
        except BadOrder as error:
            raise Wrong(str(error)) from None
        return web.json_response(self._world.faults.standing(), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear(request.query.get("network", ""))
        return web.json_response(self._world.faults.standing())

    async def show_clock(self, _request: web.Request) -> web.Response:
        clock = self._world.clock
        return web.json_response({"now": clock.now().isoformat(), "speed": clock.speed})

    async def set_clock(self, request: web.Request) -> web.Response:
        self._set_clock(await _json_of(request))
        return await self.show_clock(request)

    async def set_clock_by_page(self, request: web.Request) -> web.Response:
        """The buttons of the index."""
        self._set_clock({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=303, headers={"Location": "/"})

    def _set_clock(self, stated: Json) -> None:
        try:
            self._world.clock.advance(timedelta(seconds=float(stated.get("advance_seconds", 0))))
            if "speed" in stated:
                self._world.clock.set_speed(float(stated["speed"]))
        except (TypeError, ValueError, OverflowError) as error:
            raise Wrong(str(error)) from None
        self._world.keep_clock()

    async def set_quirk(self, request: web.Request) -> web.Response:
        stated = await _json_of(request)
        network = self._named(stated.get("network"))
        known = ", ".join(sorted(network.usual_quirks)) or "none"
        if stated.get("quirk") not in network.usual_quirks:
            raise Wrong(f"{network.name} knows these quirks: {known}.")
        if not isinstance(stated.get("on"), bool):
            raise Wrong("“on” is true or false.")
        self._world.set_quirk(network.name, stated["quirk"], stated["on"])
        return web.json_response(
            {quirk: network.quirk(quirk) for quirk in sorted(network.usual_quirks)}
        )

    # What happened.

    async def list_posts(self, request: web.Request) -> web.Response:
        """All that is stored, oldest first, deleted ones left out; `?author=owners` leaves out
        what the audience wrote."""
        network = self._named(request.match_info["network"])
        network.let_audience_answer()
        only_owners = request.query.get("author") == "owners"
        return web.json_response(
            [
                _raw(network, post)
                for post in network.shelf.posts
                if post.deleted_at is None
                and (not only_owners or network.person(post.author_id).is_owner)
            ]
        )

    async def take_down(self, request: web.Request) -> web.Response:
        network = self._named(request.match_info["network"])
        wanted = request.query.get("remote_id", "")
        for post in network.shelf.posts:
            if post.deleted_at is None and network.remote_id(post) == wanted:
                network.delete_post(post)
                return web.json_response({"taken_down": wanted})
        raise Wrong(f"{network.label} has no post with the id {wanted}.")

    async def show_media(self, request: web.Request) -> web.Response:
        network = self._named(request.match_info["network"])
        try:
            content = network.shelf.blobs.read(request.match_info["sha256"])
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(body=content, content_type="application/octet-stream")

    async def list_calls(self, request: web.Request) -> web.Response:
        wanted = request.query.get("network", "")
        return web.json_response(
            [call.to_json() for call in self._world.calls if wanted in ("", call.network)]
        )

    async def reset(self, _request: web.Request) -> web.Response:
        self._world.reset()
        for network in self._networks.values():
            network.settle_in()
        return web.json_response({"reset": True})

    def _named(self, name: object) -> SandboxNetwork:
        if name not in self._networks:
            raise Wrong(f"“network” is one of {', '.join(sorted(self._networks))}.")
        return self._networks[str(name)]


@web.middleware
async def _say_what_is_wrong(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Wrong as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


async def _json_of(request: web.Request) -> Json:
    try:
        stated = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Wrong("The body is not JSON.") from None
    if not isinstance(stated, dict):
        raise Wrong("The body is not a JSON object.")
    return stated


def _owner(network: SandboxNetwork, handle: str) -> Person:
    for person in network.shelf.people:
        if person.is_owner and handle in ("", person.handle):
            return person
    raise Wrong(f"No account called “{handle}” is the owner’s on {network.label}.")


def _told(network: SandboxNetwork) -> Json:
    return {
        "name": network.name,
        "label": network.label,
        "origin": network.origin,
        "apps": [
            {"client_id": app.id, "client_secret": app.secret, "name": app.name}
            for app in network.shelf.apps
            if app.id in {made.id for made in network.apps()}
        ],
        "accounts": [_person(network, person) for person in network.shelf.people],
        "faults": sorted(network.known_faults()),
        "purposes": sorted(Purpose),
        "quirks": {quirk: network.quirk(quirk) for quirk in sorted(network.usual_quirks)},
    }


def _person(network: SandboxNetwork, person: Person) -> Json:
    return {
        "remote_id": person.id,
        "handle": person.handle,
        "name": person.name,
        "kind": person.kind,
        "is_owner": person.is_owner,
        "signs_in": person.signs_in,
        "password": network.password_of(person),
    }


def _remote_id(network: SandboxNetwork, post_id: str) -> str:
    post = network.shelf.posts.get(post_id)
    return network.remote_id(post) if post else post_id


def _raw(network: SandboxNetwork, post: Post) -> Json:
    media = [m for key in post.media_ids if (m := network.shelf.media.get(key))]
    return {
        "remote_id": network.remote_id(post),
        "text": post.text,
        "visible_text": network.visible_text(post),
        "alts": [each.alt for each in media],
        "media": [{"sha256": each.sha256, "media_type": each.media_type} for each in media],
        "created_at": post.created_at.isoformat(),
        "parent": _remote_id(network, post.parent_id),
        "root": _remote_id(network, post.root_id),
        "author": network.person(post.author_id).handle,
        "author_id": post.author_id,
        "url": network.permalink(post),
        "extra": post.extra,
    }
