"""Every request of Meta's own Postman collection that the sandbox of Threads serves.

There is no official client of Threads for Python. What the collection asks is written down in
threads_collection.py; where the collection itself lies beside the repository, what is written down
is held against it.
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from parvis.sandbox.threads import Threads as SandboxThreads
from tests.faithfulness.threads_collection import (
    BACK,
    FIELDS,
    GRANTS,
    KINDS,
    NOT_SERVED,
    REQUESTS,
    WITHOUT_TOKEN,
    WRITTEN,
    Request,
    collected,
)
from tests.networks.media import draw_picture, film
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox, running_sandbox

NAMES = [request.name for request in REQUESTS]


class Bench:
    """A sandbox, and what the collection's variables stand for in it."""

    def __init__(self, sandbox: RunningSandbox, media: str) -> None:
        self.sandbox = sandbox
        self.origin = sandbox.origin("threads")
        self.media = media
        self.app = sandbox.told("threads")["apps"][0]
        self.token = sandbox.token("threads", "ponts")["access_token"]
        self.thread_id = self.publish(self.create(text="The square reopens on Saturday."))
        self.reply_id = self.publish(self.create(text="At ten.", reply_to_id=self.thread_id))

    def create(self, **sent: str) -> str:
        return str(self.post("/me/threads", {"media_type": "TEXT", **sent})["id"])

    def publish(self, container_id: str) -> str:
        return str(self.post("/me/threads_publish", {"creation_id": container_id})["id"])

    def post(self, path: str, sent: dict[str, str]) -> Any:
        query = {"access_token": self.token, **sent}
        return ask("POST", self.origin + path, query=query).confirmed().json

    def send(self, request: Request, *more: str) -> Answer:
        """As Postman does: all of it in the query, the token too."""
        query = {name: self.value(request, name) for name in (*request.sent, *more)}
        if request.name not in WITHOUT_TOKEN:
            query["access_token"] = self.token_for(request)
        return ask(request.method, self.origin + self.path_of(request), query=query)

    def path_of(self, request: Request) -> str:
        path = request.path.replace("{reply_thread_id}", self.reply_id)
        path = path.replace("{thread_id}", self.thread_id)
        return path.replace("{container_id}", self.create(text="x") if "{" in path else "")

    def token_for(self, request: Request) -> str:
        if request.name == "Refresh Access Token":
            self.sandbox.advance(25 * 3600)
        if request.name == "Get Long-Lived Access Token":
            return str(self.short_token())
        return str(self.token)

    def short_token(self) -> str:
        first = next(each for each in REQUESTS if each.name == "Exchange the Code For a Token")
        return str(self.send(first).confirmed().json["access_token"])

    def code(self) -> str:
        query = f"client_id={self.app['client_id']}&redirect_uri={BACK}&response_type=code"
        url = f"{self.origin}/oauth/authorize?{query}&scope=threads_basic&state=s"
        back = self.sandbox.consent(url, "ponts")
        assert back.endswith("#_")
        return parse_qs(urlsplit(back).query)["code"][0]

    def item(self) -> str:
        picture = f"{self.media}/shop.jpg"
        return self.create(media_type="IMAGE", image_url=picture, is_carousel_item="true")

    def container(self, request: Request) -> str:
        if "Carousel" in request.name:
            return self.create(media_type="CAROUSEL", children=f"{self.item()},{self.item()}")
        return self.create(text="This is a test post.")

    def cursor(self) -> str:
        query = {"access_token": self.token, "limit": "1"}
        told = ask("GET", f"{self.origin}/me/threads", query=query).confirmed().json
        return str(told["paging"]["cursors"]["after"])

    def value(self, request: Request, name: str) -> str:
        if name == "grant_type":
            return GRANTS[request.name]
        if name == "media_type":
            return KINDS.get(request.name, "TEXT")
        if name == "fields":
            return FIELDS[request.path]
        if name == "metric":
            return (
                "views,likes,replies,reposts,quotes,shares"
                if request.path.endswith("/insights")
                else "views,likes,replies,reposts,quotes,clicks,followers_count,"
                "follower_demographics"
            )
        return self._plain_value(request, name)

    def _plain_value(self, request: Request, name: str) -> str:
        made = {
            "client_id": lambda: self.app["client_id"],
            "client_secret": lambda: self.app["client_secret"],
            "code": self.code,
            "creation_id": lambda: self.container(request),
            "children": lambda: f"{self.item()},{self.item()}",
            "reply_to_id": lambda: self.thread_id,
            "quote_post_id": lambda: self.thread_id,
            "image_url": lambda: f"{self.media}/shop.jpg",
            "video_url": lambda: f"{self.media}/reading.mp4",
            "input_token": lambda: self.token,
            "before": self.cursor,
            "after": self.cursor,
        }
        return str(made[name]()) if name in made else WRITTEN[name]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    draw_picture(folder / "shop.jpg")
    film(folder / "reading.mp4")
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="module")
def module_threads() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxThreads,)) as running:
        yield running


@pytest.fixture
def bench(module_threads: RunningSandbox, media: str) -> Bench:
    module_threads.reset()
    return Bench(module_threads, media)


@pytest.mark.parametrize("request_", REQUESTS, ids=NAMES)
def test_a_request_is_answered_as_meta_shows(bench: Bench, request_: Request) -> None:
    answer = bench.send(request_, *request_.needs).confirmed().json

    assert set(request_.answers) <= set(answer)


@pytest.mark.parametrize(
    ("request_", "name"),
    [(request, name) for request in REQUESTS for name in request.ready],
    ids=[f"{request.name}: {name}" for request in REQUESTS for name in request.ready],
)
def test_what_may_be_sent_besides_is_known(bench: Bench, request_: Request, name: str) -> None:
    more = dict.fromkeys((*request_.needs, name))

    answer = bench.send(request_, *more).confirmed().json

    assert {"id", "data"} & set(answer)


def test_a_parameter_that_meta_does_not_know_is_seen(bench: Bench) -> None:
    query = {"access_token": bench.token, "media_type": "TEXT", "texte": "x", "text": "x"}

    answer = ask("POST", f"{bench.origin}/me/threads", query=query)

    assert answer.status == 400
    assert answer.json["error"]["code"] == 100


def test_a_field_that_meta_does_not_know_is_refused(bench: Bench) -> None:
    query = {"access_token": bench.token, "fields": "id,colour"}

    answer = ask("GET", f"{bench.origin}/{bench.thread_id}", query=query)

    assert answer.json["error"]["message"] == "Tried accessing nonexisting field (colour)"


def test_what_is_written_down_is_what_the_collection_holds() -> None:
    """Where the collection does not lie beside the repository, there is nothing to compare."""
    written = {request.name: request for request in REQUESTS}
    for name, held in collected().items():
        assert (name in written) is (name not in NOT_SERVED), name
        if name in written:
            request = written[name]
            assert (request.method, request.path) == (held.method, held.path), name
            assert set(request.sent) == set(held.sent), name
            assert set(request.ready) == set(held.ready), name
