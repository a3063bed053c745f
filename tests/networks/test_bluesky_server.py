"""Bluesky against the reference server: identities, sessions, and what only it can show."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import Account, MediaFile, Part, Prepared, Presence, Published
from parvis.networks.errors import Expired, NotSent, PrepareAnew, Refused, Unknown
from parvis.networks.http import Http
from parvis.networks.secret import Secret
from parvis.networks.traits import ReplySetting
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.bluesky import BlueskyAccount, BlueskyServer
from tests.servers.fixtures import BlueskyBehindProxy, StandBefore


@pytest.fixture
def bluesky(bluesky_server: BlueskyServer) -> Bluesky:
    return Bluesky(plc_directory=bluesky_server.plc_url, entryway=bluesky_server.url)


async def signed_in(bluesky: Bluesky, http: Http, person: BlueskyAccount) -> Account:
    return account_of(await bluesky.sign_in(http, person.handle, Secret(person.app_password)))


async def published(
    bluesky: Bluesky, http: Http, account: Account, text: str
) -> tuple[Prepared, str]:
    sent = await prepared(bluesky, http, account, Part(text=text, language="fr"))
    receipt = await bluesky.publish(http, account, sent)
    return sent, receipt.remote_id


async def prepared(
    bluesky: Bluesky,
    http: Http,
    account: Account,
    part: Part,
    follows: tuple[Published, ...] = (),
) -> Prepared:
    return await bluesky.prepare(
        http,
        account,
        part,
        key=bluesky.new_key(),
        created_at=datetime.now(UTC),
        follows=follows,
        progress=Kept(),
    )


@pytest.mark.parametrize("by", ["handle", "did", "email"])
async def test_an_account_signs_in_by_each_of_its_names(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http, by: str
) -> None:
    name = getattr(bluesky_account, by)
    found = await bluesky.sign_in(http, name, Secret(bluesky_account.app_password))

    assert (found.remote_id, found.handle) == (bluesky_account.did, bluesky_account.handle)


async def test_the_main_password_signs_in_as_well(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    found = await bluesky.sign_in(http, bluesky_account.handle, Secret(bluesky_account.password))

    assert found.remote_id == bluesky_account.did


async def test_the_name_in_the_profile_is_shown(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    token = bluesky_server.login(bluesky_account.handle, bluesky_account.password)
    record = {"$type": "app.bsky.actor.profile", "displayName": "Librairie Ponts"}
    profile = {
        "repo": bluesky_account.did,
        "collection": "app.bsky.actor.profile",
        "rkey": "self",
        "record": record,
    }
    bluesky_server.procedure("com.atproto.repo.putRecord", profile, token=token)

    found = await bluesky.sign_in(
        http, bluesky_account.handle, Secret(bluesky_account.app_password)
    )

    assert found.display_name == "Librairie Ponts"


async def test_an_account_signs_in_at_a_server_that_the_person_names(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    """No directory is asked: this one is nowhere."""
    bluesky = Bluesky(plc_directory="http://localhost:9", entryway="http://localhost:9")
    password = Secret(bluesky_account.app_password)

    found = await bluesky.sign_in(http, bluesky_account.handle, password, bluesky_server.url)

    assert (found.remote_id, found.server) == (bluesky_account.did, bluesky_server.url)


async def test_a_handle_that_its_account_does_not_name_back_is_refused(
    bluesky_server: BlueskyServer,
    bluesky_account: BlueskyAccount,
    http: Http,
    lost_answers: StandBefore,
) -> None:
    """An entryway that lies: it gives out another account's DID for alice.example.org."""
    entryway = lost_answers(bluesky_server.url)
    did = f'{{"did": "{bluesky_account.did}"}}'.encode()
    json = {"Content-Type": "application/json"}
    entryway.answer_instead("identity.resolveHandle", 200, body=did, headers=json)
    bluesky = Bluesky(plc_directory=bluesky_server.plc_url, entryway=entryway.url)

    with pytest.raises(Refused) as refusal:
        await bluesky.sign_in(http, "alice.example.org", Secret(bluesky_account.app_password))

    assert refusal.value.code == "not-what-it-claims"
    assert entryway.requests("createSession") == []


async def test_a_handle_without_a_domain_is_answered_with_an_example(
    bluesky: Bluesky, http: Http
) -> None:
    with pytest.raises(Refused) as refusal:
        await bluesky.sign_in(http, "alice", Secret("abcd-abcd-abcd-abcd"))

    assert "alice.bsky.social" in refusal.value.sentence


