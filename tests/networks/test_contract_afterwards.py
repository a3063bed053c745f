"""What every network keeps: what a post brought, who answered, and taking it back."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from parvis.networks.contract import Account
from parvis.networks.errors import Blocked, Refused
from parvis.networks.measures import Metric, Reply
from parvis.sandbox.faults import Kind
from tests.networks.author import EVENING, Author
from tests.networks.grounds import READING, Ground, SandboxGround, having
from tests.servers.asking import ask

DAY = 86_400


async def test_a_deleted_post_is_gone_and_may_be_deleted_again(
    author: Author, ground: Ground
) -> None:
    account = await author.connect()
    receipt = await author.post()

    if not account.traits.deletes:
        with pytest.raises(Refused):
            await author.network.delete(author.http, account, receipt.remote_id)
        assert len(ground.posts()) == 1
        return
    for _ in range(2):
        await author.network.delete(author.http, account, receipt.remote_id)

    assert ground.posts() == []


async def test_the_receipt_leads_to_where_people_read_the_post(sandbox_author: Author) -> None:
    await sandbox_author.connect()
    receipt = await sandbox_author.post()

    page = page_at(receipt.url)

    assert "lecture de « La Place » 📚" in page
    assert "<title>Sandbox: " in page


@pytest.mark.parametrize("sandbox_ground", READING, indirect=True)
async def test_a_post_gathers_figures_and_they_are_told_apart(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    account = await sandbox_author.connect()
    first, second = await sandbox_author.post("Un"), await sandbox_author.post("Deux")
    sandbox_ground.sandbox.advance(3 * DAY)
    account = await sandbox_ground.renewed(sandbox_author.http, account)

    told = await sandbox_author.network.read_metrics(
        sandbox_author.http, account, [first.remote_id, second.remote_id]
    )

    assert [each.remote_id for each in told] == [first.remote_id, second.remote_id]
    assert all(sum(each.counts.values()) > 0 for each in told)
    assert all(isinstance(name, Metric) for each in told for name in each.counts)
    assert dict(told[0].counts) != dict(told[1].counts)


@pytest.mark.parametrize("sandbox_ground", READING, indirect=True)
async def test_a_deleted_posts_figures_are_not_zero(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    account = await sandbox_author.connect()
    kept, gone = await sandbox_author.post("Un"), await sandbox_author.post("Deux")
    sandbox_ground.take_down(gone.remote_id)

    told = await sandbox_author.network.read_metrics(
        sandbox_author.http, account, [kept.remote_id, gone.remote_id]
    )

    by_id = {each.remote_id: each for each in told}
    assert not by_id[kept.remote_id].is_gone
    assert gone.remote_id not in by_id or not by_id[gone.remote_id].counts


@pytest.mark.parametrize("sandbox_ground", having(Kind.RETIRED_METRIC), indirect=True)
async def test_a_retired_metric_leaves_the_others_readable(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    account = await sandbox_author.connect()
    receipt = await sandbox_author.post()
    sandbox_ground.sandbox.advance(DAY)
    account = await sandbox_ground.renewed(sandbox_author.http, account)
    (before,) = await sandbox_author.network.read_metrics(
        sandbox_author.http, account, [receipt.remote_id]
    )

    sandbox_ground.faults.order(
        "retired-metric", on="metrics", times=None, detail=sandbox_ground.a_metric
    )
    (after,) = await sandbox_author.network.read_metrics(
        sandbox_author.http, account, [receipt.remote_id]
    )

    assert after.counts
    assert set(after.counts) < set(before.counts)


@pytest.mark.parametrize("sandbox_ground", READING, indirect=True)
async def test_replies_are_read_to_the_last(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    account = await sandbox_author.connect()
    receipt = await sandbox_author.post()
    sandbox_ground.sandbox.advance(5 * DAY)
    account = await sandbox_ground.renewed(sandbox_author.http, account)

    replies = await all_replies(sandbox_author, account, receipt.remote_id)

    written = sandbox_ground.answers_to(receipt.remote_id)
    assert written
    assert sorted(each.text for each in replies) == sorted(each["visible_text"] for each in written)
    assert {each.parent_id for each in replies} == {receipt.remote_id}
    assert all(each.remote_id and each.author_id for each in replies)


@pytest.mark.parametrize(
    ("sandbox_ground", "fault"),
    [
        *((name, "retired-version") for name in having(Kind.RETIRED_VERSION)),
        *((name, "usage-cap") for name in having(Kind.USAGE_CAP)),
    ],
    indirect=["sandbox_ground"],
)
async def test_what_only_the_owner_can_mend_blocks_and_posts_nothing(
    sandbox_author: Author, sandbox_ground: SandboxGround, fault: str
) -> None:
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.faults.order(fault)

    with pytest.raises(Blocked):
        await sandbox_author.publish(sent)

    assert sandbox_ground.posts() == []


async def test_a_refusal_posts_nothing_and_is_a_refusal(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    await sandbox_author.connect()
    sent = await sandbox_author.prepare(EVENING)
    sandbox_ground.faults.order("refuse")

    with pytest.raises(Refused) as refusal:
        await sandbox_author.publish(sent)

    assert refusal.value.sentence
    assert sandbox_ground.posts() == []


def page_at(url: str) -> str:
    answer = ask("GET", url)
    while answer.status in (301, 302):
        answer = ask("GET", urljoin(url, answer.headers["Location"]))
    return answer.confirmed().body.decode()


async def all_replies(author: Author, account: Account, remote_id: str) -> list[Reply]:
    gathered: list[Reply] = []
    cursor: str | None = None
    for _ in range(20):
        page = await author.network.read_replies(author.http, account, remote_id, cursor)
        gathered += page.replies
        cursor = page.cursor
        if cursor is None:
            return gathered
    raise AssertionError("the pages of replies never end")
