"""Mastodon against a server: signing in, finding the server, and look-ups only it can show."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from parvis.networks.contract import (
    Account,
    AppRegistration,
    MediaFile,
    OAuthReturn,
    Part,
    Prepared,
    Presence,
    Tokens,
    Visibility,
)
from parvis.networks.errors import NotSent, Reconnect, Refused, SlowDown
from parvis.networks.http import Http
from parvis.networks.mastodon import Mastodon
from parvis.networks.mastodon.finding import PAGES
from parvis.networks.mastodon.traits import TRAITS
from parvis.networks.secret import Secret
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.asking import ask
from tests.servers.fixtures import StandBefore
from tests.servers.lost_answer import LostAnswers
from tests.servers.mastodon import MastodonServer

BACK = "https://parvis.example.org/back"
JSON = {"Content-Type": "application/json"}
MASTODON = Mastodon(pauses=(0.01,) * 4)
(WAY,) = MASTODON.ways


@pytest.fixture
def proxy(mastodon_server: MastodonServer, lost_answers: StandBefore) -> LostAnswers:
    mastodon_server.reset()
    return lost_answers(mastodon_server.url)


async def connected(http: Http, proxy: LostAnswers, server: MastodonServer) -> Account:
    token = Secret(server.new_token(server.ponts))
    return account_of(await MASTODON.connect_with_token(http, proxy.url, token))


def unnamed(server: str) -> Account:
    """An account of which nothing but the server matters."""
    return Account(
        network="mastodon",
        server=server,
        remote_id="0",
        handle="ponts@example.org",
        tokens=Tokens(access=Secret("none")),
        traits=TRAITS,
    )


async def prepared(http: Http, account: Account, part: Part) -> Prepared:
    return await MASTODON.prepare(
        http,
        account,
        part,
        key=MASTODON.new_key(),
        created_at=datetime.now(UTC),
        follows=(),
        progress=Kept(),
    )


def allow_as_ponts(url: str) -> str:
    """Presses the button on the server's page of permission; answers the code."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    page = f"{url.split('?')[0]}"
    pressed = ask("POST", page, form={**asked, "username": "ponts"})
    back = urlsplit(pressed.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query)["state"] == [asked["state"]]
    return parse_qs(back.query)["code"][0]


async def test_a_person_connects_an_account_by_permission(
    http: Http, mastodon_server: MastodonServer
) -> None:
    server = mastodon_server.url
    app = await MASTODON.register_app(http, server, BACK)
    code = allow_as_ponts(MASTODON.authorise_url(server, WAY, app, BACK, "state", "challenge"))
    returned = OAuthReturn(code=code, redirect_uri=BACK, code_verifier=Secret("verifier"))

    (found,) = await MASTODON.exchange(http, server, WAY, app, returned)

    assert found.handle == f"ponts@{server.removeprefix('http://')}"
    assert found.display_name == "Librairie Ponts"
    assert found.tokens.scopes == WAY.scopes
    assert await MASTODON.check(http, account_of(found)) == found.handle


async def test_a_code_that_is_not_good_is_refused(
    http: Http, mastodon_server: MastodonServer
) -> None:
    app = AppRegistration(client_id="id", client_secret=Secret("secret"))
    returned = OAuthReturn(code="stale", redirect_uri=BACK, code_verifier=Secret("verifier"))

    with pytest.raises(Refused) as refusal:
        await MASTODON.exchange(http, mastodon_server.url, WAY, app, returned)

    assert refusal.value.code == "code-refused"


async def test_the_exchange_proves_its_key(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    app = await MASTODON.register_app(http, proxy.url, BACK)
    code = allow_as_ponts(MASTODON.authorise_url(proxy.url, WAY, app, BACK, "state", "challenge"))
    returned = OAuthReturn(code=code, redirect_uri=BACK, code_verifier=Secret("verifier"))
    await MASTODON.exchange(http, proxy.url, WAY, app, returned)

    (seen,) = proxy.requests("/oauth/token")
    proof = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": app.client_id,
        "client_secret": app.client_secret.reveal(),
        "code_verifier": "verifier",
    }
    assert seen.body_sha256 == hashlib.sha256(urlencode(proof).encode()).hexdigest()


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"{}", b"[]", b'{"version": 3}'])
async def test_a_server_that_does_not_speak_mastodon_is_refused(
    http: Http, proxy: LostAnswers, body: bytes
) -> None:
    proxy.answer_instead("/instance", 200, body=body, times=None)

    with pytest.raises(Refused) as refusal:
        await MASTODON.find_server(http, proxy.url)

    assert refusal.value.code == "not-mastodon"


async def test_a_server_that_sends_elsewhere_says_where(http: Http, proxy: LostAnswers) -> None:
    elsewhere = {"Location": "https://social.example.org/api/v2/instance"}
    proxy.answer_instead("/instance", 301, headers=elsewhere)

    with pytest.raises(Refused) as refusal:
        await MASTODON.find_server(http, proxy.url)

    assert refusal.value.code == "moved"
    assert "social.example.org" in refusal.value.sentence


async def test_a_server_in_trouble_is_not_called_a_stranger(http: Http, proxy: LostAnswers) -> None:
    proxy.answer_instead("/instance", 503, times=None)

    with pytest.raises(NotSent):
        await MASTODON.find_server(http, proxy.url)


