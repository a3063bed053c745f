"""LinkedIn against the sandbox: connecting and renewing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parvis.networks.contract import (
    AppRegistration,
    OAuthReturn,
    Visibility,
)
from parvis.networks.errors import (
    Blocked,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
)
from parvis.networks.http import Http
from parvis.networks.linkedin.permission import ORGANISATIONS
from parvis.networks.secret import Secret
from tests.networks.linkedin_accounts import (
    APP,
    BACK,
    LINKEDIN,
    MEMBER,
    connect,
    member,
    organisation,
)
from tests.servers.sandbox import RunningSandbox


class TestConnecting:
    async def test_a_member_connects_without_any_organisation_scope(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        (found,) = await connect(http, sandbox, MEMBER)

        assert found.remote_id.startswith("urn:li:person:")
        assert found.display_name == "Librairie Ponts"
        assert found.way == "member"
        assert found.tokens.scopes == ("openid", "profile", "w_member_social")
        assert found.tokens.refresh is None
        assert found.tokens.lapses_at == found.tokens.expires_at
        assert Visibility.CONNECTIONS in found.traits.visibilities

    async def test_an_organisation_connects_beside_its_member(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop, events = await connect(http, sandbox, ORGANISATIONS)

        assert shop.remote_id.startswith("urn:li:person:")
        assert events.remote_id.startswith("urn:li:organization:")
        assert (events.handle, events.display_name) == ("ponts-events", "Librairie Ponts, events")
        assert events.traits.visibilities == (Visibility.PUBLIC,)
        assert events.tokens.refresh is not None

    async def test_a_code_that_is_not_good_is_refused(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        returned = OAuthReturn(code="stale", redirect_uri=BACK, code_verifier=Secret("verifier"))

        with pytest.raises(Refused) as refusal:
            await LINKEDIN.exchange(http, sandbox.origin("linkedin"), MEMBER, APP, returned)

        assert refusal.value.code == "code-refused"

    async def test_a_wrong_client_secret_is_the_apps_and_not_the_persons(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        with pytest.raises(Blocked) as blocked:
            await connect(http, sandbox, MEMBER, replace(APP, client_secret=Secret("wrong")))

        assert blocked.value.code == "bad-app"

    async def test_the_app_is_checked_before_anybody_signs_in(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        server = sandbox.origin("linkedin")
        (linkedin_app,) = LINKEDIN.developer_apps
        await LINKEDIN.check_app(http, server, linkedin_app, APP)

        wrong = replace(APP, client_secret=Secret("wrong"))
        with pytest.raises(Refused) as refusal:
            await LINKEDIN.check_app(http, server, linkedin_app, wrong)

        assert refusal.value.code == "bad-app"

    async def test_checking_tells_the_present_name(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        assert await LINKEDIN.check(http, await member(http, sandbox)) == "Librairie Ponts"
        assert await LINKEDIN.check(http, await organisation(http, sandbox)) == "ponts-events"

    async def test_tokens_are_in_no_repr(self, http: Http, sandbox: RunningSandbox) -> None:
        account = await organisation(http, sandbox)
        assert account.tokens.refresh is not None

        for token in (account.tokens.access, account.tokens.refresh):
            assert token.reveal() not in repr(account)


class TestRenewing:
    async def test_the_access_is_renewed_and_the_end_stays(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.advance(41 * 24 * 3600)

        first = await LINKEDIN.refresh(http, account, APP)
        renewed = replace(account, tokens=first)
        second = await LINKEDIN.refresh(http, renewed, APP)

        assert first.lapses_at == second.lapses_at == account.tokens.lapses_at
        assert await LINKEDIN.check(http, replace(account, tokens=second)) == "ponts-events"

    async def test_a_member_without_a_refresh_token_is_asked_to_reconnect(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        with pytest.raises(Reconnect):
            await LINKEDIN.refresh(http, await member(http, sandbox), APP)

    async def test_a_refresh_token_that_ended_asks_to_reconnect(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.advance(366 * 24 * 3600)

        with pytest.raises(Reconnect):
            await LINKEDIN.refresh(http, account, APP)

    @pytest.mark.parametrize("app", [None, replace(APP, client_secret=Secret("wrong"))])
    async def test_without_its_app_an_account_waits_for_the_owner(
        self, http: Http, sandbox: RunningSandbox, app: AppRegistration | None
    ) -> None:
        account = await organisation(http, sandbox)

        with pytest.raises(Blocked):
            await LINKEDIN.refresh(http, account, app)

    @pytest.mark.parametrize(
        ("fault", "error"), [("error-before", NotSent), ("html-error-page", NotSent)]
    )
    async def test_trouble_while_renewing_is_no_reason_to_reconnect(
        self, http: Http, sandbox: RunningSandbox, fault: str, error: type[NetworkError]
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.order("linkedin", fault, on="token")

        with pytest.raises(error):
            await LINKEDIN.refresh(http, account, APP)
