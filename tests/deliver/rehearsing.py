"""The desk beside the sandbox: accounts of its networks, and a courier that goes there."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from itertools import count
from typing import Any, Unpack

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from yarl import URL

from parvis.compose.content import UsedMedia
from parvis.config import reach
from parvis.connections import rehearsal
from parvis.connections.models import Account
from parvis.connections.oauth import finish_oauth
from parvis.connections.verbs import keep_connected
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.networks.bluesky import video as bluesky_video
from parvis.networks.contract import Network
from parvis.networks.facebook import Facebook
from parvis.networks.http import Answer, Ask, Http
from parvis.networks.instagram import Instagram
from parvis.networks.linkedin import media as linkedin_media
from parvis.networks.mastodon import Mastodon
from parvis.networks.registry import networks
from parvis.networks.secret import Secret
from parvis.networks.threads import Threads
from parvis.networks.x import media as x_media
from parvis.people.models import Workspace
from tests.cast import kept_picture, scheduled
from tests.deliver import driving
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox

QUICK = (0.01,) * 3
"""Pauses between two looks at media: what the sandbox has not ready by then waits in Parvis."""
TEXT = "The square reopens on Saturday."
_RETURN = "http://127.0.0.1/return"
_NOT_YET_WITHIN_REACH = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of account: a network, and how it is connected where there are several ways."""

    network: str
    way: str = ""


KINDS = {
    "x": Kind("x"),
    "facebook": Kind("facebook"),
    "instagram": Kind("instagram"),
    "instagram by Page": Kind("instagram", "facebook-login"),
    "linkedin member": Kind("linkedin", "member"),
    "linkedin organisation": Kind("linkedin", "organisations"),
    "threads": Kind("threads"),
    "mastodon": Kind("mastodon"),
    "bluesky": Kind("bluesky"),
}


class Rehearsal:
    """One account in the sandbox, what is posted with it, and what is to be seen there."""

    def __init__(self, sandbox: RunningSandbox, workspace: Workspace, kind: Kind) -> None:
        self.sandbox = sandbox
        self.workspace = workspace
        self.kind = kind
        self.network = kind.network
        self.account = _connected(sandbox, workspace, kind)

    def connect_again(self) -> None:
        again = _connected(self.sandbox, self.workspace, self.kind)
        assert again.pk == self.account.pk
        self.account = again

    def schedule(self, text: str = TEXT, **content: Any) -> Delivery:
        """With a picture where the network takes no text alone."""
        if not self.account.traits.posts_text_alone and "media" not in content:
            content["media"] = (self.picture(),)
        return scheduled(self.account, text=text, **content)

    def picture(self, colour: str = "teal", **where: int) -> UsedMedia:
        stalls = kept_picture(self.workspace, kind="JPEG", width=640, height=480, colour=colour)
        return UsedMedia(media_id=stalls.pk, alt="Stalls on the square", **where)

    def order(self, fault: str, on: str = "publish", **more: object) -> None:
        self.sandbox.order(self.network, fault, on, **more)

    def turn_back(self, seconds: float) -> None:
        """The sandbox's clock, which only goes forward where people can reach it."""
        clock = self.sandbox.sandbox.world.clock
        now = clock.now().timestamp()
        clock.restore({"speed": 1.0, "real_anchor": time.time(), "shown_anchor": now - seconds})

    def deliver(self, http: Callable[[], Http] = reach.new_http) -> None:
        driving.deliver_due(http, desk_within_reach)

    def deliver_again(self) -> None:
        driving.end_all_waiting()
        self.deliver()

    def go_on(self, turns: int = 4) -> None:
        """As a worker does from here on, whatever time it takes."""
        for _ in range(turns):
            driving.look_up_due()
            self.deliver_again()

    @property
    def posts(self) -> list[dict[str, Any]]:
        return self.sandbox.posts(self.network)

    @property
    def remote_ids(self) -> list[str]:
        return [str(post["remote_id"]) for post in self.posts]

    def calls(self, purpose: str) -> list[str]:
        return [
            f"{call['method']} {call['path']}"
            for call in self.sandbox.calls(self.network)
            if call["purpose"] == purpose
        ]


def on(*kinds: str) -> pytest.MarkDecorator:
    """The test is done with an account of each of these kinds."""
    return pytest.mark.parametrize("rehearsal", kinds, indirect=True)


on_all = on(*KINDS)


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def told_of(delivery: Delivery) -> str:
    """What a failed test shows of it."""
    settled(delivery)
    tries = Attempt.objects.filter(delivery=delivery).values_list("part", "outcome", "code")
    return f"{delivery.state} {delivery.reason_code!r} {delivery.reason!r} {list(tries)}"


def outcomes_of(delivery: Delivery) -> list[str]:
    return list(Attempt.objects.filter(delivery=delivery).values_list("outcome", flat=True))


def assert_out_once(rehearsal: Rehearsal, delivery: Delivery) -> None:
    """All its parts, and nothing else of ours."""
    told = told_of(delivery)
    assert delivery.state == State.PUBLISHED, told
    assert rehearsal.remote_ids == [receipt["remote_id"] for receipt in delivery.receipts], told


