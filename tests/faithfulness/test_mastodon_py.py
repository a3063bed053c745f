"""Mastodon.py, the best-known client of Mastodon for Python, works with the sandbox unmodified but
for the base address."""

from __future__ import annotations

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonIllegalArgumentError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)
from PIL import Image as Picture

from tests.servers.sandbox import RunningSandbox

BACK = "http://127.0.0.1:8000/back"
SCOPES = ["read", "write"]
EVENING = "Ce soir à 19 h : lecture 📚 avec @alice@example.org https://example.org/lecture #lecture"


def registered(sandbox: RunningSandbox, scopes: list[str]) -> Mastodon:
    origin = sandbox.origin("mastodon")
    client_id, secret = Mastodon.create_app(
        "A client", scopes=scopes, redirect_uris=BACK, api_base_url=origin
    )
    return Mastodon(
        client_id=client_id,
        client_secret=secret,
        api_base_url=origin,
        ratelimit_method="throw",
    )


def allowed(sandbox: RunningSandbox, client: Mastodon, scopes: list[str]) -> str:
    page = client.auth_request_url(redirect_uris=BACK, scopes=scopes, allow_http=True)
    return parse_qs(urlsplit(sandbox.consent(page, "ponts")).query)["code"][0]


def signed_in(sandbox: RunningSandbox, scopes: list[str] = SCOPES) -> Mastodon:
    client = registered(sandbox, scopes)
    code = allowed(sandbox, client, scopes)
    client.log_in(code=code, redirect_uri=BACK, scopes=scopes, allow_http=True)
    return client


@pytest.fixture
def client(sandbox: RunningSandbox) -> Mastodon:
    return signed_in(sandbox)


def picture() -> bytes:
    content = io.BytesIO()
    Picture.new("RGB", (40, 30), "teal").save(content, "PNG")
    return content.getvalue()


class TestSigningIn:
    def test_a_registered_app_signs_its_user_in(self, client: Mastodon) -> None:
        me = client.me()

        assert (me.acct, me.display_name) == ("ponts", "Librairie Ponts")

    def test_a_code_serves_once(self, sandbox: RunningSandbox) -> None:
        client = registered(sandbox, SCOPES)
        code = allowed(sandbox, client, SCOPES)
        client.log_in(code=code, redirect_uri=BACK, scopes=SCOPES, allow_http=True)

        with pytest.raises(MastodonIllegalArgumentError, match="invalid_grant"):
            client.log_in(code=code, redirect_uri=BACK, scopes=SCOPES, allow_http=True)

    def test_an_app_gets_no_more_than_it_registered_for(self, sandbox: RunningSandbox) -> None:
        client = registered(sandbox, ["read"])
        page = client.auth_request_url(redirect_uris=BACK, scopes=SCOPES, allow_http=True)

        assert "error=invalid_scope" in sandbox.consent(page, "ponts")

    def test_a_token_without_the_scope_cannot_post(self, sandbox: RunningSandbox) -> None:
        reader = signed_in(sandbox, ["read"])

        with pytest.raises(MastodonAPIError, match="outside the authorized scopes"):
            reader.status_post(EVENING)

    def test_a_revoked_token_is_dead(self, client: Mastodon) -> None:
        token = client.access_token
        client.revoke_access_token(allow_http=True)
        client.access_token = token

        with pytest.raises(MastodonUnauthorizedError, match="revoked"):
            client.me()


