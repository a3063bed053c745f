"""LinkedIn against the sandbox: taking a post away, how it fares, who comments."""

from __future__ import annotations

import pytest

from parvis.networks.contract import Account, Part
from parvis.networks.errors import NotSent, Refused, SlowDown
from parvis.networks.http import Http
from parvis.networks.linkedin import replies
from parvis.networks.measures import Metric
from tests.networks.keeping import Kept
from tests.networks.linkedin_accounts import (
    LINKEDIN,
    POLL,
    member,
    organisation,
    post,
    prepare,
    with_scopes,
)
from tests.servers.sandbox import RunningSandbox

ACCOUNTS = {"a member": member, "an organisation": organisation}


@pytest.fixture(params=ACCOUNTS.values(), ids=ACCOUNTS.keys())
async def account(request: pytest.FixtureRequest, http: Http, sandbox: RunningSandbox) -> Account:
    connected: Account = await request.param(http, sandbox)
    return connected


class TestDeleting:
    async def test_a_post_is_deleted_once_and_again(
        self, http: Http, sandbox: RunningSandbox, account: Account
    ) -> None:
        receipt = await post(http, account, "Bonjour")

        await LINKEDIN.delete(http, account, receipt.remote_id)
        await LINKEDIN.delete(http, account, receipt.remote_id)

        assert sandbox.posts("linkedin") == []

    async def test_a_comment_is_deleted_once_and_again(
        self, http: Http, sandbox: RunningSandbox, account: Account
    ) -> None:
        receipt = await post(http, account, "Bonjour")
        comment = Part(text="Tout (ici)", is_comment=True)
        ready = await prepare(http, account, comment, follows=(receipt,))
        below = await LINKEDIN.publish(http, account, ready)

        await LINKEDIN.delete(http, account, below.remote_id)
        await LINKEDIN.delete(http, account, below.remote_id)

        assert [posted["text"] for posted in sandbox.posts("linkedin")] == ["Bonjour"]

    async def test_a_post_of_another_is_not_deleted(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        receipt = await post(http, await organisation(http, sandbox), "Bonjour")

        with pytest.raises(Refused):
            await LINKEDIN.delete(http, await member(http, sandbox), receipt.remote_id)

        assert len(sandbox.posts("linkedin")) == 1

    async def test_a_failure_is_not_taken_for_a_deletion(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.order("linkedin", "html-error-page", on="delete")

        with pytest.raises(NotSent):
            await LINKEDIN.delete(http, shop, receipt.remote_id)


class TestFigures:
    async def test_an_organisations_posts_are_read_in_two_calls(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        share = await post(http, events, "Bonjour")
        poll = await prepare(http, events, Part(text="Que lire ?\nBonjour", poll=POLL))
        ugc = await LINKEDIN.publish(http, events, poll)
        sandbox.advance(24 * 3600)
        before = len(sandbox.calls("linkedin"))

        read = await LINKEDIN.read_metrics(http, events, [share.remote_id, ugc.remote_id])

        assert len(sandbox.calls("linkedin")) == before + 2
        assert [one.remote_id for one in read] == [share.remote_id, ugc.remote_id]
        for one in read:
            assert set(one.counts) == {
                Metric.IMPRESSIONS,
                Metric.REACH,
                Metric.CLICKS,
                Metric.REACTIONS,
                Metric.COMMENTS,
                Metric.REPOSTS,
            }
            assert one.counts[Metric.IMPRESSIONS] > one.counts[Metric.REACH] > 0

    async def test_a_members_figures_are_read_with_their_permission(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.advance(24 * 3600)
        analyst = with_scopes(sandbox, shop, "r_member_postAnalytics")

        (read,) = await LINKEDIN.read_metrics(http, analyst, [receipt.remote_id])

        assert read.counts[Metric.IMPRESSIONS] > read.counts[Metric.SAVES] > 0
        assert set(read.counts) >= {Metric.REACH, Metric.REACTIONS, Metric.REPOSTS}

    async def test_totals_are_read_where_figures_are_not(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.advance(24 * 3600)
        reader = with_scopes(sandbox, shop, "r_member_social")

        (read,) = await LINKEDIN.read_metrics(http, reader, [receipt.remote_id])

        assert set(read.counts) == {Metric.REACTIONS, Metric.COMMENTS}

    async def test_a_member_who_may_read_nothing_is_told_so(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")

        with pytest.raises(Refused) as refusal:
            await LINKEDIN.read_metrics(http, shop, [receipt.remote_id])

        assert refusal.value.code == "no-permission"

    async def test_a_retired_figure_leaves_the_others(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.advance(24 * 3600)
        analyst = with_scopes(sandbox, shop, "r_member_postAnalytics")
        sandbox.order("linkedin", "retired-metric", on="metrics", detail="MEMBERS_REACHED")

        (read,) = await LINKEDIN.read_metrics(http, analyst, [receipt.remote_id])

        assert Metric.REACH not in read.counts
        assert set(read.counts) >= {Metric.IMPRESSIONS, Metric.REPOSTS, Metric.SAVES}

    async def test_a_retired_figure_of_an_organisation_leaves_the_others(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        receipt = await post(http, events, "Bonjour")
        sandbox.order("linkedin", "retired-metric", on="metrics", detail="clickCount")

        (read,) = await LINKEDIN.read_metrics(http, events, [receipt.remote_id])

        assert Metric.CLICKS not in read.counts
        assert Metric.IMPRESSIONS in read.counts

    async def test_a_deleted_post_is_told_to_be_gone(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        kept, gone = [await post(http, events, text) for text in ("Bonjour", "Bonsoir")]
        await LINKEDIN.delete(http, events, gone.remote_id)

        read = await LINKEDIN.read_metrics(http, events, [kept.remote_id, gone.remote_id])

        assert [one.is_gone for one in read] == [False, True]

    async def test_a_limit_while_reading_says_so(
        self, http: Http, sandbox: RunningSandbox, account: Account
    ) -> None:
        receipt = await post(http, account, "Bonjour")
        sandbox.order("linkedin", "rate-limit", on="metrics")

        with pytest.raises(SlowDown):
            await LINKEDIN.read_metrics(http, account, [receipt.remote_id])


class TestComments:
    async def test_comments_are_read_page_by_page(
        self, http: Http, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replies, "PAGE_SIZE", 2)
        events = await organisation(http, sandbox)
        receipt = await post(http, events, "Bonjour")
        for number in range(3):
            comment = Part(text=f"Note {number}", is_comment=True)
            ready = await prepare(http, events, comment, follows=(receipt,), progress=Kept())
            await LINKEDIN.publish(http, events, ready)

        first = await LINKEDIN.read_replies(http, events, receipt.remote_id)
        second = await LINKEDIN.read_replies(http, events, receipt.remote_id, first.cursor)

        assert [reply.text for reply in first.replies] == ["Note 0", "Note 1"]
        assert [reply.text for reply in second.replies] == ["Note 2"]
        assert second.cursor is None
        assert {reply.author_id for reply in first.replies} == {events.remote_id}
        assert {reply.author_name for reply in first.replies} == {"Librairie Ponts, events"}
        assert {reply.parent_id for reply in first.replies} == {receipt.remote_id}

    async def test_the_audience_is_heard(self, http: Http, sandbox: RunningSandbox) -> None:
        events = await organisation(http, sandbox)
        receipt = await post(http, events, "Bonjour")
        sandbox.advance(48 * 3600)

        heard = await LINKEDIN.read_replies(http, events, receipt.remote_id)

        assert heard.replies
        assert {reply.author_name for reply in heard.replies} <= {"Alice", "Bob", "Charlie"}
        assert all(reply.author_handle and reply.author_id for reply in heard.replies)
        assert list(heard.replies) == sorted(heard.replies, key=lambda reply: reply.written_at)

    async def test_comments_are_read_without_names_where_names_are_not_shown(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.advance(48 * 3600)
        reader = with_scopes(sandbox, shop, "r_member_social")

        heard = await LINKEDIN.read_replies(http, reader, receipt.remote_id)

        assert heard.replies
        assert {reply.author_name for reply in heard.replies} == {""}

    async def test_a_member_without_permission_is_told_so(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")

        with pytest.raises(Refused) as refusal:
            await LINKEDIN.read_replies(http, shop, receipt.remote_id)

        assert refusal.value.code == "no-permission"
