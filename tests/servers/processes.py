"""A real server as a child process of the tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.waiting import wait_until


class ServerProcess:
    """A child that prints its addresses as one line of JSON and stops when its stdin closes.

    The pipe to its stdin closes with the process that holds it, so a server never outlives the
    tests, however they end. Its output goes to files: a pipe that nobody empties would stop it.
    """

    def __init__(
        self, command: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self._addresses = folder / "addresses.json"
        self._log = folder / "server.log"
        self._env = {**os.environ, **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float) -> dict[str, str]:
        """The addresses that the child printed."""
        with self._addresses.open("wb") as addresses, self._log.open("wb") as log:
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=addresses, stderr=log, env=self._env
            )
        try:
            return wait_until(self._announced, seconds, f"{self._command[0]} to print its address")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._child is None or self._child.stdin is None:
            return
        self._child.stdin.close()
        try:
            self._child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _announced(self) -> dict[str, str] | None:
        first_line, newline, _rest = self._addresses.read_text().partition("\n")
        if newline:
            addresses: dict[str, str] = json.loads(first_line)
            return addresses
        if self._child is not None and self._child.poll() is not None:
            raise RuntimeError(
                f"{' '.join(self._command)} ended with {self._child.returncode}; "
                f"it said:\n{self._log.read_text()[-4000:]}"
            )
        return None
