"""LinkedIn against the sandbox: what became of a post, how it fares, and taking it away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parvis.networks.contract import Account, MediaFile, Part, Poll, Presence
from parvis.networks.errors import Expired, NotSent, Reconnect, Refused, SlowDown, Unknown
from parvis.networks.http import Http
from parvis.networks.linkedin import looking, replies
from parvis.networks.measures import Metric
from parvis.networks.secret import Secret
from tests.networks.keeping import Kept
from tests.networks.linkedin_accounts import LINKEDIN, member, organisation, post, prepare
from tests.servers.sandbox import RunningSandbox

Connect = Callable[[Http, RunningSandbox], Awaitable[Account]]
ACCOUNTS = {"a member": member, "an organisation": organisation}
MISHAPS = ["lose-answer", "error-after", "malformed", "empty-body"]
PARTS = {
    "text": Part(text="Ce soir (19 h) : #lecture\n\nÀ *tous* !  "),
    "poll": Part(text="Que lire ?\nBonjour", poll=Poll(options=("A", "B"), minutes=1440)),
}


@pytest.fixture(params=ACCOUNTS.values(), ids=ACCOUNTS.keys())
async def account(request: pytest.FixtureRequest, http: Http, sandbox: RunningSandbox) -> Account:
    connected: Account = await request.param(http, sandbox)
    return connected


class TestLookingUp:
    @pytest.mark.parametrize("mishap", MISHAPS)
    @pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())
    async def test_a_post_whose_answer_was_lost_is_found(
        self, http: Http, sandbox: RunningSandbox, account: Account, part: Part, mishap: str
    ) -> None:
        sent_at = datetime.now(UTC)
        ready = await prepare(http, account, part)
        sandbox.order("linkedin", mishap, on="publish")
        with pytest.raises(Unknown):
            await LINKEDIN.publish(http, account, ready)

        found = await LINKEDIN.look_up(http, account, ready, sent_at)

        (posted,) = sandbox.posts("linkedin")
        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == posted["remote_id"]

    async def test_a_post_with_an_image_is_found(
        self, http: Http, sandbox: RunningSandbox, account: Account, image: MediaFile
    ) -> None:
        sent_at = datetime.now(UTC)
        ready = await prepare(http, account, Part(text="Vitrine", media=(image,)))
        sandbox.order("linkedin", "lose-answer", on="publish")
        with pytest.raises(Unknown):
            await LINKEDIN.publish(http, account, ready)

        found = await LINKEDIN.look_up(http, account, ready, sent_at)

        assert found.presence is Presence.PRESENT
        assert len(sandbox.posts("linkedin")) == 1

    async def test_an_organisations_post_that_never_arrived_is_absent(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        ready = await prepare(http, events, Part(text="Bonjour"))
        sandbox.order("linkedin", "lose-request", on="publish")
        with pytest.raises(Unknown):
            await LINKEDIN.publish(http, events, ready)

        found = await LINKEDIN.look_up(http, events, ready, datetime.now(UTC))

        assert found.presence is Presence.ABSENT
        assert sandbox.posts("linkedin") == []

    async def test_a_members_post_that_never_arrived_is_there_afterwards(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        ready = await prepare(http, shop, Part(text="Bonjour"))
        sandbox.order("linkedin", "lose-request", on="publish")
        with pytest.raises(Unknown):
            await LINKEDIN.publish(http, shop, ready)

        found = await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC))

        (posted,) = sandbox.posts("linkedin")
        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == posted["remote_id"]

    @pytest.mark.parametrize(
        ("connected", "presence"),
        [(member, Presence.CANNOT_TELL), (organisation, Presence.ABSENT)],
        ids=ACCOUNTS.keys(),
    )
    async def test_an_equal_text_an_hour_earlier_is_not_ours(
        self, http: Http, sandbox: RunningSandbox, connected: Connect, presence: Presence
    ) -> None:
        account = await connected(http, sandbox)
        await post(http, account, "Bonjour")
        sandbox.advance(3600)
        ready = await prepare(http, account, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(http, account, ready, datetime.now(UTC) + timedelta(hours=1))

        assert found.presence is presence
        assert len(sandbox.posts("linkedin")) == 1

    async def test_an_older_post_in_the_way_of_a_members_is_named(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        earlier = await post(http, shop, "Bonjour")
        ready = await prepare(http, shop, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC) + timedelta(hours=1))

        assert found.presence is Presence.CANNOT_TELL
        assert [candidate.remote_id for candidate in found.candidates] == [earlier.remote_id]

    async def test_a_post_known_to_be_another_is_not_ours(
        self, http: Http, sandbox: RunningSandbox, account: Account
    ) -> None:
        other = await post(http, account, "Bonjour")
        ready = await prepare(http, account, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(
            http, account, ready, datetime.now(UTC), frozenset({other.remote_id})
        )

        assert found.presence is not Presence.PRESENT

    async def test_a_members_post_is_created_once_more_and_not_again(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        await post(http, shop, "Bonjour")
        ready = await prepare(http, shop, Part(text="Bonjour"))

        await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC))

        creates = [each for each in sandbox.calls("linkedin") if each["purpose"] == "publish"]
        assert [each["status"] for each in creates] == [201, 422]

    async def test_a_named_post_that_is_not_there_is_not_believed_where_it_can_be_read(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        earlier = await post(http, shop, "Bonjour")
        await LINKEDIN.delete(http, shop, earlier.remote_id)
        ready = await prepare(http, shop, Part(text="Bonjour"))
        reader = _with_scopes(sandbox, shop, "w_member_social", "r_member_social")

        found = await LINKEDIN.look_up(http, reader, ready, datetime.now(UTC))

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize("fault", ["error-before", "rate-limit", "lose-answer", "malformed"])
    async def test_a_named_post_that_cannot_be_read_is_believed(
        self, http: Http, sandbox: RunningSandbox, fault: str
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        ready = await prepare(http, shop, Part(text="Bonjour"))
        sandbox.order("linkedin", fault, on="look-up", times=None)

        found = await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC))

        assert found.published is not None
        assert found.published.remote_id == receipt.remote_id

    @pytest.mark.parametrize("mishap", ["lose-request", "lose-answer", "error-after", "malformed"])
    async def test_a_repeat_that_is_not_answered_leaves_the_question_open(
        self, http: Http, sandbox: RunningSandbox, mishap: str
    ) -> None:
        shop = await member(http, sandbox)
        sent_at = datetime.now(UTC)
        ready = await prepare(http, shop, Part(text="Bonjour"))
        sandbox.order("linkedin", mishap, on="publish")
        with pytest.raises(NotSent) as open_question:
            await LINKEDIN.look_up(http, shop, ready, sent_at)
        assert open_question.value.code == "not-told"

        found = await LINKEDIN.look_up(http, shop, ready, sent_at)

        assert found.presence is Presence.PRESENT
        assert len(sandbox.posts("linkedin")) == 1

    async def test_a_repeat_refused_for_another_reason_tells_nothing(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        ready = await prepare(http, shop, Part(text="Bonjour"))
        sandbox.order("linkedin", "refuse", on="publish")

        found = await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC))

        assert found.presence is Presence.CANNOT_TELL

    async def test_an_organisation_that_may_not_read_is_looked_up_like_a_member(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        given = sandbox.token("linkedin", "ponts", scopes=("w_organization_social",))
        tokens = replace(events.tokens, access=Secret(given["access_token"]))
        writer = replace(events, tokens=tokens)
        ready = await prepare(http, writer, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(http, writer, ready, datetime.now(UTC))

        assert found.presence is Presence.PRESENT
        assert len(sandbox.posts("linkedin")) == 1

    async def test_a_listing_is_read_page_by_page(
        self, http: Http, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "PAGE_SIZE", 2)
        events = await organisation(http, sandbox)
        sent_at = datetime.now(UTC)
        receipts = [await post(http, events, f"Livre {number}") for number in range(5)]
        ready = await prepare(http, events, Part(text="Livre 0"))

        found = await LINKEDIN.look_up(http, events, ready, sent_at)

        assert found.published is not None
        assert found.published.remote_id == receipts[0].remote_id

    async def test_a_listing_without_end_proves_no_absence(
        self, http: Http, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "PAGE_SIZE", 1)
        monkeypatch.setattr(looking, "PAGES", 2)
        events = await organisation(http, sandbox)
        sent_at = datetime.now(UTC)
        for number in range(3):
            await post(http, events, f"Livre {number}")
        ready = await prepare(http, events, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(http, events, ready, sent_at)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ("rate-limit", SlowDown),
            ("error-before", NotSent),
            ("html-error-page", NotSent),
            ("malformed", NotSent),
            ("expired-token", Expired),
            ("revoked-token", Reconnect),
        ],
    )
    async def test_a_listing_that_is_not_had_leaves_the_question_open(
        self, http: Http, sandbox: RunningSandbox, fault: str, error: type[Exception]
    ) -> None:
        events = await organisation(http, sandbox)
        ready = await prepare(http, events, Part(text="Bonjour"))
        sandbox.order("linkedin", fault, on="look-up")

        with pytest.raises(error):
            await LINKEDIN.look_up(http, events, ready, datetime.now(UTC))


class TestLookingUpComments:
    async def test_an_organisations_comment_is_found_or_absent(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        receipt = await post(http, events, "Bonjour")
        sent_at = datetime.now(UTC)
        comment = Part(text="Tout (ici)", is_comment=True)
        ready = await prepare(http, events, comment, follows=(receipt,))

        absent = await LINKEDIN.look_up(http, events, ready, sent_at)
        below = await LINKEDIN.publish(http, events, ready)
        present = await LINKEDIN.look_up(http, events, ready, sent_at)

        assert absent.presence is Presence.ABSENT
        assert present.published is not None
        assert present.published.remote_id == below.remote_id

    async def test_with_its_post_a_comment_is_gone(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        events = await organisation(http, sandbox)
        receipt = await post(http, events, "Bonjour")
        comment = Part(text="Tout (ici)", is_comment=True)
        ready = await prepare(http, events, comment, follows=(receipt,))
        await LINKEDIN.delete(http, events, receipt.remote_id)

        found = await LINKEDIN.look_up(http, events, ready, datetime.now(UTC))

        assert found.presence is Presence.ABSENT

    async def test_a_members_comment_cannot_be_told_and_is_not_repeated(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        comment = Part(text="Tout (ici)", is_comment=True)
        ready = await prepare(http, shop, comment, follows=(receipt,))

        found = await LINKEDIN.look_up(http, shop, ready, datetime.now(UTC))

        assert found.presence is Presence.CANNOT_TELL
        assert len(sandbox.posts("linkedin")) == 1


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
        poll = await prepare(http, events, PARTS["poll"])
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
        analyst = _with_scopes(sandbox, shop, "r_member_postAnalytics")

        (read,) = await LINKEDIN.read_metrics(http, analyst, [receipt.remote_id])

        assert read.counts[Metric.IMPRESSIONS] > read.counts[Metric.SAVES] > 0
        assert set(read.counts) >= {Metric.REACH, Metric.REACTIONS, Metric.REPOSTS}

    async def test_totals_are_read_where_figures_are_not(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop = await member(http, sandbox)
        receipt = await post(http, shop, "Bonjour")
        sandbox.advance(24 * 3600)
        reader = _with_scopes(sandbox, shop, "r_member_social")

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
        analyst = _with_scopes(sandbox, shop, "r_member_postAnalytics")
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
        reader = _with_scopes(sandbox, shop, "r_member_social")

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


def _with_scopes(sandbox: RunningSandbox, account: Account, *scopes: str) -> Account:
    given = sandbox.token("linkedin", "ponts", scopes=scopes)
    access = Secret(given["access_token"])
    return replace(account, tokens=replace(account.tokens, access=access))
