"""Mastodon: what is built, how answers are read, and how a status is known again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Part,
    Prepared,
    Presence,
    Tokens,
    Visibility,
)
from parvis.networks.errors import (
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Answer
from parvis.networks.mastodon import Mastodon
from parvis.networks.mastodon.comparing import Status, closely, loosely, read_html
from parvis.networks.mastodon.instance import TRAITS, origin_of, read_limits
from parvis.networks.mastodon.permission import read_tokens
from parvis.networks.mastodon.status import (
    Listing,
    build_status,
    clock_lag,
    judge,
    read_page,
    read_receipt,
)
from parvis.networks.secret import Secret
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROPER = replace(TRAITS, native_key_seconds=3600)
ACCOUNT = Account(
    network="mastodon",
    server="https://mastodon.example.org",
    remote_id="42",
    handle="ponts@mastodon.example.org",
    tokens=Tokens(access=Secret("access")),
    traits=PROPER,
)


def prepared(text: str = "Bonjour", **body: object) -> Prepared:
    return Prepared(key="key", text=text, body=build_status(Part(text=text), []) | body)


def listed(content: str, created_at: datetime = NOON, **more: object) -> dict[str, object]:
    return {
        "id": "7",
        "url": "https://mastodon.example.org/@ponts/7",
        "content": content,
        "spoiler_text": "",
        "media_attachments": [],
        "created_at": created_at.isoformat().replace("+00:00", "Z"),
    } | more


def listing(*statuses: dict[str, object], is_complete: bool = True) -> Listing:
    read = tuple(Status.from_json(status) for status in statuses)
    return Listing(statuses=read, is_complete=is_complete)


class TestServers:
    @pytest.mark.parametrize(
        "typed",
        [
            "mastodon.example.org",
            "@ponts@mastodon.example.org",
            "ponts@Mastodon.Example.org",
            "https://mastodon.example.org/@ponts",
            " https://mastodon.example.org/ ",
            "mastodon.example.org/@ponts",
        ],
    )
    def test_a_server_is_understood_however_it_is_written(self, typed: str) -> None:
        assert origin_of(typed) == "https://mastodon.example.org"

    def test_a_port_and_plain_http_are_kept_when_they_are_said(self) -> None:
        assert origin_of("http://127.0.0.1:3000/x") == "http://127.0.0.1:3000"
        assert origin_of("localhost:3000") == "https://localhost:3000"

    @pytest.mark.parametrize(
        "typed", ["", "@ponts", "mastodon", "https://", "ftp://a.org", "://", "."]
    )
    def test_what_is_no_server_is_refused_with_an_example(self, typed: str) -> None:
        with pytest.raises(Refused) as refusal:
            origin_of(typed)

        assert "mastodon.social" in refusal.value.sentence

    @given(st.text())
    def test_no_text_makes_it_stumble(self, typed: str) -> None:
        try:
            origin = origin_of(typed)
        except Refused:
            return
        assert origin_of(origin) == origin

    def test_limits_are_read_from_the_server(self) -> None:
        stated = {
            "configuration": {
                "statuses": {
                    "max_characters": 5000,
                    "max_media_attachments": 6,
                    "characters_reserved_per_url": 25,
                },
                "media_attachments": {
                    "supported_mime_types": ["image/jpeg", "image/heic", "video/mp4"],
                    "image_size_limit": 41943040,
                    "image_matrix_limit": 16777216,
                    "description_limit": 2000,
                },
            }
        }
        traits = read_limits(stated)

        assert (traits.text_limit, traits.image_limit, traits.url_weight) == (5000, 6, 25)
        assert traits.image_types == ("image/jpeg", "image/heic")
        assert (traits.image_bytes_limit, traits.image_pixels_limit) == (41943040, 16777216)
        assert traits.alt_limit == 2000
        assert traits.native_key_seconds == 0

    @pytest.mark.parametrize(
        "stated",
        [{}, {"configuration": None}, {"configuration": {"statuses": {"max_characters": "500"}}}],
    )
    def test_a_server_that_states_nothing_has_mastodons_limits(
        self, stated: dict[str, object]
    ) -> None:
        assert read_limits(stated) == replace(TRAITS, image_pixels_limit=None)

    def test_pleromas_own_limit_is_read(self) -> None:
        assert read_limits({"max_toot_chars": 10000}).text_limit == 10000


class TestPermission:
    def test_the_page_of_permission_is_asked_with_proof_of_key(self) -> None:
        app = AppRegistration(client_id="id&1", client_secret=Secret("s"))
        back = "https://parvis.example.org/back?x=1"
        url = Mastodon().authorise_url("mastodon.example.org", app, back, "state", "challenge")

        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith("https://mastodon.example.org/oauth/authorize?")
        assert asked == {
            "response_type": "code",
            "client_id": "id&1",
            "redirect_uri": back,
            "scope": "read:accounts read:statuses write:statuses write:media",
            "state": "state",
            "code_challenge": "challenge",
            "code_challenge_method": "S256",
        }

    def test_tokens_of_mastodon_do_not_lapse(self) -> None:
        tokens = read_tokens(_granted(), NOON)

        assert tokens.access == Secret("t")
        assert (tokens.refresh, tokens.expires_at) == (None, None)
        assert "write:media" in tokens.scopes

    def test_tokens_of_a_sister_server_may_lapse(self) -> None:
        tokens = read_tokens(_granted(expires_in=600, refresh_token="r"), NOON)

        assert tokens.expires_at == NOON + timedelta(minutes=10)
        assert tokens.refresh == Secret("r")

    @pytest.mark.parametrize("scope", ["read write", "read write:statuses write:media"])
    def test_a_broad_permission_holds_the_narrow_ones(self, scope: str) -> None:
        assert read_tokens(_granted(scope=scope), NOON).scopes == tuple(scope.split())

    def test_a_permission_that_does_not_let_us_post_is_refused(self) -> None:
        with pytest.raises(Refused) as refusal:
            read_tokens(_granted(scope="read write:media"), NOON)

        assert refusal.value.code == "scope-missing"
        assert "write:statuses" in refusal.value.sentence

    def test_a_refused_code_asks_to_begin_again(self) -> None:
        said = {"error": "invalid_grant", "error_description": "The grant is invalid"}
        with pytest.raises(Refused) as refusal:
            read_tokens(answer(400, said, publishes=False), NOON)

        assert refusal.value.code == "code-refused"


class TestRequests:
    def test_the_visibility_is_always_said(self) -> None:
        assert build_status(Part(text="Bonjour"), []) == {
            "status": "Bonjour",
            "visibility": "public",
        }

    def test_a_content_warning_hides_the_images_too(self) -> None:
        part = Part(
            text="Bonjour", language="fr", content_warning="Fin", visibility=Visibility.FOLLOWERS
        )

        assert build_status(part, ["1", "2"]) == {
            "status": "Bonjour",
            "visibility": "private",
            "media_ids": ["1", "2"],
            "language": "fr",
            "spoiler_text": "Fin",
            "sensitive": True,
        }

    def test_keys_do_not_repeat(self) -> None:
        assert len({Mastodon().new_key() for _ in range(1000)}) == 1000


class TestReceipts:
    def test_a_receipt_names_the_status(self) -> None:
        receipt = read_receipt(answer(200, listed("<p>Bonjour</p>")), ACCOUNT)

        assert (receipt.remote_id, receipt.url) == ("7", "https://mastodon.example.org/@ponts/7")
        assert receipt.published_at == NOON

    @pytest.mark.parametrize("body", ["", "{", "[]", CLOUDFLARE, {"ok": True}, {"id": None}])
    def test_an_unreadable_yes_is_unknown(self, body: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(200, body), ACCOUNT)

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 301, 307, 408])
    def test_trouble_is_unknown(self, status: int) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(status, {"error": "x"}), ACCOUNT)

    @pytest.mark.parametrize(
        ("status", "body", "error", "code"),
        [
            (401, {"error": "The access token was revoked"}, Reconnect, "token-dead"),
            (
                403,
                {"error": "This action is outside the authorized scopes"},
                Reconnect,
                "scope-missing",
            ),
            (403, {"error": "Your login is currently disabled"}, Refused, "rejected"),
            (404, {"error": "Record not found"}, Refused, "rejected"),
            (
                422,
                {"error": "Validation failed: Text character limit of 500 exceeded"},
                Refused,
                "too-long",
            ),
            (
                422,
                {"error": "Cannot attach files that have not finished processing. Try again"},
                NotSent,
                "image-not-ready",
            ),
            (422, {"error": "Validation failed: Text can't be blank"}, Refused, "rejected"),
            (400, {"error": "Bad Request: no text"}, Refused, "rejected"),
            (413, NGINX_413, Refused, "image-too-large"),
            (429, {"error": "Too many requests"}, SlowDown, "rate-limit"),
            (403, CLOUDFLARE, NotSent, "odd-answer"),
            (401, "", NotSent, "odd-answer"),
        ],
    )
    def test_a_refusal_says_what_to_do_next(
        self, status: int, body: object, error: type[NetworkError], code: str
    ) -> None:
        with pytest.raises(error) as refusal:
            read_receipt(answer(status, body), ACCOUNT)

        assert refusal.value.code == code

    def test_a_limit_says_until_when(self) -> None:
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "2026-11-21T12:05:00.000000Z",
        }
        with pytest.raises(SlowDown) as limit:
            read_receipt(answer(429, {"error": "Too many requests"}, headers=headers), ACCOUNT)

        assert limit.value.until == NOON + timedelta(minutes=5)


MASTODON_HTML = (
    '<p><span class="h-card" translate="no"><a href="https://elsewhere.example.org/@alice" '
    'class="u-url mention">@<span>alice</span></a></span> Ce soir &amp; demain :<br />'
    '<a href="https://example.org/very/long/address/of/a/lecture" rel="nofollow"><span '
    'class="invisible">https://</span><span class="ellipsis">example.org/very/long/addr</span>'
    '<span class="invisible">ess/of/a/lecture</span></a></p><p><a '
    'href="https://mastodon.example.org/tags/lecture" class="mention hashtag" rel="tag">#<span>'
    "lecture</span></a> 3 &lt; 4 :blobcat:</p>"
)
WRITTEN = (
    "@alice@elsewhere.example.org Ce soir & demain :\n"
    "https://example.org/very/long/address/of/a/lecture\n\n#lecture 3 < 4 :blobcat:"
)


class TestComparing:
    def test_html_reads_as_it_was_written(self) -> None:
        assert closely(read_html(MASTODON_HTML)) == closely(WRITTEN)

    def test_an_emoji_sent_as_a_picture_reads_as_its_name(self) -> None:
        html = '<p>Bonjour <img class="emoji" alt=":blobcat:" src="x.png" /></p>'

        assert read_html(html) == "Bonjour :blobcat:"

    def test_composed_and_decomposed_letters_are_the_same(self) -> None:
        assert closely("e\u0301te\u0301") == closely("été")

    @pytest.mark.parametrize(
        ("one", "other"), [("Bonjour", "Bonsoir"), ("3 < 4", "3 > 4"), ("a b", "ab")]
    )
    def test_other_texts_are_not_closely_the_same(self, one: str, other: str) -> None:
        assert closely(one) != closely(other)

    def test_marks_of_emphasis_are_loosely_nothing(self) -> None:
        assert loosely("**Ce soir** : _lecture_") == loosely("Ce soir : lecture")

    @given(st.text(max_size=80))
    def test_any_html_can_be_read(self, html: str) -> None:
        assert isinstance(read_html(f"<p>{html}</p>"), str)


class TestLookUp:
    def test_one_status_that_is_the_same_is_ours(self) -> None:
        found = judge(listing(listed(MASTODON_HTML)), prepared(WRITTEN), ACCOUNT)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == "7"

    def test_none_in_a_complete_listing_is_absence(self) -> None:
        found = judge(listing(listed("<p>Bonsoir</p>")), prepared(), ACCOUNT)

        assert found.presence is Presence.ABSENT

    def test_none_in_an_incomplete_listing_proves_nothing(self) -> None:
        found = judge(listing(is_complete=False), prepared(), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    def test_two_that_are_the_same_are_for_a_person_to_tell(self) -> None:
        found = judge(
            listing(listed("<p>Bonjour</p>"), listed("<p>Bonjour</p>", id="8")),
            prepared(),
            ACCOUNT,
        )

        assert found.presence is Presence.CANNOT_TELL
        assert {candidate.remote_id for candidate in found.candidates} == {"7", "8"}

    def test_one_that_is_nearly_the_same_is_for_a_person_to_tell(self) -> None:
        found = judge(
            listing(listed("<p>Un <em>bon</em> livre</p>")), prepared("Un *bon* livre"), ACCOUNT
        )

        assert found.presence is Presence.CANNOT_TELL
        assert [candidate.text for candidate in found.candidates] == ["Un bon livre"]

    @pytest.mark.parametrize(
        "body", [{"spoiler_text": "Fin"}, {"media_ids": ["1"]}], ids=["warning", "image"]
    )
    def test_the_same_text_with_another_warning_or_image_is_another_post(
        self, body: dict[str, object]
    ) -> None:
        found = judge(listing(listed("<p>Bonjour</p>")), prepared("Bonjour", **body), ACCOUNT)

        assert found.presence is Presence.ABSENT

    def test_the_same_uploads_are_the_same_post_whatever_became_of_the_text(self) -> None:
        edited = listed("<p>Bonsoir</p>", media_attachments=[{"id": "2"}, {"id": "1"}])

        found = judge(listing(edited), prepared(media_ids=["1", "2"]), ACCOUNT)

        assert found.presence is Presence.PRESENT

    def test_the_same_text_with_other_uploads_is_for_a_person_to_tell(self) -> None:
        other = listed("<p>Bonjour</p>", media_attachments=[{"id": "9"}])

        found = judge(listing(other), prepared(media_ids=["1"]), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("traits", "presence"), [(PROPER, Presence.ABSENT), (TRAITS, Presence.CANNOT_TELL)]
    )
    def test_absence_among_messages_is_believed_of_mastodon_alone(
        self, traits: object, presence: Presence
    ) -> None:
        account = replace(ACCOUNT, traits=traits)  # type: ignore[arg-type]

        assert judge(listing(), prepared(visibility="direct"), account).presence is presence

    @pytest.mark.parametrize("body", ["{", CLOUDFLARE, {"error": "x"}, [{"id": "1"}], [None], [7]])
    def test_a_listing_that_cannot_be_read_claims_nothing(self, body: object) -> None:
        with pytest.raises(NotSent):
            read_page(answer(200, body, publishes=False))

    @pytest.mark.parametrize(
        ("date", "lag"),
        [
            (format_datetime(NOON - timedelta(minutes=10), usegmt=True), timedelta(minutes=10)),
            (format_datetime(NOON + timedelta(minutes=10), usegmt=True), timedelta()),
            ("yesterday", timedelta()),
            ("", timedelta()),
        ],
    )
    def test_a_clock_that_is_behind_is_allowed_for(self, date: str, lag: timedelta) -> None:
        assert clock_lag(answer(200, [], headers={"Date": date}), NOON) == lag


def _granted(**more: object) -> Answer:
    return answer(
        200,
        {
            "access_token": "t",
            "token_type": "Bearer",
            "scope": "read:accounts read:statuses write:statuses write:media",
            "created_at": 1795262700,
        }
        | more,
        publishes=False,
    )
