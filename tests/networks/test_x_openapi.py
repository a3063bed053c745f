"""Every request that the module builds, held against X's own description of its API.

The description lies beside the repository where it is worked on, and not everywhere: where it is
missing there is nothing to hold the requests against, and what they do is shown by the other tests
of X alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest_asyncio
from aiohttp import ClientSession, web
from jsonschema import Draft202012Validator
from multidict import CIMultiDict

from parvis.networks.contract import MediaFile, Poll
from parvis.networks.http import Http
from parvis.networks.traits import ReplySetting
from tests.networks.loopback import Server
from tests.networks.x_account import APP, NETWORK, account_on, now, post, prepare
from tests.servers.sandbox import RunningSandbox

DESCRIPTION = Path(__file__).parents[3] / "shared" / "data" / "x-openapi.json"
# Signing in is described in X's documents alone.
UNDESCRIBED = ("/2/oauth2/token",)


@dataclass(frozen=True, slots=True)
class Seen:
    request: web.Request
    body: bytes

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.path_qs}"


@dataclass
class Recorder:
    """Passes everything on to the sandbox, and keeps it."""

    server: Server
    target: str
    session: ClientSession

    async def answer(self, request: web.Request) -> web.StreamResponse:
        kept = ("Authorization", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        async with self.session.request(
            request.method,
            f"{self.target}{request.path_qs}",
            data=await request.read(),
            headers=headers,
        ) as answered:
            told = CIMultiDict({"Content-Type": answered.headers["Content-Type"]})
            return web.Response(status=answered.status, body=await answered.read(), headers=told)

    @property
    def seen(self) -> Iterator[Seen]:
        yield from map(Seen, self.server.requests, self.server.bodies)


@pytest_asyncio.fixture
async def recorder(sandbox: RunningSandbox, server: Server) -> AsyncIterator[Recorder]:
    async with ClientSession() as session:
        recorder = Recorder(server, sandbox.origin("x"), session)
        server.answer = recorder.answer
        yield recorder


async def do_everything(
    sandbox: RunningSandbox, http: Http, server: str, image: MediaFile, video: MediaFile
) -> None:
    account = account_on(sandbox, server=server)
    await NETWORK.check(http, account)
    first = await post(http, account, "Un example.org", reply_setting=ReplySetting.VERIFIED)
    await post(http, account, "Deux", follows=(first,), media=(image, image))
    await post(http, account, media=(video,), text="")
    poll = Poll(options=("Samedi", "Dimanche"), minutes=5)
    sent, sent_at = await prepare(http, account, "Quand ?", poll=poll), now()
    await NETWORK.publish(http, account, sent)
    await NETWORK.look_up(http, account, sent, sent_at)
    await NETWORK.read_metrics(http, account, [first.remote_id, "20"])
    await NETWORK.read_replies(http, account, first.remote_id)
    await NETWORK.delete(http, account, first.remote_id)
    await NETWORK.refresh(http, account, APP)


async def test_every_request_is_one_that_x_describes(
    sandbox: RunningSandbox,
    http: Http,
    recorder: Recorder,
    image: MediaFile,
    video: MediaFile,
) -> None:
    await do_everything(sandbox, http, recorder.server.url, image, video)

    seen = [each for each in recorder.seen if each.request.path not in UNDESCRIBED]
    assert len({(each.request.method, each.request.path) for each in seen}) >= 12
    if DESCRIPTION.exists():
        description = Description(json.loads(DESCRIPTION.read_text()))
        assert [(str(each), list(description.complaints(each))) for each in seen] == [
            (str(each), []) for each in seen
        ]


class Description:
    """An OpenAPI document of which the schemas are read as JSON Schema."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def complaints(self, seen: Seen) -> Iterator[str]:
        operation, path_values = self._operation(seen.request)
        if operation is None:
            yield "no such operation"
            return
        stated = [self._resolved(one) for one in operation.get("parameters", ())]
        yield from self._parameter_complaints(stated, "path", path_values)
        yield from self._parameter_complaints(stated, "query", dict(seen.request.query))
        yield from self._body_complaints(operation.get("requestBody"), seen)

    def _operation(self, request: web.Request) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """A path without names in it comes before one with."""
        for path in sorted(self._document["paths"], key=lambda path: path.count("{")):
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
            found = re.fullmatch(pattern, request.path)
            if found and request.method.lower() in self._document["paths"][path]:
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return self._document["paths"][path][request.method.lower()], values
        return None, {}

    def _parameter_complaints(
        self, stated: list[dict[str, Any]], place: str, values: dict[str, str]
    ) -> Iterator[str]:
        known = {one["name"]: one for one in stated if one["in"] == place}
        yield from (f"{name} is not described" for name in values if name not in known)
        for name, parameter in known.items():
            if name in values:
                value = _read(values[name], self._resolved(parameter["schema"]))
                yield from self._value_complaints(name, value, parameter["schema"])
            elif parameter.get("required"):
                yield f"{name} is missing"

    def _body_complaints(self, stated: dict[str, Any] | None, seen: Seen) -> Iterator[str]:
        if stated is None:
            yield from () if not seen.body else ("a body is not described",)
            return
        content = stated["content"].get(seen.request.content_type)
        if content is None:
            yield f"{seen.request.content_type} is not described"
            return
        schema = self._resolved(content["schema"])
        yield from self._value_complaints("body", _body(seen, schema), schema)

    def _value_complaints(self, name: str, value: Any, schema: dict[str, Any]) -> Iterator[str]:
        whole = schema | {"components": self._document["components"]}
        for error in Draft202012Validator(whole).iter_errors(value):
            yield f"{name}: {error.message[:200]}"

    def _resolved(self, stated: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in stated:
            return stated
        found: Any = self._document
        for name in stated["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return self._resolved(found)


def _read(value: str, schema: dict[str, Any]) -> Any:
    if schema.get("type") == "array":
        return value.split(",")
    return int(value) if schema.get("type") == "integer" and value.isdigit() else value


def _body(seen: Seen, schema: dict[str, Any]) -> Any:
    """JSON, or a form whose file stands as a text."""
    if seen.request.content_type == "application/json":
        return json.loads(seen.body)
    boundary = seen.request.headers["Content-Type"].partition("boundary=")[2].strip('"')
    fields: dict[str, Any] = {}
    for part in seen.body.split(f"--{boundary}".encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        value = "a file" if b"filename=" in head else content.rstrip(b"\r\n").decode()
        fields[name] = _read(value, schema["properties"].get(name, {}))
    return fields


def test_a_request_that_x_does_not_describe_is_noticed() -> None:
    """The check itself can fail: an unknown field and an unknown value are both told."""
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    document: dict[str, Any] = {
        "components": {},
        "paths": {
            "/2/tweets": {
                "post": {
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": schema | {"additionalProperties": False}}
                        }
                    }
                }
            }
        },
    }
    operation = document["paths"]["/2/tweets"]["post"]
    description = Description(document)

    told = description._value_complaints(
        "body", {"status": 7}, operation["requestBody"]["content"]["application/json"]["schema"]
    )

    assert any("status" in complaint for complaint in told)
