"""The base of the simulated Graph API networks: routing, tokens, versions, usage headers."""

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.web_request import FileField

from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.graph.faults import (
    bad_parameter,
    error,
    lacks,
    missing,
    retired_version,
    unauthorised,
    unexpected,
    unknown_path,
)
from parvis.sandbox.graph.fields import Field, read_fields
from parvis.sandbox.graph.login import Login
from parvis.sandbox.graph.nodes import Node, told
from parvis.sandbox.limits import Window
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble, bearer_of
from parvis.sandbox.records import Token
from parvis.sandbox.world import World

NEWEST = "v26.0"
VERSION = r"{version:v\d{1,3}\.\d}"
_LAST_VERSION = 26
_CALLS_AN_HOUR = 20_000
_MOST_IDS = 50

Told = dict[str, Any]


class Asked:
    """One request: its parameters from the query and the body, and its files."""

    def __init__(
        self, request: web.Request, words: Mapping[str, str], files: Mapping[str, FileField]
    ) -> None:
        self.request = request
        self.words = words
        self.files = files
        self.path = [part for part in request.match_info.get("path", "").split("/") if part]

    def word(self, name: str) -> str:
        return self.words.get(name, "")

    def is_true(self, name: str, usual: bool) -> bool:
        said = self.words.get(name)
        return usual if said is None else said.lower() in ("true", "1")

    @property
    def fields(self) -> tuple[Field, ...]:
        return read_fields(self.word("fields"))

    def as_edge(self, name: str) -> Field:
        """The last part of the path as if it had been named among the fields."""
        return Field(name=name, args=dict(self.words), inner=self.fields)


