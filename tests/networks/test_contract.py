"""What every network keeps, asked of each against a real server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parvis.networks.contract import (
    Account,
    Image,
    Part,
    Prepared,
    Presence,
    Published,
    Secret,
    Traits,
)
from parvis.networks.errors import Expired, NotSent, Reconnect, Refused, SlowDown, Unknown
from parvis.networks.http import Call, Http
from tests.networks.grounds import BlueskyGround, Ground, MastodonGround, account_of
from tests.networks.loopback import LOOPBACK
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy, StandBefore
from tests.servers.mastodon import MastodonServer

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 https://example.org/lecture #lecture"


@pytest.fixture
def bluesky_ground(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount
) -> Ground:
    return BlueskyGround(bluesky_behind_proxy, bluesky_account)


@pytest.fixture
def mastodon_ground(mastodon_server: MastodonServer, lost_answers: StandBefore) -> Ground:
    return MastodonGround(mastodon_server, lost_answers)


@pytest.fixture(params=["bluesky", "mastodon"])
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found


async def connected(ground: Ground, http: Http) -> Account:
    return account_of(await ground.connect(http))


async def prepared(
    ground: Ground, http: Http, account: Account, text: str = EVENING, **part: object
) -> Prepared:
    whole = Part(text=text, language="fr", **part)  # type: ignore[arg-type]
    return await ground.network.prepare(http, account, whole, ground.network.new_key(), now())


def now() -> datetime:
    return datetime.now(UTC)


async def found_by_looking(
    ground: Ground, http: Http, account: Account, sent: Prepared, sent_at: datetime
) -> Published:
    found = await ground.network.look_up(http, account, sent, sent_at)
    assert found.presence is Presence.PRESENT
    assert found.published is not None
    return found.published


async def test_connecting_tells_whose_account_it_is(ground: Ground, http: Http) -> None:
    found = await ground.connect(http)

    assert found.network == ground.network.name
    assert "ponts" in found.handle
    assert found.server == ground.proxy.url
    assert found.traits.text_limit > 0


async def test_a_kept_account_still_signs_in(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)

    assert await ground.network.check(http, account) == account.handle


async def test_limits_survive_being_stored(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    stated = await ground.network.read_traits(http, account.server)

    assert Traits.from_json(stated.to_json()) == stated == account.traits


async def test_a_wrong_secret_is_answered_with_a_sentence(ground: Ground, http: Http) -> None:
    with pytest.raises(Refused) as refusal:
        await ground.connect_with_wrong_secret(http)

    assert refusal.value.code in ("wrong-password", "wrong-token")
    assert refusal.value.sentence.endswith(".")


async def test_a_server_or_account_that_is_nowhere_is_answered_with_a_sentence(
    ground: Ground, http: Http
) -> None:
    with pytest.raises((Refused, NotSent)) as trouble:
        await ground.connect_to_nowhere(http)

    assert trouble.value.code in ("unknown-account", "unknown-host")
    assert ".invalid" in trouble.value.sentence


async def test_a_post_with_an_image_arrives_as_it_was_written(
    ground: Ground, http: Http, image: Image
) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account, images=(image,))

    receipt = await ground.network.publish(http, account, sent)

    (post,) = ground.posts()
    assert post.remote_id == receipt.remote_id
    assert post.text == EVENING
    assert post.alts == (image.alt,)
    assert post.pictures == (image.path.read_bytes(),)
    assert receipt.url.startswith("http")
    assert receipt.published_at is not None
    assert abs(now() - receipt.published_at) < timedelta(minutes=1)


async def test_preparing_publishes_nothing(ground: Ground, http: Http, image: Image) -> None:
    account = await connected(ground, http)

    await prepared(ground, http, account, images=(image,))

    assert ground.posts() == []


async def test_a_prepared_post_survives_being_stored(
    ground: Ground, http: Http, image: Image
) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account, images=(image,))

    restored = Prepared.from_json(sent.to_json())
    await ground.network.publish(http, account, restored)

    assert restored == sent
    assert [post.text for post in ground.posts()] == [EVENING]


async def test_the_same_key_sent_twice_is_one_post(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)

    first = await ground.network.publish(http, account, sent)
    second = await ground.network.publish(http, account, sent)

    assert first.remote_id == second.remote_id
    assert len(ground.posts()) == 1


async def test_equal_texts_under_two_keys_are_two_posts(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)

    for _ in range(2):
        sent = await prepared(ground, http, account)
        await ground.network.publish(http, account, sent)

    assert len(ground.posts()) == 2


@pytest.mark.parametrize("fault", ["lose", "answer_500_after", "garble"])
async def test_a_post_whose_answer_is_lost_is_found(
    ground: Ground, http: Http, image: Image, fault: str
) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account, images=(image,))
    getattr(ground.proxy, fault)(ground.publishing_path, method="POST")
    sent_at = now()

    with pytest.raises(Unknown):
        await ground.network.publish(http, account, sent)

    found = await found_by_looking(ground, http, account, sent, sent_at)
    assert [post.remote_id for post in ground.posts()] == [found.remote_id]


async def test_a_text_of_several_kinds_of_words_is_found(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    text = "@charlie & co. : 3 < 4 « où ? »\n\nVoir https://example.org/a?b=1&c=2#d (ou pas).\n#Été"
    sent = await prepared(ground, http, account, text=text)
    ground.proxy.lose(ground.publishing_path, method="POST")
    sent_at = now()

    with pytest.raises(Unknown):
        await ground.network.publish(http, account, sent)

    found = await found_by_looking(ground, http, account, sent, sent_at)
    assert [post.remote_id for post in ground.posts()] == [found.remote_id]


@pytest.mark.parametrize("fault", ["answer_500_before", "lose_request"])
async def test_a_post_that_never_arrived_is_absent(ground: Ground, http: Http, fault: str) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)
    getattr(ground.proxy, fault)(ground.publishing_path, method="POST")
    sent_at = now()

    with pytest.raises(Unknown):
        await ground.network.publish(http, account, sent)
    found = await ground.network.look_up(http, account, sent, sent_at)

    assert found.presence is Presence.ABSENT
    assert ground.posts() == []


async def test_the_same_text_an_hour_earlier_is_another_post(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    earlier = await prepared(ground, http, account)
    await ground.network.publish(http, account, earlier)
    later = await prepared(ground, http, account)

    found = await ground.network.look_up(http, account, later, now() + timedelta(hours=1))

    assert found.presence is Presence.ABSENT


async def test_a_look_up_without_an_answer_claims_nothing(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)
    ground.proxy.lose("getRecord", method="GET", times=None)
    ground.proxy.lose("/statuses", method="GET", times=None)

    with pytest.raises(NotSent):
        await ground.network.look_up(http, account, sent, now())


async def test_an_unreachable_server_got_nothing(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)

    with ground.proxy.refuse_connect():
        async with Http(allow_private_hosts=LOOPBACK) as unconnected:
            with pytest.raises(NotSent) as trouble:
                await ground.network.publish(unconnected, account, sent)

    assert trouble.value.code == "unreachable"
    assert ground.posts() == []


async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(
    ground: Ground, http: Http
) -> None:
    account = await connected(ground, http)

    with pytest.raises(Refused) as refusal:
        await prepared(ground, http, account, text="é" * (account.traits.text_limit + 1))

    assert refusal.value.code == "too-long"


async def test_a_text_that_the_server_finds_too_long_is_refused(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    deluded = replace(
        account, traits=replace(account.traits, text_limit=9_000, text_bytes_limit=None)
    )
    sent = await prepared(ground, http, deluded, text="é" * 4_000)

    with pytest.raises(Refused) as refusal:
        await ground.network.publish(http, account, sent)

    assert refusal.value.code == "too-long"
    assert ground.posts() == []


async def test_a_limit_says_until_when_to_wait(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)
    ground.proxy.answer_instead(
        ground.publishing_path, 429, body=b'{"error": "x"}', headers={"Retry-After": "90"}
    )

    with pytest.raises(SlowDown) as limit:
        await ground.network.publish(http, account, sent)

    assert limit.value.until is not None
    assert timedelta(seconds=60) < limit.value.until - now() <= timedelta(seconds=90)


async def test_a_dead_permission_asks_for_a_person(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)
    account = ground.shut_out(account)

    with pytest.raises((Expired, Reconnect)):
        await ground.network.publish(http, account, sent)
    with pytest.raises(Reconnect) as dead:
        await ground.network.refresh(http, account)

    assert "connect the account again" in dead.value.sentence
    assert ground.posts() == []


async def test_a_deleted_post_is_gone_and_may_be_deleted_again(ground: Ground, http: Http) -> None:
    account = await connected(ground, http)
    sent = await prepared(ground, http, account)
    receipt = await ground.network.publish(http, account, sent)

    await ground.network.delete(http, account, receipt.remote_id)
    await ground.network.delete(http, account, receipt.remote_id)

    assert ground.posts() == []


async def test_no_secret_shows_in_what_is_said_or_metered(ground: Ground, http: Http) -> None:
    calls: list[Call] = []
    watched = http.metered(calls.append)
    account = await connected(ground, watched)
    sent = await prepared(ground, watched, account)
    await ground.network.publish(watched, account, sent)

    shown = repr((account, sent, calls))
    for secret in (account.tokens.access, account.tokens.refresh, account.tokens.password):
        assert not isinstance(secret, Secret) or secret.reveal() not in shown
    assert {call.network for call in calls} == {ground.network.name}
    assert [call.purpose for call in calls].count("publish") == 1
