"""A desk that answers on loopback, as an ASGI server runs it, with the test's own database."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.test import Client

from parvis.people.models import User
from parvis.web.uploads import BoundedASGIHandler
from tests.servers.waiting import wait_until


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """`url` is an origin; `session` is the cookie of somebody who has signed in."""

    url: str
    session: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@pytest.fixture
def running_desk(transactional_db: None, alice: User) -> Iterator[RunningDesk]:
    client = Client()
    client.force_login(alice)
    with serving() as port:
        yield RunningDesk(f"http://127.0.0.1:{port}", client.cookies["sessionid"].value)


@contextmanager
def serving(on_port: int = 0) -> Iterator[int]:
    """The desk, for as long as the block lasts; on any free port, or on one that it had before."""
    application = ASGIStaticFilesHandler(BoundedASGIHandler())
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    with socket.create_server(("127.0.0.1", on_port)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started, 60, "the desk")
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=60)
