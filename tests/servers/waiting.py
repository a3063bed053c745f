"""Waiting for a condition, with a deadline: no test sleeps and hopes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Met = TypeVar("Met")

PAUSE_SECONDS = 0.02


def wait_until(condition: Callable[[], Met | None], seconds: float, what: str) -> Met:
    """The first true answer of `condition`; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (met := condition()):
        _fail_after(deadline, seconds, what)
        time.sleep(PAUSE_SECONDS)
    return met


async def wait_until_async(
    condition: Callable[[], Awaitable[Met | None]], seconds: float, what: str
) -> Met:
    """As `wait_until`, for a condition that must be awaited; the event loop stays free."""
    deadline = time.monotonic() + seconds
    while not (met := await condition()):
        _fail_after(deadline, seconds, what)
        await asyncio.sleep(PAUSE_SECONDS)
    return met


def _fail_after(deadline: float, seconds: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise AssertionError(f"waited {seconds:g} s in vain: {what}")