def page_at(url: str) -> str:
    """What a visitor is shown there; a network may first lead to a nicer address."""
    answer = ask("GET", url)
    if answer.status == 302:
        answer = ask("GET", str(URL(url).join(URL(answer.headers["Location"]))))
    return unescape(answer.confirmed().body.decode())


@contextmanager
def beside(sandbox: RunningSandbox, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """While it lasts the sandbox runs beside this installation, and nobody waits long for it."""
    installed = replace(
        settings.INSTALLATION, sandbox=sandbox.control, local_url=_NOT_YET_WITHIN_REACH
    )
    patch.setattr(settings, "INSTALLATION", installed)
    patch.setattr(reach, "networks", _impatient_networks)
    patch.setattr(linkedin_media, "PAUSES", QUICK)
    patch.setattr(x_media, "PATIENCE", 0.0)
    patch.setattr(bluesky_video, "_POLL_SECONDS", 0.01)
    patch.setattr(bluesky_video, "_WAIT_SECONDS", 0.02)
    reach.all_networks.cache_clear()
    try:
        yield
    finally:
        reach.all_networks.cache_clear()


@asynccontextmanager
async def desk_within_reach() -> AsyncIterator[None]:
    """The desk's own pages on loopback, for networks that fetch media. They are served from the
    courier's loop, and so see what the test's transaction has written."""
    client = Client()

    def show(path: str) -> web.Response:
        answer = client.get(path)
        return web.Response(
            status=answer.status_code, body=answer.getvalue(), content_type=answer["Content-Type"]
        )

    async def handle(request: web.Request) -> web.StreamResponse:
        return await sync_to_async(show)(request.path)

    application = web.Application()
    application.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await (site := web.TCPSite(runner, "127.0.0.1", 0)).start()
    usual = settings.INSTALLATION
    settings.INSTALLATION = replace(usual, local_url=_origin_of(runner))
    try:
        yield
    finally:
        settings.INSTALLATION = usual
        await site.stop()
        await runner.cleanup()


class Killed(BaseException):
    """The worker's process ended here: nothing after it is done."""


class Mortal(Http):
    """The worker dies at a request whose address fits the pattern `deadly`, once `spared` of them
    have passed. The courier sends each request with a copy of its client; they count together."""

    deadly = ""
    spared = 0
    met: Iterator[int]
    dies_first = True

    async def get(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._at(url, ask, super().get)

    async def post(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._at(url, ask, super().post)

    async def put(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._at(url, ask, super().put)

    async def _at(
        self, url: str | URL, ask: Ask, go_on: Callable[..., Awaitable[Answer]]
    ) -> Answer:
        is_deadly = self._is_deadly(URL(url).update_query(_shown(ask)))
        if is_deadly and self.dies_first:
            raise Killed
        answer = await go_on(url, **ask)
        if is_deadly:
            raise Killed
        return answer

    def _is_deadly(self, address: URL) -> bool:
        if not re.search(self.deadly, str(address)):
            return False
        return next(self.met) >= self.spared


def dies_before(address: str, after: int = 0) -> Callable[[], Http]:
    """A client whose process ends before such a request, when `after` of them were answered."""
    return lambda: _mortal(address, after, dies_first=True)


def dies_after(address: str) -> Callable[[], Http]:
    """A client whose process ends when such a request is done and nobody has read the answer."""
    return lambda: _mortal(address, 0, dies_first=False)


def _mortal(address: str, after: int, *, dies_first: bool) -> Http:
    mortal = Mortal(allow_private_hosts=settings.INSTALLATION.private_hosts)
    mortal.deadly, mortal.spared, mortal.dies_first = address, after, dies_first
    mortal.met = count()
    return mortal


def _shown(ask: Ask) -> dict[str, str]:
    return {name: str(value) for name, value in ask.get("query", {}).items()}


def _connected(sandbox: RunningSandbox, workspace: Workspace, kind: Kind) -> Account:
    stage = next(stage for stage in rehearsal.stages() if stage.network == kind.network)
    if not rehearsal.has_pages(stage):
        password = Secret(_new_app_password(stage))
        return rehearsal.rehearse_with(workspace, replace(stage, password=password))
    if not kind.way:
        return rehearsal.rehearse_with(workspace, stage)
    departing = rehearsal.begin_at(stage, _RETURN, way=kind.way)
    returned = URL(sandbox.consent(departing.url))
    found = finish_oauth(departing, returned.query["code"])
    ours = next((each for each in found if "organization" in each.remote_id), found[0])
    return keep_connected(workspace, ours, is_sandbox=True)


def _new_app_password(stage: rehearsal.Stage) -> str:
    """Made on Bluesky's own page for it, where a withdrawn one is dead for good."""
    page = f"{stage.origin}/settings/app-passwords"
    named = {"account": stage.handle, "name": "Parvis"}
    shown = ask("POST", page, form=named).confirmed().body.decode()
    return shown.partition("<code>")[2].partition("</code>")[0]


def _impatient_networks(**where: str) -> dict[str, Network]:
    return {
        **networks(**where),
        "facebook": Facebook(pauses=QUICK),
        "instagram": Instagram(pauses=QUICK),
        "threads": Threads(pauses=QUICK),
        "mastodon": Mastodon(pauses=QUICK),
    }


def _origin_of(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
