"""Mastodon: figures and replies, as the sandbox's server tells them."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio

from parvis.networks.contract import Part, Visibility
from parvis.networks.errors import NotSent, Reconnect, Refused
from parvis.networks.http import Http
from parvis.networks.measures import Metric, Metrics, Replies
from tests.networks.mastodon_desk import MASTODON, Desk
from tests.servers.fixtures import StandBefore
from tests.servers.sandbox import RunningSandbox

THREE_DAYS = 3 * 24 * 3600
FIGURES = {Metric.LIKES, Metric.REPOSTS, Metric.REPLIES, Metric.QUOTES}


@pytest_asyncio.fixture
async def desk(http: Http, sandbox: RunningSandbox) -> Desk:
    desk = Desk(http, sandbox)
    await desk.connect()
    return desk


async def measured(desk: Desk, *remote_ids: str) -> tuple[Metrics, ...]:
    return await MASTODON.read_metrics(desk.http, desk.account, remote_ids)


async def replies(desk: Desk, remote_id: str) -> Replies:
    return await MASTODON.read_replies(desk.http, desk.account, remote_id)


class TestMetrics:
    async def test_figures_are_those_that_the_server_shows(self, desk: Desk) -> None:
        receipt = await desk.post("Bonjour")
        desk.sandbox.advance(THREE_DAYS)

        (metrics,) = await measured(desk, receipt.remote_id)

        answers = desk.sandbox.answers_to("mastodon", receipt.remote_id)
        assert set(metrics.counts) == FIGURES
        assert metrics.counts[Metric.REPLIES] == len(answers) > 0
        assert metrics.counts[Metric.LIKES] > 0
        assert not metrics.is_gone

    async def test_many_posts_are_asked_for_by_twenties_and_told_in_their_order(
        self, desk: Desk
    ) -> None:
        ids = [(await desk.post(f"Numéro {number}")).remote_id for number in range(25)]

        told = await measured(desk, *ids)

        assert [metrics.remote_id for metrics in told] == ids
        assert desk.calls("metrics") == 2

    async def test_a_server_without_batches_is_asked_one_by_one(self, desk: Desk) -> None:
        ids = [(await desk.post(f"Numéro {number}")).remote_id for number in range(3)]
        desk.sandbox.set_quirk("mastodon", "gotosocial", True)

        told = await measured(desk, *ids)

        assert [set(metrics.counts) for metrics in told] == [FIGURES] * 3
        assert desk.calls("metrics") == 4

    async def test_a_deleted_post_is_gone_and_the_others_are_told(self, desk: Desk) -> None:
        kept, deleted = await desk.post("Un"), await desk.post("Deux")
        desk.sandbox.take_down("mastodon", deleted.remote_id)

        told = await measured(desk, kept.remote_id, deleted.remote_id)

        assert [metrics.is_gone for metrics in told] == [False, True]
        assert (set(told[0].counts), told[1].counts) == (FIGURES, {})

    async def test_a_dead_token_does_not_make_a_post_gone(self, desk: Desk) -> None:
        """Without a living token the server shows public posts alone, and does not say so."""
        receipt = await desk.post(Part(text="Pour peu", visibility=Visibility.FOLLOWERS))
        desk.forget_token()

        with pytest.raises(Reconnect):
            await measured(desk, receipt.remote_id)

    async def test_a_figure_that_the_server_does_not_know_is_left_out(
        self, desk: Desk, lost_answers: StandBefore
    ) -> None:
        """`quotes_count` is there since Mastodon 4.5."""
        receipt = await desk.post("Bonjour")
        proxy = lost_answers(desk.origin)
        older = {"id": receipt.remote_id, "favourites_count": 3, "reblogs_count": None}
        proxy.answer_instead("/api/v1/statuses/", 200, body=json.dumps(older).encode())

        (metrics,) = await MASTODON.read_metrics(
            desk.http, desk.moved_to(proxy.url), [receipt.remote_id]
        )

        assert metrics.counts == {Metric.LIKES: 3}

    @pytest.mark.parametrize("fault", ["malformed", "html-error-page", "error-before"])
    async def test_an_unclear_answer_tells_nothing(self, desk: Desk, fault: str) -> None:
        first, second = await desk.post("Un"), await desk.post("Deux")
        desk.order(fault, on="metrics")

        with pytest.raises(NotSent):
            await measured(desk, first.remote_id, second.remote_id)


class TestReplies:
    async def test_replies_are_told_with_their_authors_oldest_first(self, desk: Desk) -> None:
        receipt = await desk.post("Bonjour")
        desk.sandbox.advance(THREE_DAYS)

        told = await replies(desk, receipt.remote_id)

        answers = desk.sandbox.answers_to("mastodon", receipt.remote_id)
        assert [reply.remote_id for reply in told.replies] == [a["remote_id"] for a in answers]
        assert {reply.parent_id for reply in told.replies} == {receipt.remote_id}
        assert [reply.author_handle for reply in told.replies] == [a["author"] for a in answers]
        assert [reply.text for reply in told.replies] == [a["text"] for a in answers]
        moments = [reply.written_at for reply in told.replies]
        assert moments == sorted(moments)
        assert told.cursor is None

    async def test_what_the_account_itself_answered_carries_its_whole_handle(
        self, desk: Desk
    ) -> None:
        first = await desk.post("Un")
        second = await desk.post(Part(text="Deux", content_warning="Fin du livre"), follows=[first])

        (reply,) = (await replies(desk, first.remote_id)).replies

        assert reply.remote_id == second.remote_id
        assert (reply.author_id, reply.author_handle) == (
            desk.account.remote_id,
            desk.account.handle,
        )
        assert reply.text == "Fin du livre\n\nDeux"

    async def test_an_answer_to_an_answer_names_what_it_answers(self, desk: Desk) -> None:
        first = await desk.post("Un")
        second = await desk.post("Deux", follows=[first])
        third = await desk.post("Trois", follows=[first, second])

        told = (await replies(desk, first.remote_id)).replies

        assert {reply.remote_id: reply.parent_id for reply in told} == {
            second.remote_id: first.remote_id,
            third.remote_id: second.remote_id,
        }

    async def test_a_deleted_post_has_no_replies_to_tell(self, desk: Desk) -> None:
        receipt = await desk.post("Bonjour")
        desk.sandbox.take_down("mastodon", receipt.remote_id)

        with pytest.raises(Refused) as refusal:
            await replies(desk, receipt.remote_id)

        assert refusal.value.code == "post-gone"

    @pytest.mark.parametrize("fault", ["malformed", "empty-body", "html-error-page"])
    async def test_an_unclear_answer_tells_nothing(self, desk: Desk, fault: str) -> None:
        receipt = await desk.post("Bonjour")
        desk.order(fault, on="replies")

        with pytest.raises(NotSent):
            await replies(desk, receipt.remote_id)
