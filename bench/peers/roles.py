"""A peer as a program: `fill` reads the jobs and enqueues them, `work` works until it is told.

    python -m bench.peers.roles bench.peers.pgqueuer fill < jobs.json
    python -m bench.peers.roles bench.peers.pgqueuer work

The peer's module is imported by its name, as those who run its jobs will find them.
"""

import importlib
import json
import sys

from bench.looping import run


def main() -> None:
    module, what = sys.argv[1:]
    peer = importlib.import_module(module)
    if what == "fill":
        run(peer.fill(json.load(sys.stdin)))
    else:
        run(peer.work())


if __name__ == "__main__":
    main()
