"""How long the desk's pages take on the server, with a long history behind them.

    python -m bench.pages --deliveries 100000 --accounts 50

Each page is asked for as a browser does, through all of the middleware and up to the last byte of
its HTML; only the network is left out.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from bench.desk import Desk, opened_desk
from bench.figures import Rounds, below, show, tell
from bench.growth import ACCOUNTS
from bench.history import lengthen_history, plan_ahead
from bench.options import Options, read_options
from bench.rows import tidy

if TYPE_CHECKING:
    from django.test import Client

WANTED_MS = 50.0
PROMISED_AT = 100_000
CALLS = 20


def main(options: Options) -> None:
    with opened_desk(min(options.accounts, ACCOUNTS)) as desk:
        plan_ahead(desk)
        lengthen_history(desk, min(max(options.deliveries), PROMISED_AT))
        _index_words(desk)
        browser = _signed_in(desk)
        for name, address in _pages(desk):
            tell(f"{name}: {address}")
            _measure(name, partial(_read, browser, address), options.rounds)


def _index_words(desk: Desk) -> None:
    """The history is written past the triggers that would."""
    with desk.connect() as session:
        session.execute("SELECT parvis_index_posts(ARRAY(SELECT id FROM compose_post))")
    tidy(desk)


def _signed_in(desk: Desk) -> "Client":
    from django.conf import settings
    from django.test import Client

    from parvis.upkeep.preparation import collect_assets

    collect_assets()
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    browser.force_login(desk.workspace.members.get())
    return browser


def _pages(desk: Desk) -> Iterator[tuple[str, str]]:
    post, account = desk.template.post_id, desk.accounts[0].pk
    yield "today", "/"
    yield "posts", "/posts/"
    for shelf in ("drafts", "scheduled", "published", "to-decide"):
        yield f"posts.{shelf.replace('-', '_')}", f"/posts/?show={shelf}"
    yield "posts.search.common", "/posts/?q=booksellers"
    yield "posts.search.rare", "/posts/?q=4711"
    yield "posts.search.absent", "/posts/?q=aubergine"
    yield "posts.account", f"/posts/?account={account}&show=published"
    yield "posts.refused", "/posts/?state=refused"
    yield "posts.deep", "/posts/?before=2026-10-01T00:00:00%2B00:00_1"
    yield "post", f"/posts/{post}/"
    yield "calendar", "/calendar/"
    yield "accounts", "/accounts/"
    yield "compose", "/write/"


def _read(browser: "Client", address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")


def _measure(name: str, call: Callable[[], None], rounds: int) -> None:
    call()
    taken = sorted(_timed(call) for _ in range(CALLS * rounds))
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    show(below(Rounds(f"pages.{name}.p95", "ms", (late,)), WANTED_MS, p50=round(middle, 1)))


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main(read_options(__doc__))
