"""LinkedIn: what its answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parvis.networks.contract import (
    Part,
    Prepared,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.linkedin.api import failure, next_midnight
from parvis.networks.linkedin.permission import MEMBER, read_grant, read_renewal
from parvis.networks.linkedin.post import (
    build_comment,
    read_receipt,
)
from parvis.networks.secret import Secret
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer
from tests.networks.linkedin_accounts import NOON, POST, SHOP, built


class TestReceipt:
    def test_the_id_is_read_from_the_header(self) -> None:
        created = answer(201, headers={"x-restli-id": POST.remote_id})

        receipt = read_receipt(created, SHOP, built())

        assert receipt.remote_id == POST.remote_id
        assert receipt.url == f"https://www.linkedin.com/feed/update/{POST.remote_id}/"

    @pytest.mark.parametrize("body", ["", {"id": "urn:li:share:1"}, CLOUDFLARE])
    def test_without_the_header_the_outcome_is_unknown(self, body: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(201, body), SHOP, built())

    def test_a_comments_urn_is_made_where_the_body_is_missing(self) -> None:
        body = build_comment(SHOP, Part(text="Oui", is_comment=True), POST)
        created = answer(201, headers={"x-restli-id": "99"})

        receipt = read_receipt(created, SHOP, Prepared(key="key", text="Oui", body=body))

        assert receipt.remote_id == f"urn:li:comment:({POST.remote_id},99)"


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "body", "kind", "code"),
        [
            (401, {"code": "REVOKED_ACCESS_TOKEN", "message": "x"}, Reconnect, "token-revoked"),
            (401, {"serviceErrorCode": 65601, "message": "x"}, Reconnect, "token-revoked"),
            (401, {"serviceErrorCode": 65602, "message": "x"}, Expired, "token-expired"),
            (401, {"serviceErrorCode": 65600, "message": "Invalid"}, Expired, "token-expired"),
            (403, {"code": "ACCESS_DENIED", "message": "Not enough"}, Refused, "no-permission"),
            (426, {"code": "NONEXISTENT_VERSION", "message": "x"}, Blocked, "version-retired"),
            (422, {"message": "text exceeded the maximum"}, Refused, "too-long"),
            (400, {"message": "Syntax exception in path variables"}, Refused, "rejected"),
            (413, {"message": "Too large"}, Refused, "media-too-large"),
            (422, {"code": "MEDIA_ASSET_PROCESSING", "message": "x"}, NotSent, "processing"),
            (413, NGINX_413, NotSent, "odd-answer"),
            (403, CLOUDFLARE, NotSent, "odd-answer"),
            (400, "", NotSent, "odd-answer"),
            (429, {"message": "throttle"}, SlowDown, "rate-limit"),
            (429, "", SlowDown, "rate-limit"),
            (500, {"message": "Internal"}, Unknown, "server-trouble"),
            (502, CLOUDFLARE, Unknown, "server-trouble"),
            (302, "", Unknown, "server-trouble"),
        ],
    )
    def test_each_refusal_is_told_by_its_kind(
        self, status: int, body: object, kind: type[NetworkError], code: str
    ) -> None:
        error = failure(answer(status, body))

        assert type(error) is kind
        assert error.code == code

    def test_a_duplicate_names_the_post_that_is_there(self) -> None:
        error = failure(
            answer(
                422,
                {
                    "message": "com.linkedin.content.common.exception.BadRequestResponseException: "
                    "Content is a duplicate of urn:li:share:7141138937766391808",
                    "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]},
                    "status": 422,
                },
            )
        )

        assert isinstance(error, Duplicate)
        assert error.remote_id == "urn:li:share:7141138937766391808"

    def test_a_duplicate_that_names_nothing_is_one_all_the_same(self) -> None:
        said = {"message": "x", "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]}}
        error = failure(answer(422, said))

        assert isinstance(error, Duplicate)
        assert error.remote_id == ""

    @pytest.mark.parametrize("details", [None, [], {"inputErrors": None}, {"inputErrors": ["x"]}])
    def test_details_in_another_form_do_not_hide_the_message(self, details: object) -> None:
        error = failure(answer(422, {"message": "No", "errorDetails": details}))

        assert "No" in error.sentence

    def test_a_limit_lasts_until_midnight_of_utc(self) -> None:
        error = failure(answer(429, {"message": "throttle"}))

        assert isinstance(error, SlowDown)
        assert error.until == next_midnight(datetime.now(UTC))

    def test_a_limit_that_says_when_is_believed(self) -> None:
        error = failure(answer(429, "", headers={"Retry-After": "60"}))

        assert isinstance(error, SlowDown)
        assert error.until is not None
        assert error.until - datetime.now(UTC) <= timedelta(seconds=60)

    def test_midnight_is_that_of_utc_wherever_it_is_asked(self) -> None:
        paris = datetime.fromisoformat("2026-11-22T00:30:00+01:00")

        assert next_midnight(paris) == datetime(2026, 11, 22, tzinfo=UTC)

    def test_what_linkedin_says_is_shown_without_the_token(self) -> None:
        secret = Secret("AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR")
        said = {"message": f"Token {secret.reveal()} may not"}
        error = failure(answer(403, said, secrets=(secret,)))

        assert secret.reveal() not in error.sentence


GRANT = {"access_token": "a", "expires_in": 5_184_000, "scope": "openid,w_member_social"}


class TestTokens:
    def test_without_a_refresh_token_the_permission_lapses_with_the_access(self) -> None:
        tokens = read_grant(answer(200, GRANT), MEMBER, NOON)

        assert tokens.expires_at == tokens.lapses_at == NOON + timedelta(days=60)
        assert tokens.refresh_at is None
        assert tokens.scopes == ("openid", "w_member_social")

    @pytest.mark.parametrize("lasts", [31_536_000, 525_600])
    def test_a_refresh_token_lasts_a_year_said_in_seconds_or_minutes(self, lasts: int) -> None:
        granted = GRANT | {"refresh_token": "r", "refresh_token_expires_in": lasts}

        tokens = read_grant(answer(200, granted), MEMBER, NOON)

        assert tokens.lapses_at == NOON + timedelta(days=365)
        assert tokens.refresh_at == NOON + timedelta(days=40)

    def test_a_renewal_does_not_put_off_the_end(self) -> None:
        granted = GRANT | {"refresh_token": "r", "refresh_token_expires_in": 31_536_000}
        old = read_grant(answer(200, granted), MEMBER, NOON)
        later = NOON + timedelta(days=40)
        granted = GRANT | {"access_token": "b", "refresh_token_expires_in": 28_080_000}

        new = read_renewal(answer(200, granted), old, later)

        assert new.access.reveal() == "b"
        assert new.refresh == old.refresh
        assert new.lapses_at == NOON + timedelta(days=365)
        assert new.expires_at == later + timedelta(days=60)
        assert new.scopes == old.scopes

    def test_scopes_that_are_not_told_are_those_asked_for(self) -> None:
        granted = {"access_token": "a", "expires_in": 60}

        assert read_grant(answer(200, granted), MEMBER, NOON).scopes == MEMBER.scopes

    def test_a_permission_that_leaves_out_posting_is_refused(self) -> None:
        with pytest.raises(Refused) as refusal:
            read_grant(answer(200, GRANT | {"scope": "openid profile"}), MEMBER, NOON)

        assert refusal.value.code == "scope-missing"

    @pytest.mark.parametrize("body", [{}, {"access_token": "a"}, [], CLOUDFLARE])
    def test_a_grant_that_cannot_be_read_is_none(self, body: object) -> None:
        with pytest.raises(NotSent):
            read_grant(answer(200, body, publishes=False), MEMBER, NOON)
