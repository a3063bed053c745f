"""Threads: its paths, and what goes around every answer."""

import json
import math
from collections.abc import Callable, Iterable
from typing import ClassVar

from aiohttp import web

from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.network import Answered, Handler, Route, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble
from parvis.sandbox.records import Person, Post, Token
from parvis.sandbox.threads.answers import error, parameters, unauthorised
from parvis.sandbox.threads.containers import Containers
from parvis.sandbox.threads.publishing import Publishing
from parvis.sandbox.threads.reading import Reading
from parvis.sandbox.threads.shown import id_of, shortcode
from parvis.sandbox.threads.signing_in import RULES, Permission

_VERSION = "/v1.0"
# "4800 * Number of Impressions" in 24 hours, of which at least 10 are assumed.
CALLS = 4800 * 10
_DAY_SECONDS = 86_400
_USER = "{user:me|[0-9]+}"
_ID = "{id:[0-9]+}"


_Purpose = Purpose | Callable[[web.Request], Purpose]


class Threads(SandboxNetwork):
    """Quirks: `published-has-no-status` is how Threads was seen, against its documentation;
    `container_race` lets publishing miss some finished containers at first, by the seed."""

    name, label = "threads", "Threads"
    permalink_path = "/@{handle}/post/{id}"
    own_faults = frozenset(
        {Kind.SLOW_PROCESSING, Kind.CONTAINER_RACE, Kind.RETIRED_METRIC, Kind.RETIRED_VERSION}
    )
    usual_quirks: ClassVar[dict[str, bool]] = {
        "published-has-no-status": True,
        "container-race": False,
    }
    oauth_rules = RULES

    def routes(self) -> Iterable[Route]:
        yield from self._permission_routes()
        for method, path, handle, purpose in self._api():
            for prefix in ("", _VERSION):
                yield Route(method, prefix + path, self._metered(handle), purpose)

    def _permission_routes(self) -> Iterable[Route]:
        permission = Permission(self)
        yield Route("GET", "/oauth/authorize", permission.page.show, Purpose.PAGE)
        yield Route("POST", "/oauth/authorize", permission.decide, Purpose.PAGE)
        yield Route("POST", "/oauth/access_token", permission.redeem, Purpose.TOKEN)
        yield Route("GET", "/oauth/access_token", permission.give_app_token, Purpose.TOKEN)
        yield Route("GET", "/access_token", permission.exchange, Purpose.TOKEN)
        yield Route("GET", "/refresh_access_token", permission.renew, Purpose.TOKEN)
        for prefix in ("", _VERSION):
            yield Route("GET", f"{prefix}/debug_token", permission.debug, Purpose.TOKEN)

    def _api(self) -> Iterable[tuple[str, str, Handler, _Purpose]]:
        containers = Containers(self)
        publishing = Publishing(self, containers)
        reading = Reading(self, containers)
        yield "POST", f"/{_USER}/threads", publishing.create, Purpose.CONTAINER
        yield "POST", f"/{_USER}/threads_publish", publishing.publish, Purpose.PUBLISH
        yield "GET", f"/{_USER}/threads", reading.posts, Purpose.LOOK_UP
        yield "GET", f"/{_USER}/threads_insights", reading.account_insights, Purpose.METRICS
        yield "GET", f"/{_USER}/threads_publishing_limit", publishing.tell_limits, Purpose.ACCOUNT
        yield "GET", "/{user:me}", reading.profile, Purpose.ACCOUNT
        yield "GET", "/{id:me|[0-9]+}/replies", reading.replies, self._purpose_of_replies
        yield "GET", f"/{_ID}/conversation", reading.conversation, Purpose.REPLIES
        yield "POST", f"/{_ID}/manage_reply", reading.hide, Purpose.REPLIES
        yield "GET", f"/{_ID}/insights", reading.insights, Purpose.METRICS
        yield "DELETE", f"/{_ID}", publishing.delete, Purpose.DELETE
        # The collection asks for a container with a slash at the end.
        for path in (f"/{_ID}", f"/{_ID}/"):
            yield "GET", path, reading.node, Purpose.LOOK_UP

    def _purpose_of_replies(self, request: web.Request) -> Purpose:
        """What an account has answered is looked up; what was answered to a post is read."""
        named = request.match_info["id"]
        is_own = named == "me" or named in self.shelf.people
        return Purpose.LOOK_UP if is_own else Purpose.REPLIES

    def _metered(self, handle: Handler) -> Handler:
        """With the app's usage in the headers, and a refusal when it is all used up."""

        async def handle_metered(request: web.Request) -> web.StreamResponse:
            usage, is_exceeded = await self._usage(request)
            try:
                answer = _used_up() if is_exceeded else await handle(request)
            except Answered as stopped:
                answer = stopped.response
            except TokenTrouble as trouble:
                answer = self.unauthorised(trouble)
            answer.headers["X-App-Usage"] = json.dumps(usage)
            return answer

        return handle_metered

    async def _usage(self, request: web.Request) -> tuple[dict[str, int], bool]:
        """In percent. The audience of a new profile is taken to be that of the smallest one."""
        token = self.shelf.tokens.get(await self.presented_token(request))
        key = f"calls/{token.app_id}/{token.person_id}" if token else "calls/nobody"
        window = self.windows.take(key, limit=CALLS, seconds=_DAY_SECONDS)
        percent = math.ceil(100 * (window.limit - window.remaining) / window.limit)
        usage = {"call_count": percent, "total_cputime": percent, "total_time": percent}
        return usage, window.is_exceeded

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RATE_LIMIT:
            return _too_many_calls(fault.seconds)
        if fault.fault is Kind.RETIRED_VERSION:
            return error(
                "(#2635) You are calling a deprecated version of the Threads API. Please update "
                "to the latest version.",
                2635,
            )
        code = int(fault.detail) if fault.detail.isdigit() else 100
        return error("Invalid parameter", code, title="Post refused", told="It was ordered so.")

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return unauthorised(trouble)

    def server_error(self) -> web.Response:
        return error("An unexpected error has occurred. Please retry later.", 2, status=500)

    async def presented_token(self, request: web.Request) -> str:
        """As the parameter that the documentation has, or in the header that many clients send."""
        stated = (await parameters(request)).get("access_token")
        return stated or await super().presented_token(request)

    def hand_out_token(self, person: Person, scopes: tuple[str, ...]) -> Token:
        """A long one, as an account that is connected has."""
        app = next(iter(self.shelf.apps))
        return self.oauth.issue(
            app,
            person.id,
            scopes or tuple(sorted(self.oauth.rules.scopes)),
            kind="long",
            seconds=60 * _DAY_SECONDS,
        )

    def permalink(self, post: Post) -> str:
        author = self.person(post.author_id)
        path = self.permalink_path.format(handle=author.handle, id=shortcode(post.id))
        return self.origin + path

    def post_at(self, request: web.Request) -> Post | None:
        return self.shelf.posts.living(id_of(request.match_info["id"]))


def _used_up() -> web.Response:
    return _too_many_calls(0)


def _too_many_calls(seconds: float) -> web.Response:
    """Code 4, as Meta answers it: 400, without Retry-After, the minutes to wait in a header."""
    answer = error("(#4) Application request limit reached", 4)
    full = {"call_count": 100, "total_cputime": 100, "total_time": 100}
    answer.headers["X-Business-Use-Case-Usage"] = json.dumps(
        {"threads": [full | {"estimated_time_to_regain_access": math.ceil(seconds / 60)}]}
    )
    return answer