class TestPosting:
    def test_a_status_with_a_picture_is_read_back(self, client: Mastodon) -> None:
        medium = client.media_post(picture(), "image/png", description="The shop window")
        posted = client.status_post(
            EVENING, media_ids=[medium], visibility="unlisted", spoiler_text="Fin", language="fr"
        )

        read = client.status(posted)

        assert client.status_source(read).text == EVENING
        assert [each.description for each in read.media_attachments] == ["The shop window"]
        assert (read.visibility, read.spoiler_text, read.language) == ("unlisted", "Fin", "fr")
        assert read.sensitive
        assert [tag.name for tag in read.tags] == ["lecture"]
        assert [person.acct for person in read.mentions] == ["alice@example.org"]
        assert '<span class="invisible">https://</span>' in read.content

    def test_a_poll_is_read_back(self, client: Mastodon) -> None:
        poll = client.make_poll(["Samedi", "Dimanche"], expires_in=3600, multiple=True)

        posted = client.status_post("Quand ?", poll=poll)

        assert [option.title for option in posted.poll.options] == ["Samedi", "Dimanche"]
        assert posted.poll.multiple
        assert client.poll(posted.poll).id == posted.poll.id

    def test_the_same_key_answers_the_same_status(self, client: Mastodon) -> None:
        first = client.status_post(EVENING, idempotency_key="one")
        second = client.status_post("Autre chose", idempotency_key="one")

        assert second.id == first.id
        assert len(client.account_statuses(client.me())) == 1

    def test_a_description_can_be_changed_before_posting(self, client: Mastodon) -> None:
        medium = client.media_post(picture(), "image/png")

        client.media_update(medium, description="The square")

        assert client.media(medium).description == "The square"

    def test_what_a_status_shows_is_no_longer_for_others(self, client: Mastodon) -> None:
        medium = client.media_post(picture(), "image/png")
        client.status_post("Une image", media_ids=[medium])

        with pytest.raises(MastodonAPIError, match="already attached to another post"):
            client.status_post("La même", media_ids=[medium])

    def test_a_text_that_is_too_long_is_refused(self, client: Mastodon) -> None:
        with pytest.raises(MastodonAPIError, match="character limit of 500 exceeded"):
            client.status_post("é" * 501)

    def test_an_edit_keeps_its_history(self, client: Mastodon) -> None:
        posted = client.status_post("Ce soir")

        client.status_update(posted, "Demain soir")

        assert [each.content for each in client.status_history(posted)] == [
            "<p>Ce soir</p>",
            "<p>Demain soir</p>",
        ]
        assert client.status(posted).edited_at is not None


class TestReading:
    def test_a_thread_is_read_as_a_thread(self, client: Mastodon) -> None:
        first = client.status_post("Un")
        second = client.status_post("Deux", in_reply_to_id=first)
        third = client.status_post("Trois", in_reply_to_id=second)

        around = client.status_context(second)

        assert [each.id for each in around.ancestors] == [first.id]
        assert [each.id for each in around.descendants] == [third.id]

    def test_statuses_are_paged_newest_first(self, client: Mastodon) -> None:
        posted = [client.status_post(f"Numéro {number}").id for number in range(5)]

        page = client.account_statuses(client.me(), limit=2)
        rest = client.fetch_remaining(page)

        assert [each.id for each in rest] == list(reversed(posted))

    def test_the_audience_shows_in_the_figures(
        self, sandbox: RunningSandbox, client: Mastodon
    ) -> None:
        posted = client.status_post(EVENING)
        sandbox.advance(3 * 24 * 3600)

        (read,) = client.statuses([posted])

        assert read.favourites_count > 0
        assert read.replies_count == len(client.status_context(posted).descendants) > 0
        assert len(client.status_favourited_by(posted)) > 0

    def test_a_visitor_sees_public_statuses_alone(
        self, sandbox: RunningSandbox, client: Mastodon
    ) -> None:
        client.status_post("Pour tous", visibility="public")
        client.status_post("Pour peu", visibility="private")
        visitor = Mastodon(api_base_url=sandbox.origin("mastodon"))

        shown = visitor.account_statuses(client.me())

        assert [each.content for each in shown] == ["<p>Pour tous</p>"]

    def test_a_deleted_status_is_gone(self, client: Mastodon) -> None:
        posted = client.status_post(EVENING)

        assert client.status_delete(posted).text == EVENING

        with pytest.raises(MastodonNotFoundError):
            client.status(posted)

    def test_an_ordered_limit_is_understood(
        self, sandbox: RunningSandbox, client: Mastodon
    ) -> None:
        sandbox.order("mastodon", "rate-limit", on="publish", seconds=90)

        with pytest.raises(MastodonRatelimitError):
            client.status_post(EVENING)

    def test_thirty_uploads_in_half_an_hour_are_the_limit(
        self, sandbox: RunningSandbox, client: Mastodon
    ) -> None:
        for _ in range(30):
            client.media_post(picture(), "image/png")
        with pytest.raises(MastodonRatelimitError):
            client.media_post(picture(), "image/png")

        sandbox.advance(31 * 60)
        assert client.media_post(picture(), "image/png").url
