"""How long the desk's pages take on the server, with a long history behind them.

    python -m bench.pages --deliveries 100000 --accounts 50

Each page is asked for as a browser does, through all of the middleware and up to the last byte of
its compressed HTML; only the network is left out. Beside the time that passed stands the work: the
milliseconds of processor that the page took in this process (`cpu_ms`) and in PostgreSQL
(`postgres_ms`), which a machine that is busy with other things lengthens less, and how often the
database was asked.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.desk import Desk, opened_desk
from bench.figures import Rounds, below, rounded, show, tell
from bench.furniture import furnish
from bench.growth import ACCOUNTS
from bench.history import lengthen_history, plan_ahead
from bench.options import Options, read_options
from bench.processes import cpu_seconds, postgres_of

if TYPE_CHECKING:
    import psutil
    from django.test import Client

WANTED_MS = 50.0
PROMISED_AT = 100_000
CALLS = 20


@dataclass(frozen=True, slots=True)
class Call:
    """Milliseconds, and how often the database was asked."""

    passed: float
    worked: float
    queries: int


def main(options: Options) -> None:
    with opened_desk(min(options.accounts, ACCOUNTS)) as desk:
        plan_ahead(desk)
        lengthen_history(desk, min(max(options.deliveries), PROMISED_AT))
        furnish(desk)
        browser, server = _signed_in(desk), postgres_of(desk.folder)
        for name, address in _pages(desk):
            tell(f"{name}: {address}")
            _measure(name, partial(_read, browser, address), options.rounds, server)


def _signed_in(desk: Desk) -> "Client":
    from django.conf import settings
    from django.test import Client

    from parvis.upkeep.preparation import collect_assets

    collect_assets()
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client(headers={"accept-encoding": "gzip"})
    browser.force_login(desk.workspace.members.get())
    return browser


def _pages(desk: Desk) -> Iterator[tuple[str, str]]:
    yield "today", "/"
    yield from _ways_through_posts(desk)
    yield "post", f"/posts/{_published(desk)}/"
    yield "calendar", "/calendar/"
    yield "calendar.week", "/calendar/?view=week"
    yield "calendar.agenda", "/calendar/?view=agenda"
    yield "queue", "/queue/"
    yield "slots", f"/queue/{desk.accounts[0].pk}/slots/"
    yield "compose", "/write/"
    yield "compose.draft", f"/write/{_draft(desk)}/"
    yield "completions", f"/write/completions/?accounts={desk.accounts[0].pk}"
    yield from _media(desk)
    yield "accounts", "/accounts/"
    yield "account", f"/accounts/{desk.accounts[0].pk}/"
    yield from _sorting(desk)
    for page in ("notifications", "people", "snippets", "apps", "backup"):
        yield f"settings.{page}", f"/settings/{page}/"
    yield "settings", "/settings/"


def _ways_through_posts(desk: Desk) -> Iterator[tuple[str, str]]:
    account = desk.accounts[0].pk
    yield "posts", "/posts/"
    for shelf in ("drafts", "scheduled", "published", "to-decide", "deleted"):
        yield f"posts.{shelf.replace('-', '_')}", f"/posts/?show={shelf}"
    yield "posts.search.common", "/posts/?q=booksellers"
    yield "posts.search.rare", "/posts/?q=4711"
    yield "posts.search.absent", "/posts/?q=aubergine"
    yield "posts.account", f"/posts/?account={account}&show=published"
    yield "posts.refused", "/posts/?state=refused"
    yield "posts.media", "/posts/?media=with"
    yield "posts.until", "/posts/?until=2026-10-01"
    yield "posts.deep", "/posts/?before=2026-10-01T00:00:00%2B00:00_1"


def _media(desk: Desk) -> Iterator[tuple[str, str]]:
    yield "library", "/library/"
    yield "library.search", "/library/?q=square-19"
    yield "library.unused", "/library/?show=unused"
    yield "library.choose", "/library/choose/"
    yield "library.item", f"/library/{desk.workspace.media.latest('pk').pk}/"


def _sorting(desk: Desk) -> Iterator[tuple[str, str]]:
    campaign, tag = desk.workspace.campaigns.latest("pk").pk, desk.workspace.tags.latest("pk").pk
    yield "campaigns", "/campaigns/"
    yield "campaign", f"/campaigns/{campaign}/"
    yield "posts.campaign", f"/posts/?campaign={campaign}"
    yield "posts.tag", f"/posts/?tag={tag}"
    yield "posts.sorted", "/posts/sorted/"


def _published(desk: Desk) -> int:
    from parvis.deliver.models import Delivery

    return Delivery.objects.filter(state="published").latest("pk").post_id


def _draft(desk: Desk) -> int:
    drafts: Any = desk.workspace.posts
    return int(drafts.filter(handed_over_at=None, deleted_at=None).latest("pk").pk)


def _read(browser: "Client", address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")


def _measure(
    name: str, page: Callable[[], None], rounds: int, server: Iterable["psutil.Process"]
) -> None:
    page()
    before = sum(map(cpu_seconds, server))
    calls = [_called(page) for _ in range(CALLS * rounds)]
    postgres = 1000 * (sum(map(cpu_seconds, server)) - before) / len(calls)
    late = _at(0.95, (call.passed for call in calls))
    figure = below(
        Rounds(f"pages.{name}.p95", "ms", (late,)),
        WANTED_MS,
        p50=rounded(_at(0.5, (call.passed for call in calls))),
        cpu_ms=rounded(_at(0.5, (call.worked for call in calls))),
        postgres_ms=rounded(postgres),
        queries=calls[-1].queries,
    )
    show(figure)


def _called(page: Callable[[], None]) -> Call:
    from django.db import connection

    asked = 0

    def counted(execute: Callable[..., Any], *about: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*about)

    started, work = time.perf_counter(), time.thread_time()
    with connection.execute_wrapper(counted):
        page()
    passed, worked = time.perf_counter() - started, time.thread_time() - work
    return Call(1000 * passed, 1000 * worked, asked)


def _at(share: float, values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[int(len(ordered) * share)]


if __name__ == "__main__":
    main(read_options(__doc__))
