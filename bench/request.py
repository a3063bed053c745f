"""The one request that everybody sends, and who sends it at the same time."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator

from parvis.networks.contract import Secret
from parvis.networks.http import Answer, Http

TOKEN = Secret("the access token")
TEXT = (
    "The square reopens on Saturday: forty second-hand booksellers, music at noon, and coffee for "
    "whoever brings a book to exchange. We start at nine, under the plane trees. Number {number}."
)
HOSTS = frozenset({"127.0.0.1"})

Send = Callable[[str, str], Awaitable[None]]


def text_of(number: int) -> str:
    return TEXT.format(number=number)


def new_key() -> str:
    return str(uuid.uuid4())


def body_of(text: str) -> dict[str, str]:
    return {"status": text, "visibility": "public", "language": "en"}


async def create(http: Http, url: str, text: str, key: str) -> Answer:
    """What Parvis's Mastodon module sends for a status without media."""
    answer = await http.post(
        f"{url}/api/v1/statuses",
        network="mastodon",
        purpose="publish",
        json=body_of(text),
        headers={"Idempotency-Key": key},
        bearer=TOKEN,
        publishes=True,
    )
    if not answer.ok:
        raise AssertionError(f"the network answered {answer.status}")
    return answer


async def all_at_once(send: Send, posts: int, concurrency: int) -> None:
    """So many posts, so many of them under way at any time."""
    numbers = iter(range(posts))
    await asyncio.gather(*(_one_after_the_other(send, numbers) for _ in range(concurrency)))


async def _one_after_the_other(send: Send, numbers: Iterator[int]) -> None:
    for number in numbers:
        await send(text_of(number), new_key())


def encoded(text: str) -> bytes:
    return json.dumps(body_of(text)).encode()