async def test_an_old_server_is_read_by_its_first_api(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    proxy.answer_instead("/api/v2/instance", 404, body=b'{"error": "x"}', headers=JSON)

    traits = await MASTODON.read_traits(http, unnamed(proxy.url))

    assert traits.text_limit == 500
    assert proxy.requests("/api/v1/instance")


@pytest.mark.parametrize(
    ("software", "seconds"), [("mastodon", 3600), ("gotosocial", 0), ("takahe", 0)]
)
async def test_the_idempotency_key_is_relied_on_by_name(
    http: Http, proxy: LostAnswers, software: str, seconds: int
) -> None:
    index = {"links": [{"rel": "x", "href": f"{proxy.url}/nodeinfo/2.0"}]}
    proxy.answer_instead(".well-known/nodeinfo", 200, body=json.dumps(index).encode())
    document = {"software": {"name": software, "version": "4.5.0"}}
    proxy.answer_instead("/nodeinfo/2.0", 200, body=json.dumps(document).encode())

    assert (await MASTODON.read_traits(http, unnamed(proxy.url))).native_key_seconds == seconds


async def test_a_server_without_nodeinfo_is_read_all_the_same(
    http: Http, proxy: LostAnswers
) -> None:
    proxy.answer_instead("nodeinfo", 404, times=None)

    assert (await MASTODON.read_traits(http, unnamed(proxy.url))).native_key_seconds == 0


@pytest.mark.parametrize("visibility", TRAITS.visibilities)
async def test_each_visibility_is_published_as_it_was_chosen(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers, visibility: Visibility
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Bonjour", visibility=visibility, content_warning="Fin", language="fr")
    sent = await prepared(http, account, part)

    await MASTODON.publish(http, account, sent)

    (status,) = mastodon_server.statuses(mastodon_server.ponts)
    assert status["visibility"] == visibility
    assert (status["spoiler_text"], status["sensitive"]) == ("Fin", True)
    assert status["language"] == "fr"


@pytest.mark.parametrize("visibility", TRAITS.visibilities)
async def test_a_dead_token_never_proves_absence(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers, visibility: Visibility
) -> None:
    """With a dead token the server lists public posts alone, and does not say so."""
    account = await connected(http, proxy, mastodon_server)
    account = replace(account, traits=replace(account.traits, native_key_seconds=3600))
    part = Part(text="Bonjour", visibility=visibility)
    sent = await prepared(http, account, part)
    sent_at = datetime.now(UTC)
    await MASTODON.publish(http, account, sent)
    mastodon_server.revoke(account.tokens.access.reveal())

    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        found = await MASTODON.look_up(http, account, sent, sent_at)
        assert found.presence is Presence.PRESENT
    else:
        with pytest.raises(Reconnect):
            await MASTODON.look_up(http, account, sent, sent_at)


async def test_a_post_is_found_behind_a_hundred_later_ones(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Le premier")
    sent = await prepared(http, account, part)
    sent_at = datetime.now(UTC)
    await MASTODON.publish(http, account, sent)
    for number in range(100):
        mastodon_server.post(mastodon_server.ponts, f"Un autre, {number}")

    found = await MASTODON.look_up(http, account, sent, sent_at)

    assert found.presence is Presence.PRESENT
    assert len(proxy.requests("/statuses", "GET")) == 4


async def test_a_listing_that_does_not_reach_back_proves_nothing(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Bonjour")
    sent = await prepared(http, account, part)
    mastodon_server.post(mastodon_server.ponts, "Un autre")
    newest = ask("GET", f"{proxy.url}/api/v1/accounts/{account.remote_id}/statuses").body
    proxy.answer_instead("/statuses", 200, body=newest, method="GET", times=None)

    found = await MASTODON.look_up(http, account, sent, datetime.now(UTC))

    assert found.presence is Presence.CANNOT_TELL
    assert len(proxy.requests("/statuses", "GET")) == PAGES + 1


async def test_an_image_is_waited_for_until_it_is_ready(
    http: Http,
    mastodon_server: MastodonServer,
    proxy: LostAnswers,
    image: MediaFile,
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Bonjour", media=(image,))
    uploaded = ask(
        "POST",
        f"{mastodon_server.url}/api/v2/media",
        token=mastodon_server.token,
        body=b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\nx\r\n--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    ).json["id"]
    pending = json.dumps({"id": uploaded, "url": None}).encode()
    proxy.answer_instead("/api/v2/media", 202, body=pending, method="POST")
    proxy.answer_instead("/api/v1/media/", 206, body=pending, method="GET", times=2)

    sent = await prepared(http, account, part)

    assert sent.body["media_ids"] == [uploaded]
    assert len(proxy.requests("/api/v1/media/", "GET")) == 3


async def test_an_image_that_is_never_ready_is_not_sent(
    http: Http,
    mastodon_server: MastodonServer,
    proxy: LostAnswers,
    image: MediaFile,
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Bonjour", media=(image,))
    proxy.answer_instead("/media", 202, body=b'{"id": "1"}', times=None)

    with pytest.raises(NotSent) as trouble:
        await prepared(http, account, part)

    assert trouble.value.code == "processing"


async def test_a_page_that_is_not_the_servers_does_not_count_as_deleted(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    account = await connected(http, proxy, mastodon_server)
    proxy.answer_instead("/api/v1/statuses/", 404, body=b"<html>", method="DELETE")

    with pytest.raises(NotSent):
        await MASTODON.delete(http, account, "1")


async def test_a_limit_on_looking_up_says_until_when(
    http: Http, mastodon_server: MastodonServer, proxy: LostAnswers
) -> None:
    account = await connected(http, proxy, mastodon_server)
    part = Part(text="Bonjour")
    sent = await prepared(http, account, part)
    reset = datetime.now(UTC) + timedelta(minutes=4)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat()}
    proxy.answer_instead("/statuses", 429, headers=headers, method="GET")

    with pytest.raises(SlowDown) as limit:
        await MASTODON.look_up(http, account, sent, datetime.now(UTC))

    assert limit.value.until == reset