class GraphNetwork(SandboxNetwork):
    """A subclass says which nodes there are, and what POST does to them."""

    own_faults: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.SLOW_PROCESSING, Kind.RETIRED_METRIC, Kind.RETIRED_VERSION}
    )
    login_paths: ClassVar[tuple[str, ...]] = (f"/{VERSION}", "")
    """Before `/oauth/access_token` of Facebook Login."""
    use_case: ClassVar[str]
    """The name of this network's calls in X-Business-Use-Case-Usage."""
    too_many: ClassVar[tuple[int, str]]
    """Code and message of this network's own rate limit."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.login = Login(self, self.oauth)

    @abstractmethod
    def node(self, node_id: str, token: Token) -> Node:
        """Raises `missing` where there is none that this token may see."""

    @abstractmethod
    async def act(self, asked: Asked, token: Token) -> Told:
        """What a POST to a path does."""

    @abstractmethod
    def remove(self, node_id: str, token: Token) -> None: ...

    @abstractmethod
    async def purpose_of(self, request: web.Request) -> Purpose: ...

    def graph_routes(self) -> Iterable[Route]:
        for version in self.login_paths:
            path = f"{version}/oauth/access_token"
            for method in ("GET", "POST"):
                yield Route(method, path, self._counted(self._give_token), Purpose.TOKEN)
        path = f"/{VERSION}/{{path:.*}}"
        yield Route("GET", path, self._counted(self._read), self.purpose_of)
        yield Route("POST", path, self._counted(self._act), self.purpose_of)
        yield Route("DELETE", path, self._counted(self._remove), Purpose.DELETE)

    # What is asked.

    async def asked(self, request: web.Request) -> Asked:
        words = {name: str(value) for name, value in request.query.items()}
        files: dict[str, FileField] = {}
        if request.content_type == "application/json":
            words |= _json_words(await request.text())
        elif request.method == "POST" and request.content_type in _FORMS:
            for name, value in (await request.post()).items():
                if isinstance(value, FileField):
                    files[name] = value
                else:
                    words[name] = str(value)
        return Asked(request, words, files)

    async def presented_token(self, request: web.Request) -> str:
        """A parameter or a header; the parameter is what Meta's SDK sends."""
        return (await self.asked(request)).word("access_token") or bearer_of(request)

    async def living_token(self, asked: Asked) -> Token:
        token = self.oauth.check(asked.word("access_token") or bearer_of(asked.request))
        self.login.check_proof(token, asked.word("appsecret_proof"))
        return token

    def demand(self, token: Token, *scopes: str) -> None:
        """Each of the scopes."""
        for scope in scopes:
            if scope not in token.scopes:
                raise lacks(scope)

    # What is answered.

    def _counted(self, answer: "Callable[[Asked], Any]") -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            window = self.windows.take("app", limit=_CALLS_AN_HOUR, seconds=3600)
            try:
                self._refuse_version(request)
                if window.is_exceeded:
                    raise Answered(self.slow_down_app())
                response: web.StreamResponse = await answer(await self.asked(request))
            except Answered as stopped:
                response = stopped.response
            except TokenTrouble as trouble:
                response = self.unauthorised(trouble)
            self._tell_usage(response, window)
            return response

        return handle

    def _refuse_version(self, request: web.Request) -> None:
        version = request.match_info.get("version", NEWEST)
        if int(version[1:].split(".")[0]) > _LAST_VERSION:
            raise unknown_path(version)

    async def _give_token(self, asked: Asked) -> web.Response:
        return self.login.give_token(asked.request, dict(asked.words))

    async def _read(self, asked: Asked) -> web.Response:
        token = await self.living_token(asked)
        if asked.path == ["debug_token"]:
            return web.json_response({"data": self.login.debug(asked.word("input_token"))})
        if not asked.path and asked.word("ids"):
            return web.json_response(self._several(asked, token))
        if not asked.path or len(asked.path) > 2:
            raise unknown_path("/".join(asked.path))
        node = self.node(asked.path[0], token)
        if len(asked.path) == 1:
            return web.json_response(told(node, asked.fields))
        give = node.fields.get(asked.path[1])
        if give is None:
            raise bad_parameter(
                f"Tried accessing nonexisting field ({asked.path[1]}) on node type ({node.kind})"
            )
        found = give(asked.as_edge(asked.path[1]))
        return web.json_response(found if found is not None else {"data": []})

    def _several(self, asked: Asked, token: Token) -> Told:
        """One that is missing fails the request for all."""
        ids = [each for each in asked.word("ids").split(",") if each]
        if len(ids) > _MOST_IDS:
            raise bad_parameter(f"Too many IDs. Maximum: {_MOST_IDS}. Provided: {len(ids)}.")
        fields = asked.fields
        return {node_id: told(self.node(node_id, token), fields) for node_id in ids}

    async def _act(self, asked: Asked) -> web.Response:
        token = await self.living_token(asked)
        return web.json_response(await self.act(asked, token))

    async def _remove(self, asked: Asked) -> web.Response:
        token = await self.living_token(asked)
        if len(asked.path) != 1:
            raise missing("/".join(asked.path), "delete")
        self.remove(asked.path[0], token)
        return web.json_response({"success": True})

    def _tell_usage(self, response: web.StreamResponse, window: Window) -> None:
        percent = round(100 * (window.limit - window.remaining) / window.limit)
        usage = {"call_count": percent, "total_cputime": 0, "total_time": percent}
        response.headers.setdefault("X-App-Usage", json.dumps(usage))
        response.headers.setdefault("facebook-api-version", NEWEST)

    # Refusals.

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RETIRED_VERSION:
            return retired_version("v22.0", NEWEST)
        if fault.fault is Kind.RATE_LIMIT and fault.detail == "app":
            return self.slow_down_app()
        if fault.fault is Kind.RATE_LIMIT:
            return self.slow_down(self.clock.now().timestamp() + fault.seconds)
        code, subcode, message, told_ = self.refusals().get(fault.detail, _INVALID)
        return error(message, code, subcode, title="Invalid" if told_ else "", told=told_)

    def refusals(self) -> Mapping[str, tuple[int, int, str, str]]:
        """By the `detail` of an order: code, subcode, message, and what a person is told."""
        return {
            "duplicate": (506, 1455006, "Duplicate status message", ""),
            "spam": (368, 1390008, "The action attempted has been deemed abusive", _SPAM),
            "permission": (200, 0, "(#200) Permissions error", ""),
            "blocked": (200, 0, "API access blocked.", ""),
        }

    def slow_down(self, until: float) -> web.Response:
        """HTTP 400, and no Retry-After: minutes in a header of Meta's own."""
        minutes = max(1, -int(-(until - self.clock.now().timestamp()) // 60))
        code, message = self.too_many
        response = error(f"(#{code}) {message}", code, transient=True)
        usage = {
            "type": self.use_case,
            "call_count": 100,
            "total_cputime": 0,
            "total_time": 100,
            "estimated_time_to_regain_access": minutes,
        }
        response.headers["X-Business-Use-Case-Usage"] = json.dumps({"1": [usage]})
        return response

    def slow_down_app(self) -> web.Response:
        """Code 4: the app’s limit, of whose end Meta tells nothing."""
        response = error("(#4) Application request limit reached", 4, transient=True)
        full = {"call_count": 100, "total_cputime": 0, "total_time": 100}
        response.headers["X-App-Usage"] = json.dumps(full)
        return response

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return unauthorised(trouble)

    def server_error(self) -> web.Response:
        return unexpected()

    def known_metrics(self, asked: Field, known: Iterable[str]) -> list[str]:
        """The metrics that are asked for. One that is not known fails them all."""
        retired = self.take_fault(Kind.RETIRED_METRIC, Purpose.METRICS)
        allowed = [name for name in known if retired is None or name != retired.detail]
        wanted = re.findall(r"\w+", asked.args.get("metric", ""))
        if not wanted:
            return allowed
        for name in wanted:
            if name not in allowed:
                raise self.bad_metric(name, wanted, allowed)
        return wanted

    def bad_metric(self, name: str, wanted: list[str], allowed: list[str]) -> Answered:
        return bad_parameter("The value must be a valid insights metric")


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_INVALID = (100, 0, "(#100) Invalid parameter", "")
_SPAM = "It looks like you were misusing this feature by going too fast."


def _json_words(text: str) -> dict[str, str]:
    try:
        stated = json.loads(text or "{}")
    except ValueError:
        raise bad_parameter("The body is not valid JSON.") from None
    if not isinstance(stated, dict):
        raise bad_parameter("The body is not a JSON object.")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in stated.items()
    }
