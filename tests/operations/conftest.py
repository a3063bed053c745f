"""One desk on several hosts for a module's tests; its workers end with each test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.hosts import Host, Hosts, some_hosts
from tests.servers.debian_postgres import newest_programs, running_postgres
from tests.servers.sandbox import RunningSandbox


@pytest.fixture(scope="module")
def module_hosts(module_sandbox: RunningSandbox) -> Iterator[Hosts]:
    programs = newest_programs()
    if programs is None:
        pytest.skip("no PostgreSQL of the system's package is here")
    with (
        running_postgres(programs) as database,
        tempfile.TemporaryDirectory(prefix="parvis-hosts-") as folder,
        some_hosts(Path(folder), database, module_sandbox) as hosts,
    ):
        yield hosts


@pytest.fixture
def hosts(module_hosts: Hosts) -> Iterator[Hosts]:
    yield module_hosts
    module_hosts.end_all_workers()
    module_hosts.forget_deliveries()
    module_hosts.sandbox.forget_orders()


@pytest.fixture
def first(hosts: Hosts) -> Host:
    return hosts.first


@pytest.fixture(scope="module")
def module_second(module_hosts: Hosts) -> Host:
    return module_hosts.joined("second")


@pytest.fixture
def second(hosts: Hosts, module_second: Host) -> Host:
    return module_second
