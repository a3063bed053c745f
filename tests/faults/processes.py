"""Child processes of the campaign. None outlives it, however it ends."""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 90.0
_PR_SET_PDEATHSIG = 1  # prctl(2)


class Child:
    """Says one JSON line on its stdout when it is ready; what it logs goes to a file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        hands: Sequence[int] = (),
    ) -> None:
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                env={**os.environ, **env},
                pass_fds=tuple(hands),
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self._log = log

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def word(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """Its next line. RuntimeError, with the end of its log, when none comes."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        while select.select([self.process.stdout], [], [], deadline - time.monotonic())[0]:
            line = self.process.stdout.readline()
            if line.startswith(b"{"):
                told: dict[str, Any] = json.loads(line)
                return told
            if not line:
                break
        raise RuntimeError(f"{self.process.args!r} said nothing:\n{self._end_of_log()}")

    @property
    def has_given_up(self) -> bool:
        """Ended by itself, with an error."""
        return (self.process.poll() or 0) > 0

    def last_words(self) -> str:
        """Of one that has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read().decode(errors="replace") + self._end_of_log()

    def send(self, number: signal.Signals) -> None:
        if not self.has_ended:
            self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self._forget()

    def end(self) -> None:
        """In good order: its stdin closes, and what is on a leash stops by itself."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.send(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE / 3)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._forget()

    def _forget(self) -> None:
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _end_of_log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


def end_with_parent() -> None:
    """The kernel kills the caller with the thread that made it: also one that is stopped."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]
