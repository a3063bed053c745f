"""Reads a feed in a process of its own, which ends after some seconds.

A few hundred kilobytes that a stranger wrote can keep a reader of XML or HTML busy for minutes, or
take all memory; the worker that delivers posts must not wait for it. The process is given nothing
but the document: no setting, no secret, no database.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from parvis.intake.feed_child import SECONDS
from parvis.intake.feed_reading import NoFeed, ReadEntry, ReadFeed

_KEPT_FROM_HERE = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


async def read_apart(body: bytes, content_type: str, address: str) -> ReadFeed:
    """As `read_feed`; raises NoFeed with the code "takes-too-long" where it does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "parvis.intake.feed_child", content_type[:200], address),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_FROM_HERE if name in os.environ},
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(body), SECONDS)
    except TimeoutError:
        raise NoFeed("takes-too-long") from None
    finally:
        await _ended(process)
    return _from_json(told)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _from_json(told: bytes) -> ReadFeed:
    """A process that was ended for its hunger has said nothing, or has not ended its sentence."""
    try:
        said = json.loads(told)
    except ValueError:
        raise NoFeed("takes-too-long") from None
    if "refused" in said:
        raise NoFeed(str(said["refused"]))
    rest = said.pop("rest")
    entries = tuple(_entry_from(entry) for entry in said.pop("entries"))
    return ReadFeed(**said, rest=None if rest is None else timedelta(seconds=rest), entries=entries)


def _entry_from(said: Mapping[str, Any]) -> ReadEntry:
    at = said["published_at"]
    changed = {
        "categories": tuple(said["categories"]),
        "published_at": at and datetime.fromisoformat(at),
    }
    return ReadEntry(**{**said, **changed})
