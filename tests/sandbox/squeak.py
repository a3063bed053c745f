"""The smallest network that is whole: what every simulated one must say of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.oauth import OAuthError, Pkce, Rules, TokenTrouble
from parvis.sandbox.records import Item, Post

LONGEST = 40


class Squeak(SandboxNetwork):
    name, label = "squeak", "Squeak"
    permalink_path = "/{handle}/squeaks/{id}"
    own_faults = frozenset({Kind.SLOW_PROCESSING})
    usual_quirks: ClassVar[dict[str, bool]] = {"is-loud": True}
    oauth_rules = Rules(scopes=frozenset({"read", "write"}), refresh_scope="", pkce=Pkce.REQUIRED)

    def routes(self) -> Iterable[Route]:
        page = ConsentPage(self, self.oauth)
        yield Route("GET", "/authorize", page.show, Purpose.PAGE)
        yield Route("POST", "/authorize", page.decide, Purpose.PAGE)
        yield Route("POST", "/token", self.give_token, Purpose.TOKEN)
        yield Route("POST", "/v1/squeaks", self.create, Purpose.PUBLISH)
        yield Route("GET", "/v1/squeaks", self.mine, Purpose.LOOK_UP)
        yield Route("GET", "/v1/squeaks/{id}", self.one, self._purpose_of_one)
        yield Route("POST", "/v1/jobs", self.start_job, Purpose.UPLOAD)
        yield Route("GET", "/v1/jobs/{id}", self.job, Purpose.PROCESSING)

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RATE_LIMIT:
            wait = {"Retry-After": f"{fault.seconds:.0f}"}
            return web.json_response({"error": "slow down"}, status=429, headers=wait)
        return web.json_response({"error": fault.detail or "no"}, status=422)

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return web.json_response({"error": trouble.why}, status=401)

    async def give_token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            app = self.oauth.client(request, form)
            if form.get("grant_type") == "refresh_token":
                token = self.oauth.renew(app, form["refresh_token"])
            else:
                token = self.oauth.redeem(app, form)
        except OAuthError as error:
            return web.json_response({"error": error.error}, status=error.status)
        return web.json_response({"access_token": token.id, "refresh_token": token.refresh})

    async def create(self, request: web.Request) -> web.Response:
        token = await self.token(request, "write")
        text = str((await request.json())["text"])
        if len(text) > LONGEST:
            raise Answered(web.json_response({"error": "too long"}, status=422))
        post = Post(
            id=self.new_id(), author_id=token.person_id, text=text, created_at=self.clock.now()
        )
        return web.json_response({"id": self.keep_post(post).id}, status=201)

    async def mine(self, request: web.Request) -> web.Response:
        token = await self.token(request, "read")
        return web.json_response([post.text for post in self.shelf.posts.by(token.person_id)])

    async def one(self, request: web.Request) -> web.Response:
        post = self.shelf.posts.living(request.match_info["id"])
        if post is None:
            return web.json_response({"error": "gone"}, status=404)
        counts = self.counts(post)
        return web.json_response({"likes": counts.likes, "replies": counts.replies})

    async def start_job(self, _request: web.Request) -> web.Response:
        job = self.in_processing(Item(id=self.new_id(), created_at=self.clock.now()))
        self.shelf.items("job").put(job)
        return web.json_response({"id": job.id})

    async def job(self, request: web.Request) -> web.Response:
        jobs = self.shelf.items("job")
        job = jobs.get(request.match_info["id"])
        assert job is not None
        is_ready = self.is_ready(jobs, job)
        if is_ready:
            jobs.put(replace(jobs.get(job.id) or job, extra={"done": True}))
        return web.json_response({"ready": is_ready})

    def _purpose_of_one(self, request: web.Request) -> Purpose:
        return Purpose.METRICS if "metrics" in request.query else Purpose.LOOK_UP
