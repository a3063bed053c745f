"""LinkedIn against the sandbox: what became of a post."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from parvis.networks.contract import Account, MediaFile, Part, Presence
from parvis.networks.errors import Expired, NotSent, Reconnect, SlowDown, Unknown
from parvis.networks.http import Http
from parvis.networks.linkedin import finding
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

Connect = Callable[[Http, RunningSandbox], Awaitable[Account]]
ACCOUNTS = {"a member": member, "an organisation": organisation}
MISHAPS = ["lose-answer", "error-after", "malformed", "empty-body"]
PARTS = {
    "text": Part(text="Ce soir (19 h) : #lecture\n\nÀ *tous* !  "),
    "poll": Part(text="Que lire ?\nBonjour", poll=POLL),
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
        reader = with_scopes(sandbox, shop, "w_member_social", "r_member_social")

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
        writer = with_scopes(sandbox, events, "w_organization_social")
        ready = await prepare(http, writer, Part(text="Bonjour"))

        found = await LINKEDIN.look_up(http, writer, ready, datetime.now(UTC))

        assert found.presence is Presence.PRESENT
        assert len(sandbox.posts("linkedin")) == 1

    async def test_a_listing_is_read_page_by_page(
        self, http: Http, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "PAGE_SIZE", 2)
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
        monkeypatch.setattr(finding, "PAGE_SIZE", 1)
        monkeypatch.setattr(finding, "PAGES", 2)
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
