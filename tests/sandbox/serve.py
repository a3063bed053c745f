"""A sandbox of the one small network as a process: `python -m tests.sandbox.serve FILE`.

Prints one line of JSON once its ports are open, and stays until it is killed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from parvis.sandbox.run import Sandbox
from tests.sandbox.squeak import Squeak


async def main(state: Path) -> None:
    async with Sandbox(port=0, state=state, only=(Squeak,)) as sandbox:
        told = {"control": sandbox.control, "squeak": sandbox.origin("squeak")}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
