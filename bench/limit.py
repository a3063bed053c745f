"""How many requests one process can send at all, when it does nothing else.

    python -m bench.limit aiohttp|http URL POSTS CONCURRENCY

`aiohttp` is the bare library; `http` the client that Parvis puts around it. Prints posts/s.
"""

import subprocess
import sys
import time

import aiohttp

from bench.looping import run
from bench.request import HOSTS, TOKEN, all_at_once, create, encoded
from parvis.networks.http import Http


def measured_limit(client: str, url: str, posts: int, concurrency: int) -> float:
    """In a process of its own, as its contenders are."""
    command = [sys.executable, "-m", "bench.limit", client, url, str(posts), str(concurrency)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


async def _bare(url: str, posts: int, concurrency: int) -> float:
    headers = {
        "Authorization": f"Bearer {TOKEN.reveal()}",
        "Content-Type": "application/json",
    }
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def send(text: str, key: str) -> None:
            async with session.post(
                f"{url}/api/v1/statuses", data=encoded(text), headers={"Idempotency-Key": key}
            ) as answer:
                answer.raise_for_status()
                await answer.read()

        started = time.perf_counter()
        await all_at_once(send, posts, concurrency)
        return posts / (time.perf_counter() - started)


async def _through_http(url: str, posts: int, concurrency: int) -> float:
    async with Http(allow_private_hosts=HOSTS) as http:

        async def send(text: str, key: str) -> None:
            await create(http, url, text, key)

        started = time.perf_counter()
        await all_at_once(send, posts, concurrency)
        return posts / (time.perf_counter() - started)


async def main() -> None:
    client, url, posts, concurrency = sys.argv[1:]
    measure = {"aiohttp": _bare, "http": _through_http}[client]
    print(await measure(url, int(posts), int(concurrency)))


if __name__ == "__main__":
    run(main())
