"""Mastodon: what is built and how answers are read, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Part,
    Poll,
    Published,
    Tokens,
    Visibility,
)
from parvis.networks.errors import (
    Blocked,
    Expired,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Answer
from parvis.networks.mastodon import Mastodon
from parvis.networks.mastodon.instance import origin_of
from parvis.networks.mastodon.permission import read_tokens
from parvis.networks.mastodon.post import build_status, read_receipt
from parvis.networks.mastodon.traits import POLL, TRAITS, VIDEO, read_limits
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


def listed(content: str, created_at: datetime = NOON, **more: object) -> dict[str, object]:
    return {
        "id": "7",
        "url": "https://mastodon.example.org/@ponts/7",
        "content": content,
        "spoiler_text": "",
        "media_attachments": [],
        "created_at": created_at.isoformat().replace("+00:00", "Z"),
    } | more


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
    @example("A.¡")
    @example("0.¯")
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
                    "video_size_limit": 103809024,
                    "video_matrix_limit": 2304000,
                    "description_limit": 2000,
                },
                "polls": {
                    "max_options": 6,
                    "max_characters_per_option": 60,
                    "min_expiration": 330,
                    "max_expiration": 2629746,
                },
            }
        }
        traits = read_limits(stated)

        assert (traits.text_limit, traits.image_limit, traits.url_weight) == (5000, 6, 25)
        assert traits.image_types == ("image/jpeg", "image/heic")
        assert (traits.image_bytes_limit, traits.image_pixels_limit) == (41943040, 16777216)
        assert traits.alt_limit == 2000
        assert traits.video == replace(
            VIDEO,
            bytes_limit=103809024,
            pixels_limit=2304000,
            types=("video/mp4",),
            alt_limit=2000,
        )
        assert traits.poll == replace(
            POLL, most_options=6, option_limit=60, shortest_minutes=6, longest_minutes=43829
        )
        assert traits.native_key_seconds == 0

    def test_a_server_whose_types_hold_no_video_takes_none(self) -> None:
        media = {"supported_mime_types": ["image/png", "image/jpeg"]}

        assert read_limits({"configuration": {"media_attachments": media}}).video is None

    @pytest.mark.parametrize(
        "stated",
        [{}, {"configuration": None}, {"configuration": {"statuses": {"max_characters": "500"}}}],
    )
    def test_a_server_that_states_nothing_has_mastodons_limits(
        self, stated: dict[str, object]
    ) -> None:
        of_any_size = replace(VIDEO, pixels_limit=None)
        assert read_limits(stated) == replace(TRAITS, image_pixels_limit=None, video=of_any_size)

    def test_pleromas_own_limits_are_read(self) -> None:
        polls = {"max_options": 20, "max_option_chars": 200, "min_expiration": 0}
        traits = read_limits({"max_toot_chars": 10000, "poll_limits": polls})

        assert traits.text_limit == 10000
        assert traits.poll == replace(POLL, most_options=20, option_limit=200)


class TestPermission:
    def test_the_page_of_permission_is_asked_with_proof_of_key(self) -> None:
        app = AppRegistration(client_id="id&1", client_secret=Secret("s"))
        back = "https://parvis.example.org/back?x=1"
        mastodon = Mastodon()
        (way,) = mastodon.ways
        url = mastodon.authorise_url("mastodon.example.org", way, app, back, "state", "challenge")

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
        assert (tokens.refresh, tokens.expires_at, tokens.lapses_at) == (None, None, None)
        assert "write:media" in tokens.scopes

    def test_tokens_of_a_sister_server_may_lapse(self) -> None:
        tokens = read_tokens(_granted(expires_in=600, refresh_token="r"), NOON)

        assert tokens.expires_at == NOON + timedelta(minutes=10)
        assert tokens.refresh_at is not None
        assert NOON < tokens.refresh_at < tokens.expires_at
        assert tokens.lapses_at is None
        assert tokens.refresh == Secret("r")

    def test_what_lapses_and_cannot_be_renewed_is_a_persons_to_renew(self) -> None:
        tokens = read_tokens(_granted(expires_in=600), NOON)

        assert tokens.lapses_at == tokens.expires_at == NOON + timedelta(minutes=10)
        assert tokens.refresh_at is None

    @pytest.mark.parametrize("scope", ["read write", "read write:statuses write:media"])
    def test_a_broad_permission_holds_the_narrow_ones(self, scope: str) -> None:
        assert read_tokens(_granted(scope=scope), NOON).scopes == tuple(scope.split())

    def test_a_permission_that_does_not_let_us_post_is_refused(self) -> None:
        with pytest.raises(Refused) as refusal:
            read_tokens(_granted(scope="read write:media"), NOON)

        assert refusal.value.code == "scope-missing"
        assert "write:statuses" in refusal.value.sentence


class TestRequests:
    def test_the_visibility_is_always_said(self) -> None:
        assert build_status(Part(text="Bonjour"), [], []) == {
            "status": "Bonjour",
            "visibility": "public",
        }

    def test_a_content_warning_hides_the_images_too(self) -> None:
        part = Part(
            text="Bonjour", language="fr", content_warning="Fin", visibility=Visibility.FOLLOWERS
        )

        assert build_status(part, ["1", "2"], []) == {
            "status": "Bonjour",
            "visibility": "private",
            "media_ids": ["1", "2"],
            "language": "fr",
            "spoiler_text": "Fin",
            "sensitive": True,
        }

    def test_a_poll_is_told_in_seconds(self) -> None:
        poll = Poll(options=("Samedi", "Dimanche"), minutes=90, multiple_choice=True)

        assert build_status(Part(text="Quand ?", poll=poll), [], [])["poll"] == {
            "options": ["Samedi", "Dimanche"],
            "expires_in": 5400,
            "multiple": True,
        }

    @pytest.mark.parametrize(("is_comment", "parent"), [(False, "8"), (True, "7")])
    def test_a_part_answers_the_one_before_and_a_comment_the_first(
        self, is_comment: bool, parent: str
    ) -> None:
        follows = [Published(remote_id=remote_id, url="") for remote_id in ("7", "8")]
        part = Part(text="Suite", visibility=Visibility.PUBLIC, is_comment=is_comment)

        body = build_status(part, [], follows)

        assert (body["in_reply_to_id"], body["visibility"]) == (parent, "public")

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
            (403, {"error": "Your login is currently disabled"}, Blocked, "account-disabled"),
            (403, {"error": "This action is not allowed"}, Refused, "rejected"),
            (
                422,
                {"error": "This method requires an authenticated user"},
                Reconnect,
                "token-dead",
            ),
            (
                404,
                {"error": "The post you are trying to reply to does not appear to exist."},
                Refused,
                "parent-gone",
            ),
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
                "processing",
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

    def test_a_lapsed_token_that_can_be_renewed_is_no_reason_to_ask_a_person(self) -> None:
        tokens = replace(ACCOUNT.tokens, refresh=Secret("refresh"))
        with pytest.raises(Expired):
            read_receipt(
                answer(401, {"error": "The access token expired"}), replace(ACCOUNT, tokens=tokens)
            )

    def test_a_limit_says_until_when(self) -> None:
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "2026-11-21T12:05:00.000000Z",
        }
        with pytest.raises(SlowDown) as limit:
            read_receipt(answer(429, {"error": "Too many requests"}, headers=headers), ACCOUNT)

        assert limit.value.until == NOON + timedelta(minutes=5)


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
