"""The desk with the sandbox beside it, and a browser that goes to its pages and comes back."""

from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.connections.sandboxed import one_sandbox, sandbox
from tests.servers.sandbox import RunningSandbox

__all__ = ["AT_HOME", "allowed", "come_back", "one_sandbox", "sandbox", "sandbox_beside"]

# The networks, as the sandbox plays them, send a browser to loopback or to https alone.
AT_HOME = "http://127.0.0.1:8000"


@pytest.fixture
def sandbox_beside(sandbox: RunningSandbox, settings) -> RunningSandbox:
    settings.PUBLIC_URL = AT_HOME
    return sandbox


def allowed(sandbox: RunningSandbox, leaving: HttpResponse, as_: str = "") -> str:
    """Where a click on Allow leads: the desk's own path with the code."""
    back = urlsplit(sandbox.consent(leaving["Location"], as_))
    return f"{back.path}?{back.query}"


def come_back(
    desk: Client, sandbox: RunningSandbox, leaving: HttpResponse, as_: str = ""
) -> HttpResponse:
    answer: HttpResponse = desk.get(allowed(sandbox, leaving, as_))
    return answer
