"""What every network keeps: signing in, and staying signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parvis.networks.contract import AppRegistration, Secret, Traits
from parvis.networks.errors import Expired, NotSent, Reconnect, Refused
from parvis.networks.http import Http
from tests.networks.author import Author
from tests.networks.grounds import Ground, RealGround, SandboxGround


async def test_connecting_tells_whose_account_it_is(ground: Ground, http: Http) -> None:
    found = await ground.connect(http)

    assert found.network == ground.network.name
    assert ground.is_ours(found)
    assert found.server == ground.origin
    assert found.traits.text_limit > 0


async def test_a_kept_account_still_signs_in(author: Author) -> None:
    account = await author.connect()

    assert await author.network.check(author.http, account) == account.handle


async def test_limits_survive_being_stored(author: Author) -> None:
    account = await author.connect()
    stated = await author.network.read_traits(author.http, account)

    assert Traits.from_json(stated.to_json()) == stated == account.traits


async def test_a_wrong_secret_is_answered_with_a_sentence(ground: Ground, http: Http) -> None:
    with pytest.raises((Refused, Reconnect)) as refusal:
        await ground.connect_with_wrong_secret(http)

    assert refusal.value.sentence.endswith(".")


async def test_a_server_or_account_that_is_nowhere_is_answered_with_a_sentence(
    real_ground: RealGround, http: Http
) -> None:
    with pytest.raises((Refused, NotSent)) as trouble:
        await real_ground.connect_to_nowhere(http)

    assert trouble.value.code in ("unknown-account", "unknown-host")
    assert ".invalid" in trouble.value.sentence


async def test_consent_opens_accounts_of_ours_alone(
    sandbox_ground: SandboxGround, http: Http
) -> None:
    opened = await sandbox_ground.connect_all(http)

    assert opened
    assert all(sandbox_ground.is_ours(each) for each in opened)
    assert len({each.remote_id for each in opened}) == len(opened)


async def test_a_code_is_good_once(oauth_ground: SandboxGround, http: Http) -> None:
    code = await oauth_ground.allowed(http)
    await oauth_ground.exchange(http, code)

    with pytest.raises((Refused, Reconnect)) as refusal:
        await oauth_ground.exchange(http, code)

    assert code not in str(refusal.value)


async def test_a_wrong_secret_of_the_app_is_told_or_cannot_be(
    developer_ground: SandboxGround, http: Http
) -> None:
    wrong = AppRegistration(client_id="parvis-sandbox", client_secret=Secret("guessed"))

    with pytest.raises(Refused) as refusal:
        await developer_ground.check_app(http, wrong)

    assert refusal.value.code in ("bad-app", "cannot-check-app")
    assert "guessed" not in str(refusal.value)


async def test_an_account_that_can_be_refreshed_speaks_with_its_new_tokens(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    account = await sandbox_author.connect()
    if account.tokens.refresh_at is None:
        with pytest.raises(Reconnect):
            await sandbox_author.network.refresh(sandbox_author.http, account, sandbox_ground.app)
        return
    sandbox_ground.wait_until(account.tokens.refresh_at)

    fresh = await sandbox_author.network.refresh(sandbox_author.http, account, sandbox_ground.app)

    sandbox_author.speak_with(fresh)
    assert fresh.access.reveal() != account.tokens.access.reveal()
    assert fresh.expires_at is not None
    assert account.tokens.expires_at is not None
    assert fresh.expires_at > account.tokens.expires_at - timedelta(minutes=1)
    assert await sandbox_author.network.check(sandbox_author.http, sandbox_author.account)
    await sandbox_author.post()
    assert len(sandbox_ground.posts()) == 1


async def test_an_expired_token_is_not_a_failed_post(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.faults.order("expired-token", on="any")

    with pytest.raises((Expired, Reconnect)):
        await sandbox_author.publish(sent)

    assert sandbox_ground.posts() == []
