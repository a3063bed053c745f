"""Each network's limits as the sandbox enforces them: whose they are, what about, until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from parvis.networks.errors import SlowDown
from parvis.networks.http import Call
from parvis.networks.limits import RateLimit
from tests.networks.author import Author, now
from tests.networks.grounds import SANDBOXED, SandboxGround
from tests.servers.sandbox import RunningSandbox

SECONDS = 90
# Scope and bucket of what is told to who publishes too often.
TOLD = {
    "x": ("account", "publish"),
    "facebook": ("account", "usage"),
    "instagram": ("account", "usage"),
    "linkedin": ("account", "publish a day"),
    # Threads answers code 4, the app's.
    "threads": ("app", "usage"),
    "mastodon": ("account", "publish"),
    "bluesky": ("account", "publish"),
}
# What is told when it is the app's limit; Meta says nothing of its end.
TOLD_OF_THE_APP = {
    "x": ("app", "publish a day", True),
    "facebook": ("app", "", False),
    "instagram": ("app", "", False),
    "linkedin": ("app", "publish a day", True),
}
# Reading alone is counted by itself at X and LinkedIn.
TOLD_TO_A_READER = {
    "x": "look up",
    "facebook": "usage",
    "instagram": "usage",
    "linkedin": "look up a day",
    "threads": "usage",
    "mastodon": "",
    "bluesky": "",
}


async def refused(asked: Awaitable[object]) -> SlowDown:
    with pytest.raises(SlowDown) as limit:
        await asked
    return limit.value


async def test_who_publishes_too_often_learns_whose_limit_it_is_and_its_end(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.faults.limit(SECONDS)

    error = await refused(sandbox_author.publish(sent))

    assert (error.scope, error.bucket) == TOLD[sandbox_ground.network.name]
    assert error.until is not None
    assert timedelta(0) < error.until - now() <= sandbox_ground.longest_wait
    assert error.facts["network"] == sandbox_ground.network.name


@pytest.mark.parametrize(
    "sandbox_ground",
    [name for name, each in SANDBOXED.items() if each.network in TOLD_OF_THE_APP],
    indirect=True,
)
async def test_the_apps_limit_is_told_from_the_accounts(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    name = sandbox_ground.network.name
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.sandbox.order(name, "rate-limit", on="publish", seconds=SECONDS, detail="app")

    error = await refused(sandbox_author.publish(sent))

    scope, bucket, has_end = TOLD_OF_THE_APP[name]
    assert (error.scope, error.bucket, error.until is not None) == (scope, bucket, has_end)


async def test_who_reads_too_often_learns_what_else_must_wait(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    name = sandbox_ground.network.name
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.sandbox.order(name, "rate-limit", on="any", seconds=SECONDS, times=None)

    error = await refused(sandbox_author.look_up(sent, now()))

    # What a member posts cannot be read on LinkedIn: it is asked for by posting it again.
    by_posting = sandbox_ground.looks_up_by_posting
    assert error.bucket == ("publish a day" if by_posting else TOLD_TO_A_READER[name])


class Listener:
    """Hears of the calls, as a meter does."""

    def __init__(self) -> None:
        self.told: list[RateLimit] = []

    def __call__(self, call: Call) -> None:
        self.told.extend(call.rate_limits)

    def last(self, bucket: str, scope: str = "account") -> RateLimit:
        return [one for one in self.told if (one.bucket, one.scope) == (bucket, scope)][-1]


async def used_up(asks: Callable[[int], Awaitable[object]], at_most: int) -> tuple[int, SlowDown]:
    """How often it was answered, and what was said then."""
    for number in range(at_most):
        try:
            await asks(number)
        except SlowDown as limit:
            return number, limit
    raise AssertionError(f"{at_most} requests, and no limit")


@pytest.mark.parametrize("sandbox_ground", ["x"], indirect=True)
async def test_x_counts_posts_down_in_the_window_and_in_the_apps_day(
    sandbox_author: Author,
) -> None:
    await sandbox_author.connect()
    heard = Listener()
    sandbox_author.http = sandbox_author.http.metered(heard)

    taken, error = await used_up(lambda number: sandbox_author.post(f"Livre n° {number}"), 110)

    assert taken == 100
    assert (error.scope, error.bucket, error.facts["limit"]) == ("account", "publish", 100)
    assert heard.last("publish").remaining == 0
    assert heard.last("publish").reset_at == error.until
    day = heard.last("publish a day", scope="app")
    assert (day.limit, day.remaining) == (10_000, 9_900)


@pytest.mark.parametrize("sandbox_ground", ["mastodon"], indirect=True)
async def test_mastodon_counts_all_requests_of_five_minutes(
    sandbox_author: Author, sandbox: RunningSandbox
) -> None:
    account = await sandbox_author.connect()
    heard = Listener()
    http = sandbox_author.http.metered(heard)

    taken, error = await used_up(lambda _: sandbox_author.network.check(http, account), 310)

    assert 290 < taken <= 300
    assert (error.scope, error.bucket, error.facts["limit"]) == ("account", "", 300)
    assert heard.last("").remaining == 0
    assert error.until is not None
    assert timedelta(0) < error.until - now() <= timedelta(minutes=5)

    sandbox.advance(300)
    await sandbox_author.network.check(http, account)
    assert heard.last("").remaining == 299


@pytest.mark.parametrize("sandbox_ground", ["bluesky"], indirect=True)
async def test_bluesky_tells_with_each_answer_what_is_left(sandbox_author: Author) -> None:
    await sandbox_author.connect()
    heard = Listener()
    sandbox_author.http = sandbox_author.http.metered(heard)

    await sandbox_author.post()

    told = heard.last("publish")
    assert told.limit is not None
    assert told.remaining is not None
    assert 0 < told.remaining < told.limit
    assert told.reset_at is not None


@pytest.mark.parametrize("sandbox_ground", ["facebook", "instagram", "threads"], indirect=True)
async def test_meta_tells_with_each_answer_how_much_of_the_app_is_used(
    sandbox_author: Author,
) -> None:
    account = await sandbox_author.connect()
    heard = Listener()

    await sandbox_author.network.check(sandbox_author.http.metered(heard), account)

    told = heard.last("usage", scope="app")
    assert (told.limit, told.reset_at) == (100, None)
    assert 90 <= (told.remaining or 0) <= 100
