"""Waiting for media that Meta is still working on, for about a minute and no longer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from parvis.networks.errors import NotSent

# Seconds between questions. Meta advises once a minute for at most five minutes; most pictures are
# ready within seconds, and what takes longer is asked for again when the post's turn comes anew.
PAUSES = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0)


async def wait_until(
    is_ready: Callable[[], Awaitable[bool]], label: str, pauses: Sequence[float] = PAUSES
) -> None:
    """Raises NotSent with the code "processing" when it takes longer."""
    for pause in (0.0, *pauses):
        await asyncio.sleep(pause)
        if await is_ready():
            return
    raise NotSent(
        "processing",
        f"{label} is still working on the media. Nothing was posted; it is tried again.",
    )
