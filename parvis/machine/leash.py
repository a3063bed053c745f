"""What ties a child process to its supervisor: the child's side.

The child's stdin is a pipe whose other end only the supervisor holds. It closes when the supervisor
ends, however it ends, and then the child stops by itself. What the child has to say goes out on its
stdout, as JSON lines such as {"word": "ready"}.
"""

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

# A child that cannot finish in this time will not finish at all.
SECONDS_TO_FINISH = 40.0


class Leash:
    def __init__(self, coming_in: BinaryIO, going_out: int) -> None:
        self._coming_in = coming_in
        self._going_out = going_out
        threading.Thread(target=self._listen, name="leash", daemon=True).start()

    def say(self, word: str, **facts: object) -> None:
        # A supervisor that is gone cannot hear it; the end of stdin tells us so.
        with suppress(BrokenPipeError):
            os.write(self._going_out, json.dumps({"word": word, **facts}).encode() + b"\n")

    def _listen(self) -> None:
        self._coming_in.read()
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(SECONDS_TO_FINISH)
        os._exit(1)


def take_leash() -> Leash:
    """Call once, first thing. Whatever else is printed goes to stderr, so that words stay alone."""
    words = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return Leash(os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0), words)
