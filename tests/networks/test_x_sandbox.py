"""X's module against the sandbox: what was posted, lost, found again, measured and deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from parvis.networks.contract import (
    Account,
    AppRegistration,
    OAuthReturn,
    Poll,
    Presence,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http
from parvis.networks.measures import Metric
from parvis.networks.secret import Secret
from parvis.networks.traits import ReplySetting
from parvis.networks.x.permission import SCOPES, WAY
from parvis.sandbox.oauth import challenge_of
from tests.networks.grounds import account_of
from tests.networks.x_account import (
    APP,
    EVENING,
    NETWORK,
    account_on,
    now,
    post,
    prepare,
)
from tests.servers.sandbox import RunningSandbox

BACK = "http://127.0.0.1:8000/accounts/back"
VERIFIER = Secret("a-verifier-that-is-long-enough-for-the-proof-of-key")


@pytest.fixture
def account(sandbox: RunningSandbox) -> Account:
    return account_on(sandbox)


def returned(sandbox: RunningSandbox, app: AppRegistration = APP) -> OAuthReturn:
    """A person was sent to X, clicked on Allow, and is back with a code."""
    challenge = challenge_of(VERIFIER.reveal(), "S256")
    page = NETWORK.authorise_url(sandbox.origin("x"), WAY, app, BACK, "a-state", challenge)
    back = parse_qs(urlsplit(sandbox.consent(page, "ponts")).query)
    assert back["state"] == ["a-state"]
    return OAuthReturn(code=back["code"][0], redirect_uri=BACK, code_verifier=VERIFIER)


class TestPermission:
    async def test_signing_in_tells_whose_account_it_is(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        (connected,) = await NETWORK.exchange(
            http, sandbox.origin("x"), WAY, APP, returned(sandbox)
        )

        assert (connected.handle, connected.display_name) == ("ponts", "Librairie Ponts")
        assert set(connected.tokens.scopes) == set(SCOPES)
        assert connected.tokens.refresh is not None

    async def test_an_app_without_a_secret_signs_in_and_renews_as_well(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        app = AppRegistration(client_id="parvis-sandbox-public", client_secret=Secret(""))

        (connected,) = await NETWORK.exchange(
            http, sandbox.origin("x"), WAY, app, returned(sandbox, app)
        )
        renewed = await NETWORK.refresh(http, account_of(connected), app)

        assert renewed.access != connected.tokens.access

    async def test_an_app_without_a_secret_cannot_be_checked_beforehand(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        (developer_app,) = NETWORK.developer_apps
        app = AppRegistration(client_id="parvis-sandbox-public", client_secret=Secret(""))

        with pytest.raises(Refused) as refusal:
            await NETWORK.check_app(http, sandbox.origin("x"), developer_app, app)

        assert refusal.value.code == "cannot-check-app"

    async def test_tokens_are_renewed_half_an_hour_before_they_lapse(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        (connected,) = await NETWORK.exchange(
            http, sandbox.origin("x"), WAY, APP, returned(sandbox)
        )

        tokens = connected.tokens
        assert tokens.expires_at is not None
        assert tokens.refresh_at == tokens.expires_at - timedelta(minutes=30)
        assert tokens.lapses_at is None

    async def test_a_code_lives_for_half_a_minute(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        back = returned(sandbox)
        sandbox.advance(31)

        with pytest.raises(Refused) as refusal:
            await NETWORK.exchange(http, sandbox.origin("x"), WAY, APP, back)

        assert refusal.value.code == "code-refused"

    async def test_a_code_is_worth_nothing_to_who_did_not_ask_for_it(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        stolen = replace(returned(sandbox), code_verifier=Secret("another-verifier"))

        with pytest.raises(Refused) as refusal:
            await NETWORK.exchange(http, sandbox.origin("x"), WAY, APP, stolen)

        assert refusal.value.code == "code-refused"

    async def test_a_known_app_passes_the_check(self, sandbox: RunningSandbox, http: Http) -> None:
        (developer_app,) = NETWORK.developer_apps

        await NETWORK.check_app(http, sandbox.origin("x"), developer_app, APP)

    async def test_a_wrong_app_secret_is_told_before_anybody_signs_in(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        (developer_app,) = NETWORK.developer_apps
        wrong = replace(APP, client_secret=Secret("not-the-secret"))

        with pytest.raises(Refused) as refusal:
            await NETWORK.check_app(http, sandbox.origin("x"), developer_app, wrong)

        assert refusal.value.code == "bad-app"

    async def test_a_refresh_token_works_once(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        renewed = replace(account, tokens=await NETWORK.refresh(http, account, APP))

        assert await NETWORK.check(http, renewed) == "ponts"
        with pytest.raises(Reconnect) as dead:
            await NETWORK.refresh(http, account, APP)
        assert dead.value.code == "token-dead"

    async def test_trouble_of_the_network_leaves_the_refresh_open(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.order("x", "error-before", on="token")

        with pytest.raises(NotSent):
            await NETWORK.refresh(http, account, APP)

        assert (await NETWORK.refresh(http, account, APP)).access != account.tokens.access

    async def test_an_app_that_x_forgot_is_the_owners_to_mend(
        self, http: Http, account: Account
    ) -> None:
        wrong = replace(APP, client_secret=Secret("not-the-secret"))

        with pytest.raises(Blocked) as blocked:
            await NETWORK.refresh(http, account, wrong)

        assert blocked.value.code == "bad-app"

    async def test_a_lapsed_token_asks_to_be_renewed(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.advance(7201)

        with pytest.raises(Expired):
            await NETWORK.check(http, account)

    async def test_a_missing_scope_asks_to_connect_again(
        self, sandbox: RunningSandbox, http: Http
    ) -> None:
        reader = account_on(sandbox, scopes=("tweet.read", "users.read", "offline.access"))

        with pytest.raises(Reconnect) as refusal:
            await post(http, reader)

        assert refusal.value.code == "scope-missing"


class TestPublishing:
    async def test_a_post_arrives_as_it_was_written(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        receipt = await post(http, account)

        (shown,) = sandbox.posts("x")
        assert shown["text"] == EVENING
        assert (receipt.remote_id, receipt.url) == (shown["remote_id"], shown["url"])
        assert receipt.published_at is not None
        assert abs(now() - receipt.published_at) < timedelta(minutes=1)

    async def test_a_poll_and_a_reply_setting_go_with_the_post(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        poll = Poll(options=("Samedi", "Dimanche"), minutes=1440)

        await post(http, account, poll=poll, reply_setting=ReplySetting.FOLLOWED)

        (shown,) = sandbox.posts("x")
        assert shown["extra"]["poll"]["options"] == ["Samedi", "Dimanche"]
        assert shown["extra"]["poll"]["minutes"] == 1440
        assert shown["extra"]["reply_settings"] == "following"

    async def test_each_part_of_a_thread_answers_the_one_before(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        first = await post(http, account, "Un")
        second = await post(http, account, "Deux", follows=(first,))
        await post(http, account, "Trois", follows=(first, second))

        assert [shown["parent"] for shown in sandbox.posts("x")] == [
            "",
            first.remote_id,
            second.remote_id,
        ]

    async def test_a_first_comment_answers_the_first_part(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        first = await post(http, account, "Un")
        second = await post(http, account, "Deux", follows=(first,))

        await post(http, account, "Le lien", follows=(first, second), is_comment=True)

        assert sandbox.posts("x")[-1]["parent"] == first.remote_id

    async def test_an_equal_text_is_refused_as_a_duplicate(
        self, http: Http, account: Account
    ) -> None:
        await post(http, account)

        with pytest.raises(Duplicate) as refusal:
            await post(http, account)

        assert refusal.value.remote_id == ""

    async def test_a_text_that_is_too_long_never_leaves(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        with pytest.raises(Refused) as refusal:
            await prepare(http, account, "é" * 281)

        assert refusal.value.code == "too-long"
        assert sandbox.calls("x") == []

    async def test_answering_a_deleted_post_is_refused(self, http: Http, account: Account) -> None:
        first = await post(http, account, "Un")
        await NETWORK.delete(http, account, first.remote_id)

        with pytest.raises(Refused) as refusal:
            await post(http, account, "Deux", follows=(first,))

        assert refusal.value.code == "parent-gone"


class TestRefusals:
    @pytest.mark.parametrize(
        ("detail", "error", "code"),
        [
            ("", Refused, "not-permitted"),
            ("duplicate", Duplicate, "duplicate"),
            ("too-long", Refused, "too-long"),
            ("reply", Refused, "reply-closed"),
            ("parent", Refused, "parent-gone"),
            ("locked", Blocked, "account-locked"),
            ("suspended", Blocked, "account-suspended"),
            ("app-suspended", Blocked, "app-suspended"),
            ("spam", Refused, "spam"),
            ("not-enrolled", Blocked, "app-not-enrolled"),
            ("scope", Reconnect, "scope-missing"),
        ],
    )
    async def test_each_refusal_is_understood(
        self,
        sandbox: RunningSandbox,
        http: Http,
        account: Account,
        detail: str,
        error: type[NetworkError],
        code: str,
    ) -> None:
        sandbox.order("x", "refuse", on="publish", detail=detail)

        with pytest.raises(error) as refusal:
            await post(http, account)

        assert type(refusal.value) is error
        assert refusal.value.code == code
        assert "Nothing was posted" in refusal.value.sentence
        assert sandbox.posts("x") == []

    @pytest.mark.parametrize("detail", ["credits", ""])
    async def test_an_empty_purse_is_the_owners_to_fill(
        self, sandbox: RunningSandbox, http: Http, account: Account, detail: str
    ) -> None:
        sandbox.order("x", "usage-cap", on="publish", detail=detail)

        with pytest.raises(Blocked) as blocked:
            await post(http, account)

        assert blocked.value.code == "out-of-credit"

    async def test_a_limit_says_until_when(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.order("x", "rate-limit", on="publish", seconds=600)

        with pytest.raises(SlowDown) as wait:
            await post(http, account)

        assert wait.value.until is not None
        assert abs(wait.value.until - now() - timedelta(minutes=10)) < timedelta(seconds=30)

    async def test_the_hundred_and_first_post_in_a_quarter_of_an_hour_waits(
        self, http: Http, account: Account
    ) -> None:
        for number in range(100):
            await post(http, account, f"Livre n° {number}")

        with pytest.raises(SlowDown) as wait:
            await post(http, account, "Livre n° 100")

        assert wait.value.until is not None

    async def test_a_revoked_permission_is_found_out_when_it_is_renewed(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.order("x", "revoked-token", on="publish")

        with pytest.raises(Expired):
            await post(http, account)
        with pytest.raises(Reconnect):
            await NETWORK.refresh(http, account, APP)

    async def test_media_that_died_are_prepared_anew(self, http: Http, account: Account) -> None:
        sent = await prepare(http, account)
        sent.body["media"] = {"media_ids": ["1234567890123456789"]}

        with pytest.raises(PrepareAnew):
            await NETWORK.publish(http, account, sent)


class TestLookingUp:
    @pytest.mark.parametrize("fault", ["lose-answer", "error-after", "malformed", "empty-body"])
    async def test_a_post_whose_answer_was_lost_is_found(
        self, sandbox: RunningSandbox, http: Http, account: Account, fault: str
    ) -> None:
        sent, sent_at = await prepare(http, account), now()
        sandbox.order("x", fault, on="publish")

        with pytest.raises(Unknown):
            await NETWORK.publish(http, account, sent)
        found = await NETWORK.look_up(http, account, sent, sent_at)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == sandbox.posts("x")[0]["remote_id"]

    @pytest.mark.parametrize("fault", ["lose-request", "error-before", "html-error-page"])
    async def test_a_post_that_never_arrived_is_absent(
        self, sandbox: RunningSandbox, http: Http, account: Account, fault: str
    ) -> None:
        sent, sent_at = await prepare(http, account), now()
        sandbox.order("x", fault, on="publish")

        with pytest.raises(Unknown):
            await NETWORK.publish(http, account, sent)

        assert (await NETWORK.look_up(http, account, sent, sent_at)).presence is Presence.ABSENT

    @pytest.mark.parametrize(
        "text",
        [
            "Une adresse sans http : example.org/lecture",
            "A < B & B > C",
            "Cafe\u0301 et the\u0301 \u0020 à 19 h",
            "https://example.org/a https://example.org/b?x=1&y=2",
            "日本語とexample.comのリンク",
            "📚",
            "$PONTS @ponts #Ponts",
        ],
    )
    async def test_a_text_that_x_writes_otherwise_is_still_ours(
        self, http: Http, account: Account, text: str
    ) -> None:
        sent, sent_at = await prepare(http, account, text), now()
        receipt = await NETWORK.publish(http, account, sent)

        found = await NETWORK.look_up(http, account, sent, sent_at)

        assert found.published is not None
        assert found.published.remote_id == receipt.remote_id

    async def test_an_equal_text_an_hour_earlier_is_not_ours(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        await post(http, account)
        sandbox.advance(3600)
        sent, sent_at = await prepare(http, account), now() + timedelta(hours=1)
        sandbox.order("x", "lose-request", on="publish")

        with pytest.raises(Unknown):
            await NETWORK.publish(http, account, sent)

        assert (await NETWORK.look_up(http, account, sent, sent_at)).presence is Presence.ABSENT

    async def test_two_equal_posts_leave_it_to_a_person(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.set_quirk("x", "refuses-equal-text", False)
        sent, sent_at = await prepare(http, account), now()
        first = await NETWORK.publish(http, account, sent)
        await NETWORK.publish(http, account, sent)

        found = await NETWORK.look_up(http, account, sent, sent_at)

        assert found.presence is Presence.CANNOT_TELL
        assert first.remote_id in {candidate.remote_id for candidate in found.candidates}

    async def test_an_equal_post_that_is_known_to_be_another_is_left_out(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sandbox.set_quirk("x", "refuses-equal-text", False)
        sent, sent_at = await prepare(http, account), now()
        other = await NETWORK.publish(http, account, sent)

        found = await NETWORK.look_up(http, account, sent, sent_at, frozenset({other.remote_id}))

        assert found.presence is Presence.ABSENT

    async def test_an_equal_answer_to_another_post_is_not_ours(
        self, http: Http, account: Account
    ) -> None:
        first, second = await post(http, account, "Un"), await post(http, account, "Deux")
        sent, sent_at = await prepare(http, account, "Suite", follows=(second,)), now()
        await post(http, account, "Suite", follows=(first,))

        assert (await NETWORK.look_up(http, account, sent, sent_at)).presence is Presence.ABSENT

    async def test_a_busy_timeline_is_read_to_its_end(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        sent, sent_at = await prepare(http, account), now()
        receipt = await NETWORK.publish(http, account, sent)
        for number in range(99):
            await post(http, account, f"Livre n° {number}")
        sandbox.advance(900)
        for number in range(30):
            await post(http, account, f"Disque n° {number}")

        found = await NETWORK.look_up(http, account, sent, sent_at)

        assert found.published is not None
        assert found.published.remote_id == receipt.remote_id
        assert [call["purpose"] for call in sandbox.calls("x")].count("look-up") == 2

    @pytest.mark.parametrize("fault", ["error-before", "malformed", "empty-body", "lose-answer"])
    async def test_a_look_up_without_an_answer_leaves_the_question_open(
        self, sandbox: RunningSandbox, http: Http, account: Account, fault: str
    ) -> None:
        sent = await prepare(http, account)
        sandbox.order("x", fault, on="look-up", times=None)

        with pytest.raises(NotSent):
            await NETWORK.look_up(http, account, sent, now())


class TestAfterwards:
    async def test_a_deleted_post_is_gone_and_can_be_deleted_again(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        receipt = await post(http, account)

        await NETWORK.delete(http, account, receipt.remote_id)
        await NETWORK.delete(http, account, receipt.remote_id)

        assert sandbox.posts("x") == []

    async def test_the_authors_figures_are_read(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        receipt = await post(http, account)
        sandbox.advance(6000)

        (read,) = await NETWORK.read_metrics(http, account, [receipt.remote_id])

        assert read.remote_id == receipt.remote_id
        assert read.counts[Metric.IMPRESSIONS] > 0
        assert {Metric.LIKES, Metric.REPOSTS, Metric.QUOTES, Metric.BOOKMARKS} <= set(read.counts)
        assert {Metric.LINK_CLICKS, Metric.PROFILE_CLICKS, Metric.ENGAGEMENTS} <= set(read.counts)

    async def test_figures_of_many_posts_come_in_one_call(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        receipts = [await post(http, account, f"Livre n° {number}") for number in range(3)]
        ids = [receipt.remote_id for receipt in receipts]

        read = await NETWORK.read_metrics(http, account, ids)

        assert [metrics.remote_id for metrics in read] == ids
        assert [call["purpose"] for call in sandbox.calls("x")].count("metrics") == 1

    async def test_a_deleted_post_is_told_gone_beside_the_living(
        self, http: Http, account: Account
    ) -> None:
        kept, gone = await post(http, account, "Un"), await post(http, account, "Deux")
        await NETWORK.delete(http, account, gone.remote_id)

        read = await NETWORK.read_metrics(http, account, [gone.remote_id, kept.remote_id])

        assert [metrics.is_gone for metrics in read] == [True, False]
        assert Metric.LIKES in read[1].counts

    async def test_after_thirty_days_the_public_figures_are_still_read(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        """The sandbox's clock is ahead of ours by then, so that what is older there seems recent
        here and its private figures are asked for: X withholds them, and the post with them."""
        receipt = await post(http, account)
        sandbox.advance(31 * 86400)
        renewed = replace(account, tokens=await NETWORK.refresh(http, account, APP))

        (read,) = await NETWORK.read_metrics(http, renewed, [receipt.remote_id])

        assert Metric.LIKES in read.counts
        assert Metric.LINK_CLICKS not in read.counts

    @pytest.mark.parametrize("retired", ["like_count", "non_public_metrics"])
    async def test_a_retired_figure_fails_none_of_the_others(
        self, sandbox: RunningSandbox, http: Http, account: Account, retired: str
    ) -> None:
        receipt = await post(http, account)
        sandbox.order("x", "retired-metric", on="metrics", detail=retired, times=None)

        (read,) = await NETWORK.read_metrics(http, account, [receipt.remote_id])

        assert (Metric.LIKES in read.counts) is (retired != "like_count")
        assert Metric.BOOKMARKS in read.counts

    async def test_replies_are_read_with_their_authors(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        receipt = await post(http, account)
        sandbox.advance(48 * 3600)
        renewed = replace(account, tokens=await NETWORK.refresh(http, account, APP))

        replies = (await NETWORK.read_replies(http, renewed, receipt.remote_id)).replies

        assert replies
        assert {reply.author_handle for reply in replies} <= {"alice", "bob", "charlie"}
        assert {reply.parent_id for reply in replies} == {receipt.remote_id}
        assert list(replies) == sorted(replies, key=lambda reply: reply.written_at)

    async def test_replies_to_a_later_part_of_a_thread_are_read(
        self, http: Http, account: Account
    ) -> None:
        first = await post(http, account, "Un")
        second = await post(http, account, "Deux", follows=(first,))
        third = await post(http, account, "Trois", follows=(first, second))

        replies = (await NETWORK.read_replies(http, account, second.remote_id)).replies

        assert [reply.remote_id for reply in replies] == [third.remote_id]

    async def test_replies_come_page_by_page(
        self, sandbox: RunningSandbox, http: Http, account: Account
    ) -> None:
        first = await post(http, account, "La question")
        for number in range(99):
            await post(http, account, f"Réponse {number}", follows=(first,))
        sandbox.advance(901)
        for number in range(99, 104):
            await post(http, account, f"Réponse {number}", follows=(first,))

        ours = [shown["remote_id"] for shown in sandbox.posts("x") if shown["parent"]]
        page = await NETWORK.read_replies(http, account, first.remote_id)
        rest = await NETWORK.read_replies(http, account, first.remote_id, page.cursor)

        read = {reply.remote_id for reply in (*page.replies, *rest.replies)}
        assert len(page.replies) == 100
        assert rest.cursor is None
        assert set(ours) <= read


async def test_no_token_is_ever_said(sandbox: RunningSandbox, http: Http, account: Account) -> None:
    sandbox.order("x", "refuse", on="publish")

    with pytest.raises(Refused) as refusal:
        await post(http, account)

    said = f"{refusal.value!r} {refusal.value.sentence} {refusal.value.facts} {account!r}"
    assert account.tokens.access.reveal() not in said
    assert account.tokens.refresh is not None
    assert account.tokens.refresh.reveal() not in said
