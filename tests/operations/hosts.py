"""A desk on several hosts: one PostgreSQL of the system's package, keys and media in common, and
on each host a data folder and processes of its own. All of them are this machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.links import Relay
from tests.faults.processes import Child, python
from tests.installed import Installed
from tests.servers.loop_thread import LoopThread
from tests.servers.sandbox import RunningSandbox
from tests.servers.waiting import wait_until

PACE = 5
LEASE_SECONDS = 25.0 / PACE
TAKEN_OVER_SECONDS = 30.0 / PACE
"""What is promised for a lost host, at this pace."""
PATIENCE = 120.0


class Hosts:
    """`database` is the URL that hosts reach without anything between."""

    def __init__(
        self, folder: Path, database: str, sandbox: RunningSandbox, open_things: ExitStack
    ) -> None:
        self.folder = folder
        self.database = database
        self.sandbox = sandbox
        self.media = folder / "shared" / "media"
        self._open_things = open_things
        self._hosts: list[Host] = []
        self.media.mkdir(parents=True)
        self.first = self._furnished()
        self.account = self.first.rehearse("mastodon")

    def joined(self, name: str, **env: str) -> Host:
        """One more host, with the keys of the first, as docs/operations.md says."""
        host = self.new_host(name, **env)
        shutil.copytree(self.first.data / "keys", host.data / "keys", dirs_exist_ok=True)
        return host

    def new_host(self, name: str, **env: str) -> Host:
        host = Host(self.folder / name, self.folder, self._environment() | env)
        host.data.mkdir(exist_ok=True)
        self._hosts.append(host)
        return host

    def number(self) -> int:
        """How many hosts there are."""
        return len(self._hosts)

    def schedule(self, *texts: str) -> list[int]:
        """Posts of the one account, due now."""
        return self.first.schedule(self.account, *texts)

    def texts(self) -> list[str]:
        """What is to be seen on the network."""
        return [str(post["text"]) for post in self.sandbox.posts("mastodon")]

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def states(self, post: int) -> list[str]:
        asked = "SELECT state FROM deliver_delivery WHERE post_id = %s ORDER BY id"
        return [row[0] for row in self.query(asked, post)]

    def wait_until_state(self, post: int, state: str, seconds: float = PATIENCE) -> None:
        def reached() -> bool:
            return set(self.states(post)) == {state}

        wait_until(reached, seconds, f"post {post} to be {state}, not {self.states(post)}")

    def held_by(self, worker: Child) -> int:
        """How many deliveries are in this worker's hands."""
        asked = (
            "SELECT count(*) FROM deliver_delivery WHERE state IN ('claimed', 'sending')"
            " AND worker LIKE %s"
        )
        return int(self.query(asked, f"%:{worker.pid}:%")[0][0])

    def end_all_workers(self) -> None:
        for host in self._hosts:
            host.end_workers()

    def forget_deliveries(self) -> None:
        """What a test has left undone must not go out in the next."""
        self.query("TRUNCATE deliver_delivery CASCADE")

    def new_line(self) -> Line:
        """A line to the database that can be cut."""
        thread = LoopThread("line")
        self._open_things.callback(thread.stop)
        return Line(thread, self.database, self._socket())

    def _furnished(self) -> Host:
        """It makes the tables, the keys and Alice's desk."""
        first = self.new_host("first")
        migrated = first.installed.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        first.installed.inside("open_desk_of_alice")
        return first

    def _socket(self) -> Path:
        ((folder, port),) = self.query(
            "SELECT current_setting('unix_socket_directories'), current_setting('port')"
        )
        return Path(folder) / f".s.PGSQL.{port}"

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database,
            "PARVIS_MEDIA": str(self.media),
            "PARVIS_SANDBOX": self.sandbox.control,
            "PARVIS_ALLOW_PRIVATE_HOSTS": "127.0.0.1",
            "PARVIS_PACE": str(PACE),
        }


class Host:
    def __init__(self, data: Path, logs: Path, env: Mapping[str, str]) -> None:
        self.data = data
        self.installed = Installed(data, **env)
        self._log = logs / f"{data.name}.log"
        self._workers: list[Child] = []

    def work(self, *arguments: str, **env: str) -> Child:
        """A worker that is at work."""
        command = python("parvis", "work", "--json", *arguments)
        worker = Child(command, env=self.environment() | env, log=self._log)
        self._workers.append(worker)
        said = worker.word()
        assert said.get("event") == "ready", said
        return worker

    def refused_work(self, **env: str) -> dict[str, Any]:
        """What a worker says that does not start."""
        said = subprocess.run(
            [sys.executable, "-m", "parvis", "work", "--json"],
            env={**os.environ, **self.environment(), **env},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        told: dict[str, Any] = json.loads(said.stdout)
        return told

    def environment(self) -> dict[str, str]:
        return dict(self.installed.env)

    def rehearse(self, network: str) -> int:
        return int(self.installed.inside("rehearse", network))

    def schedule(self, account: int, *texts: str) -> list[int]:
        """Posts that are due now, in this order."""
        return list(self.installed.inside("schedule_texts", account, list(texts)))

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def lines(self) -> list[dict[str, Any]]:
        """What a host logs that was told to log JSON."""
        return [json.loads(line) for line in self.log().splitlines()]

    def end_workers(self) -> None:
        for worker in self._workers:
            if not worker.has_ended:
                worker.send(signal.SIGCONT)
            worker.end()
        self._workers.clear()


class Line:
    """A host's own way to the database."""

    def __init__(self, thread: LoopThread, database: str, socket: Path) -> None:
        self._thread = thread
        self._relay = Relay(socket)
        port = thread.run(self._relay.listen("127.0.0.1"))
        self.url = re.sub(r":\d+/", f":{port}/", database)

    def cut(self) -> None:
        self._thread.run(self._relay.cut())

    def silence(self) -> None:
        self._thread.run(self._relay.silence())

    def heal(self) -> None:
        self._thread.run(self._relay.heal())


@contextmanager
def some_hosts(folder: Path, database: str, sandbox: RunningSandbox) -> Iterator[Hosts]:
    with ExitStack() as open_things:
        hosts = Hosts(folder, database, sandbox, open_things)
        open_things.callback(hosts.end_all_workers)
        yield hosts
