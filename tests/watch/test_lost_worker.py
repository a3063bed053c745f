"""A whole Parvis whose worker is lost: the pages live on and tell it, and its return as well."""

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.installed import Installed, NewInstallation, RunningUp, status_of
from tests.servers.receiver import Receiver
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]

SOON = 60.0
# A worker is lost after five seconds instead of twenty-five.
PACE = "5"


@pytest.fixture
def installed(new_installation: NewInstallation, receiver: Receiver) -> Installed:
    return new_installation(PARVIS_PACE=PACE, PARVIS_ALERT_WEBHOOK=receiver.url)


def health(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/healthz", timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def is_well(url: str) -> bool:
    return health(url)[1]["status"] == "ok"


def codes(url: str) -> set[str]:
    return {trouble["code"] for trouble in health(url)[1]["troubles"]}


@contextmanager
def started(installed: Installed, *command: str) -> Iterator[RunningUp]:
    running = installed.start(*command, "--json")
    try:
        running.next_event("ready")
        yield running
    finally:
        running.stop(signal.SIGTERM)


def test_a_worker_that_hangs_is_told_while_the_pages_live_and_so_is_its_return(
    installed: Installed, receiver: Receiver
) -> None:
    with installed.up("--port", "0") as running:
        wait_until(lambda: is_well(running.url), SOON, "a worker at work")
        worker = running.child("work")
        worker.suspend()
        try:
            wait_until(lambda: "worker-silent" in codes(running.url), SOON, "the loss to be told")
            assert health(running.url)[0] == 503
            assert status_of(running.url) == 200
            told = ("opened", "worker-silent")
            wait_until(lambda: told in receiver.events, SOON, "a notice")
        finally:
            worker.resume()
        wait_until(lambda: is_well(running.url), SOON, "the worker to be back")
        wait_until(lambda: ("closed", "worker-silent") in receiver.events, SOON, "the end")
        told = [event for event, code in receiver.events if code == "worker-silent"]
        assert told == ["opened", "closed"]


def test_a_worker_that_is_killed_beside_the_pages_is_told_until_another_starts(
    installed: Installed,
) -> None:
    with installed.database_open():
        installed.run("migrate")
        with started(installed, "web", "--port", "0") as web:
            with started(installed, "work") as worker:
                wait_until(lambda: is_well(web.url), SOON, "a worker at work")
                worker.process.kill()
            wait_until(lambda: health(web.url)[0] == 503, SOON, "the loss to be told")
            assert {"no-worker", "worker-silent"} <= codes(web.url)
            assert status_of(web.url) == 200
            with started(installed, "work"):
                wait_until(lambda: is_well(web.url), SOON, "another worker")


def test_a_watchdog_by_itself_tells_and_ends_well(installed: Installed, receiver: Receiver) -> None:
    with installed.database_open():
        installed.run("migrate")
        with started(installed, "watch") as watching:
            told = ("opened", "no-worker")
            wait_until(lambda: told in receiver.events, SOON, "a notice")
            assert watching.stop(signal.SIGTERM) == 0
