"""Fetching media from the address that was named, as Instagram and Threads do.

They fetch from anywhere; the sandbox never asks a host beyond loopback, nor lets one send it there.
"""

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 20.0


class NotFetched(Exception):
    """Nothing could be had from the address."""


class TooLarge(Exception):
    """There are more bytes at the address than the network takes."""


async def fetch(url: str, limit: int) -> bytes:
    """At most `limit` bytes."""
    address = _loopback(url)
    content = bytearray()
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=_SECONDS)) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise NotFetched(f"{address.host} answered {answer.status}")
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > limit:
                    raise TooLarge
    except (ClientError, TimeoutError) as trouble:
        raise NotFetched(str(trouble)) from None
    return bytes(content)


def _loopback(url: str) -> URL:
    try:
        address = URL(url)
    except ValueError:
        raise NotFetched("This is no address.") from None
    if address.scheme not in ("http", "https") or address.host not in _LOOPBACK:
        raise NotFetched("The sandbox fetches from loopback alone.")
    return address