async def test_a_directory_out_of_reach_sends_no_password(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount, http: Http
) -> None:
    pds = bluesky_behind_proxy.pds
    bluesky = Bluesky(plc_directory="http://localhost:9", entryway=pds.url)

    with pytest.raises(NotSent) as trouble:
        await bluesky.sign_in(http, bluesky_account.handle, Secret(bluesky_account.app_password))

    assert trouble.value.code == "unreachable"
    assert pds.requests("createSession") == []


async def test_a_private_server_must_be_allowed_by_name(
    bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    """The DID document, which a stranger may write, names a server on loopback."""
    plc = bluesky_server.plc_url.removeprefix("http://")
    bluesky = Bluesky(plc_directory=bluesky_server.plc_url, entryway=bluesky_server.url)

    async with Http(allow_private_hosts=frozenset({plc})) as http:
        with pytest.raises(Refused) as refusal:
            await bluesky.sign_in(http, bluesky_account.did, Secret(bluesky_account.app_password))

    assert refusal.value.code in ("private-address", "not-https")


async def test_a_session_is_renewed_by_its_refresh_token(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    without_password = replace(account, tokens=replace(account.tokens, password=None))

    renewed = await bluesky.refresh(http, without_password, None)

    assert renewed.refresh is not None
    assert renewed.expires_at is not None
    assert renewed.expires_at > datetime.now(UTC)
    assert await bluesky.check(http, replace(account, tokens=renewed)) == account.handle


async def test_a_session_that_died_is_made_anew_with_the_app_password(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    dead = replace(account, tokens=replace(account.tokens, refresh=Secret("dead")))

    renewed = await bluesky.refresh(http, dead, None)

    assert renewed.password == account.tokens.password
    assert await bluesky.check(http, replace(account, tokens=renewed)) == account.handle


async def test_a_lapsed_token_asks_to_be_refreshed(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    lapsed = replace(account, tokens=replace(account.tokens, access=Secret("no.token.at-all")))

    with pytest.raises(Expired):
        await bluesky.check(http, lapsed)


async def test_a_post_that_was_edited_meanwhile_is_not_written_over(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    sent, uri = await published(bluesky, http, account, "Bonjour")
    token = bluesky_server.login(bluesky_account.handle, bluesky_account.password)
    edited = {key: value for key, value in sent.body.items() if key != "swapRecord"}
    edited["record"] = sent.body["record"] | {"text": "Bonsoir"}
    bluesky_server.procedure("com.atproto.repo.putRecord", edited, token=token)

    with pytest.raises(Unknown) as doubt:
        await bluesky.publish(http, account, sent)
    found = await bluesky.look_up(http, account, sent, datetime.now(UTC))

    assert doubt.value.code == "already-there"
    assert found.presence is Presence.PRESENT
    assert (bluesky_server.record(uri) or {})["text"] == "Bonsoir"


async def test_a_mention_is_linked_to_its_account_and_an_unknown_one_is_not(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    reader = bluesky_server.new_account("charlie")
    account = await signed_in(bluesky, http, bluesky_account)
    _, uri = await published(
        bluesky, http, account, f"Merci @{reader.handle} et @nobody.example.org"
    )

    facets = (bluesky_server.record(uri) or {})["facets"]

    assert [facet["features"][0]["did"] for facet in facets] == [reader.did]


async def test_a_content_warning_is_refused_and_not_dropped(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    part = Part(text="Bonjour", content_warning="Spoiler")

    with pytest.raises(Refused) as refusal:
        await prepared(bluesky, http, account, part)

    assert refusal.value.code == "no-content-warning"


async def test_ten_workers_with_the_same_post_make_one_post(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    part = Part(text="Une seule fois")
    sent = await prepared(bluesky, http, account, part)

    receipts = await asyncio.gather(*(bluesky.publish(http, account, sent) for _ in range(10)))

    assert len({receipt.remote_id for receipt in receipts}) == 1
    assert len(bluesky_server.records(bluesky_account.did)) == 1


async def test_the_parts_of_a_thread_answer_each_other(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    receipts: list[Published] = []
    for part in (
        Part(text="un"),
        Part(text="deux"),
        Part(text="trois"),
        Part(text="un commentaire", is_comment=True),
    ):
        sent = await prepared(bluesky, http, account, part, tuple(receipts))
        receipts.append(await bluesky.publish(http, account, sent))

    uris = [receipt.remote_id for receipt in receipts]
    replies = [(bluesky_server.record(uri) or {}).get("reply") for uri in uris]
    assert replies[0] is None
    assert [reply["parent"]["uri"] for reply in replies[1:] if reply] == [uris[0], uris[1], uris[0]]
    assert {reply["root"]["uri"] for reply in replies[1:] if reply} == {uris[0]}
    assert {reply["root"]["cid"] for reply in replies[1:] if reply} == {
        receipts[0].reference["cid"]
    }


async def test_a_receipt_without_a_reference_is_completed_from_the_server(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    first = await prepared(bluesky, http, account, Part(text="un"))
    receipt = await bluesky.publish(http, account, first)
    bare = replace(receipt, reference={})

    second = await prepared(bluesky, http, account, Part(text="deux"), (bare,))

    assert second.body["record"]["reply"]["parent"]["cid"] == receipt.reference["cid"]


async def test_an_answer_to_a_post_that_is_gone_is_refused(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    first = await prepared(bluesky, http, account, Part(text="un"))
    bare = replace(await bluesky.publish(http, account, first), reference={})
    await bluesky.delete(http, account, bare.remote_id)

    with pytest.raises(Refused) as refusal:
        await prepared(bluesky, http, account, Part(text="deux"), (bare,))

    assert refusal.value.code == "thread-gone"


async def test_a_post_for_some_to_answer_is_there_once_with_its_gate(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    part = Part(text="Bonjour", reply_setting=ReplySetting.MENTIONED)
    sent = await prepared(bluesky, http, account, part)
    receipt = await bluesky.publish(http, account, sent)

    with pytest.raises(Unknown):
        await bluesky.publish(http, account, sent)
    found = await bluesky.look_up(http, account, sent, datetime.now(UTC))

    assert found.published == receipt
    assert len(bluesky_server.records(bluesky_account.did)) == 1
    (gate,) = bluesky_server.records(bluesky_account.did, "app.bsky.feed.threadgate")
    assert gate["value"]["post"] == receipt.remote_id
    assert gate["value"]["allow"] == [{"$type": "app.bsky.feed.threadgate#mentionRule"}]


async def test_deleting_a_post_takes_its_gate_along(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    part = Part(text="Bonjour", reply_setting=ReplySetting.NOBODY)
    sent = await prepared(bluesky, http, account, part)
    receipt = await bluesky.publish(http, account, sent)

    await bluesky.delete(http, account, receipt.remote_id)

    assert bluesky_server.records(bluesky_account.did) == []
    assert bluesky_server.records(bluesky_account.did, "app.bsky.feed.threadgate") == []


async def test_a_video_is_sent_as_it_is_where_no_service_is_known(
    bluesky: Bluesky,
    bluesky_server: BlueskyServer,
    bluesky_account: BlueskyAccount,
    http: Http,
    video: MediaFile,
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    sent = await prepared(bluesky, http, account, Part(text="Un film", media=(video,)))
    receipt = await bluesky.publish(http, account, sent)

    embed = (bluesky_server.record(receipt.remote_id) or {})["embed"]
    stored = bluesky_server.blob(bluesky_account.did, embed["video"]["ref"]["$link"])
    assert stored == video.path.read_bytes()
    assert embed["alt"] == video.alt


async def test_without_a_video_service_a_gif_would_not_move_and_is_refused(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http, image: MediaFile
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    moving = replace(image, media_type="image/gif", is_animated=True)

    with pytest.raises(Refused) as refusal:
        await prepared(bluesky, http, account, Part(text="", media=(moving,)))

    assert refusal.value.code == "no-video-service"


async def test_media_that_the_server_has_lost_are_sent_anew(
    bluesky: Bluesky, bluesky_server: BlueskyServer, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    sent = await prepared(bluesky, http, account, Part(text="Bonjour"))
    lost = {
        "$type": "blob",
        "ref": {"$link": "bafkreicdbw7c7gzpywvpbgkjwz5mwsnnzpgzaiqdsqzdxtmkqcwmlnmdza"},
        "mimeType": "image/png",
        "size": 9,
    }
    sent.body["record"]["embed"] = {
        "$type": "app.bsky.embed.images",
        "images": [{"image": lost, "alt": ""}],
    }

    with pytest.raises(PrepareAnew):
        await bluesky.publish(http, account, sent)

    assert bluesky_server.records(bluesky_account.did) == []


async def test_a_server_without_an_appview_tells_no_figures(
    bluesky: Bluesky, bluesky_account: BlueskyAccount, http: Http
) -> None:
    account = await signed_in(bluesky, http, bluesky_account)
    _, uri = await published(bluesky, http, account, "Bonjour")

    with pytest.raises(NotSent):
        await bluesky.read_metrics(http, account, [uri])
    with pytest.raises(NotSent):
        await bluesky.read_replies(http, account, uri)
