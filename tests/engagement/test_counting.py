"""How many follow each account, as the sandbox tells it."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync

from parvis.config import reach
from parvis.engagement import counting
from parvis.engagement.models import AccountFigures, Pace
from parvis.engagement.reading import Reader
from parvis.engagement.verbs import set_pace
from parvis.networks import present
from tests.engagement.following import Observed, on

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count() -> int:
    async def counted() -> int:
        async with reach.new_http() as http:
            return await Reader(http).count_followers()

    return async_to_sync(counted)()


@on("x", "facebook", "instagram", "instagram by Page", "threads", "mastodon", "bluesky")
def test_followers_are_counted_as_the_network_tells_them(observed: Observed) -> None:
    observed.published()
    assert count() == 0
    observed.go_on(HOUR)
    assert count() == 1
    figures = AccountFigures.objects.get()
    told = {"x": 0, "facebook": 430, "instagram": 389, "threads": 3, "mastodon": 40, "bluesky": 3}
    assert figures.followers == told[observed.account.network]
    assert figures.posts in (None, 0, 1)


@on("bluesky")
def test_they_are_counted_once_a_day(observed: Observed) -> None:
    observed.go_on(HOUR)
    assert [count(), count()] == [1, 0]
    observed.go_on(DAY)
    assert count() == 1
    assert AccountFigures.objects.count() == 2


@on("x")
def test_where_a_look_costs_money_they_are_counted_once_a_week(observed: Observed) -> None:
    observed.go_on(HOUR)
    assert count() == 1
    observed.go_on(3 * DAY)
    assert count() == 0
    observed.go_on(4 * DAY)
    assert count() == 1


@on("bluesky")
def test_an_account_that_is_not_to_be_read_is_not_counted(observed: Observed) -> None:
    observed.go_on(HOUR)
    set_pace(observed.account, Pace.OFF)
    assert counting.take_due(present.now()) == []


@on("mastodon")
def test_a_day_on_which_the_network_refuses_is_left_out(observed: Observed) -> None:
    observed.go_on(HOUR)
    observed.rehearsal.order("rate-limit", on="any", seconds=60)
    assert count() == 1
    assert not AccountFigures.objects.exists()
