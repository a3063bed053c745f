"""Bluesky: what is built and how answers are read, without a server."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.bluesky import Bluesky, xrpc
from parvis.networks.bluesky.identity import is_did, is_handle, read_document, tidy
from parvis.networks.bluesky.keys import KeyClock
from parvis.networks.bluesky.network import read_presence, read_receipt
from parvis.networks.bluesky.record import (
    build_facets,
    build_put,
    build_record,
    mentioned_handles,
)
from parvis.networks.bluesky.session import expiry, read_session, sign_in_failure
from parvis.networks.contract import Account, Image, Part, Prepared, Presence, Tokens
from parvis.networks.errors import (
    Expired,
    NetworkError,
    NotSent,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.secret import Secret
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
NOON = datetime(2026, 11, 21, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
KEY = "3n2trj3lihmyp"
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
ACCOUNT = Account(
    network="bluesky",
    server="https://pds.example.org",
    remote_id=DID,
    handle="ponts.example.org",
    tokens=Tokens(access=Secret("access")),
    traits=Bluesky.usual_traits,
)
PREPARED = Prepared(
    key=KEY,
    text="Bonjour",
    body=build_put(ACCOUNT, KEY, build_record(Part(text="Bonjour"), NOON, {}, [])),
)


class TestKeys:
    def test_a_key_is_thirteen_signs_of_sortable_base32(self) -> None:
        key = Bluesky().new_key()

        assert len(key) == 13
        assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")
        assert key[0] in "234567abcdefghij"

    def test_keys_sort_by_time_and_never_repeat(self) -> None:
        clock = KeyClock()
        keys = [clock.new_key() for _ in range(5000)]

        assert sorted(set(keys)) == keys


class TestIdentity:
    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("@Alice.Example.ORG", "alice.example.org"),
            (" \u202aalice.example.org\u202c ", "alice.example.org"),
            ("at://alice.example.org", "alice.example.org"),
            (DID, DID),
        ],
    )
    def test_a_pasted_handle_is_tidied(self, typed: str, name: str) -> None:
        assert tidy(typed) == name

    @pytest.mark.parametrize("name", ["alice.bsky.social", "a-b.example.org", "xn--caf-dma.fr"])
    def test_a_handle_is_a_host_name(self, name: str) -> None:
        assert is_handle(name)

    @pytest.mark.parametrize(
        "name",
        ["alice", "alice.", ".org", "-a.org", "a_b.org", "a.1", "a..b", "a.org/x", "", "é.fr"],
    )
    def test_anything_else_is_no_handle(self, name: str) -> None:
        assert not is_handle(name)

    @pytest.mark.parametrize(
        ("name", "valid"),
        [
            (DID, True),
            ("did:web:example.org", True),
            ("did:web:localhost%3A2583", True),
            ("did:plc:short", False),
            ("did:web:example.org/../x", False),
            ("did:web:me@example.org", False),
            ("did:key:z6Mk", False),
        ],
    )
    def test_only_two_kinds_of_did_are_followed(self, name: str, valid: bool) -> None:
        assert is_did(name) is valid

    def test_a_document_names_handle_and_server(self) -> None:
        identity = read_document(DID, _document())

        assert identity.handle == "ponts.example.org"
        assert identity.server == "https://pds.example.org"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"id": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}, "not-what-it-claims"),
            ({"service": []}, "no-server"),
            (
                {"service": [{"id": "#atproto_labeler", "serviceEndpoint": "https://x.org"}]},
                "no-server",
            ),
            ({"service": [{"id": "#atproto_pds", "serviceEndpoint": "nonsense"}]}, "no-server"),
        ],
    )
    def test_a_document_that_does_not_hold_is_refused(
        self, change: dict[str, object], code: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            read_document(DID, _document() | change)

        assert refusal.value.code == code


class TestRecords:
    def test_a_record_carries_what_was_written_and_when(self) -> None:
        record = build_record(Part(text="Bonjour", language="fr"), NOON, {}, [])

        assert record == {
            "$type": "app.bsky.feed.post",
            "text": "Bonjour",
            "createdAt": "2026-11-21T12:00:00.123Z",
            "langs": ["fr"],
        }

    def test_a_put_creates_or_finds_and_never_overwrites(self) -> None:
        assert PREPARED.body["swapRecord"] is None
        assert PREPARED.body["rkey"] == KEY
        assert PREPARED.body["repo"] == DID

    def test_images_carry_their_alt_text_and_shape(self) -> None:
        blob = {"$type": "blob", "ref": {"$link": "bafk"}, "mimeType": "image/png", "size": 9}
        image = Image(
            path=Path("a.png"), media_type="image/png", size=9, width=40, height=30, alt="Vitrine"
        )
        record = build_record(Part(text="", images=(image,)), NOON, {}, [blob])

        assert record["embed"] == {
            "$type": "app.bsky.embed.images",
            "images": [
                {"image": blob, "alt": "Vitrine", "aspectRatio": {"width": 40, "height": 30}}
            ],
        }

    def test_facets_are_placed_in_bytes(self) -> None:
        text = "🎉 été @alice.example.org : https://example.org/é #rentrée !"
        facets = build_facets(text, {"alice.example.org": DID})

        assert [_covered(text, facet) for facet in facets] == [
            "@alice.example.org",
            "https://example.org/é",
            "#rentrée",
        ]
        assert [facet["features"][0] for facet in facets] == [
            {"$type": "app.bsky.richtext.facet#mention", "did": DID},
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/é"},
            {"$type": "app.bsky.richtext.facet#tag", "tag": "rentrée"},
        ]

    def test_a_mention_that_nobody_answers_to_stays_text(self) -> None:
        assert build_facets("@alice.example.org", {}) == []

    def test_only_handles_are_mentions(self) -> None:
        text = "@alice @Bob.example.org @bob.example.org @charlie@example.org me@example.org"

        assert mentioned_handles(text) == ["bob.example.org"]

    def test_a_tag_longer_than_the_schema_allows_is_left_as_text(self) -> None:
        assert len(build_facets("#" + "a" * 64, {})) == 1
        assert build_facets("#" + "a" * 65, {}) == []

    @given(st.text(st.characters(codec="utf-8"), max_size=60))
    def test_facets_cover_whole_characters(self, around: str) -> None:
        text = f"{around} https://example.org #été {around}"
        for facet in build_facets(text, {}):
            feature = facet["features"][0]
            meant = (feature.get("uri"), f"#{feature.get('tag')}", f"＃{feature.get('tag')}")
            assert _covered(text, facet) in meant


class TestReceipts:
    def test_a_receipt_links_to_the_post_by_did(self) -> None:
        receipt = read_receipt(answer(200, {"uri": URI, "cid": "bafy"}), ACCOUNT, PREPARED)

        assert receipt.remote_id == URI
        assert receipt.url == f"https://bsky.app/profile/{DID}/post/{KEY}"
        assert receipt.published_at == datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", CLOUDFLARE, {"uri": "at://other"}, {"cid": "bafy"}]
    )
    def test_an_unreadable_yes_is_unknown(self, body: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(200, body), ACCOUNT, PREPARED)

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 301, 307, 408])
    def test_trouble_is_unknown(self, status: int) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(status, {"error": "InternalServerError"}), ACCOUNT, PREPARED)

    @pytest.mark.parametrize(
        ("status", "body", "error", "code"),
        [
            (
                400,
                {"error": "ExpiredToken", "message": "Token has expired"},
                Expired,
                "token-expired",
            ),
            (
                400,
                {"error": "InvalidToken", "message": "Malformed token"},
                Expired,
                "token-expired",
            ),
            (401, {"error": "AuthMissing", "message": "x"}, Expired, "token-expired"),
            (401, {"error": "AccountTakedown", "message": "x"}, Refused, "account-suspended"),
            (401, {"error": "AccountDeactivated", "message": "x"}, Refused, "account-deactivated"),
            (403, {"error": "AccountNotFound", "message": "x"}, Refused, "account-gone"),
            (400, {"error": "InvalidSwap", "message": "Record was at x"}, Unknown, "already-there"),
            (400, {"error": "InvalidRequest", "message": "Invalid record"}, Refused, "rejected"),
            (
                400,
                {
                    "error": "InvalidRequest",
                    "message": "Invalid app.bsky.feed.post record: Record/text must not be longer "
                    "than 300 graphemes",
                },
                Refused,
                "too-long",
            ),
            (429, {"error": "RateLimitExceeded", "message": "x"}, SlowDown, "rate-limit"),
            (429, CLOUDFLARE, SlowDown, "rate-limit"),
            (413, NGINX_413, Refused, "image-too-large"),
            (400, {"error": "BlobTooLarge", "message": "x"}, Refused, "image-too-large"),
            (403, CLOUDFLARE, NotSent, "odd-answer"),
            (404, "", NotSent, "odd-answer"),
        ],
    )
    def test_a_refusal_says_what_to_do_next(
        self, status: int, body: object, error: type[NetworkError], code: str
    ) -> None:
        with pytest.raises(error) as refusal:
            read_receipt(answer(status, body), ACCOUNT, PREPARED)

        assert refusal.value.code == code

    def test_what_the_server_says_is_passed_on_without_secrets(self) -> None:
        body = {"error": "InvalidRequest", "message": "bad token opensesame for <b>ponts</b>"}
        trouble = xrpc.failure(answer(400, body, secrets=(Secret("opensesame"),)))

        assert "opensesame" not in trouble.sentence
        assert trouble.facts["said"] == "bad token … for ponts"

    def test_a_limit_is_read_from_the_headers(self) -> None:
        headers = {"RateLimit-Limit": "5000", "RateLimit-Reset": "1795262700"}
        trouble = xrpc.failure(answer(429, {"error": "RateLimitExceeded"}, headers=headers))

        assert isinstance(trouble, SlowDown)
        assert trouble.until == datetime.fromtimestamp(1795262700, UTC)


class TestPresence:
    def test_a_record_under_our_key_is_our_post(self) -> None:
        found = read_presence(
            answer(200, {"uri": URI, "value": {}}, publishes=False), ACCOUNT, PREPARED
        )

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == URI

    def test_only_record_not_found_is_absence(self) -> None:
        absent = answer(400, {"error": "RecordNotFound", "message": "x"}, publishes=False)

        assert read_presence(absent, ACCOUNT, PREPARED).presence is Presence.ABSENT

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"error": "InvalidRequest", "message": "Could not locate record"}),
            (400, {"error": "RepoNotFound", "message": "x"}),
            (400, {"error": "RepoDeactivated", "message": "x"}),
            (404, CLOUDFLARE),
            (400, CLOUDFLARE),
        ],
    )
    def test_another_no_proves_nothing(self, status: int, body: object) -> None:
        found = read_presence(answer(status, body, publishes=False), ACCOUNT, PREPARED)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("status", "body", "error"),
        [
            (500, "", NotSent),
            (502, {"error": "UpstreamFailure"}, NotSent),
            (429, "", SlowDown),
            (200, CLOUDFLARE, NotSent),
            (200, {"uri": "at://other"}, NotSent),
        ],
    )
    def test_an_unclear_answer_leaves_the_question_open(
        self, status: int, body: object, error: type[NetworkError]
    ) -> None:
        with pytest.raises(error):
            read_presence(answer(status, body, publishes=False), ACCOUNT, PREPARED)


class TestSessions:
    def test_the_expiry_is_read_from_the_token(self) -> None:
        claims = base64.urlsafe_b64encode(json.dumps({"exp": 1795262700}).encode()).decode()

        assert expiry(f"head.{claims.rstrip('=')}.tail") == datetime.fromtimestamp(1795262700, UTC)

    @pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.e30.c", "no dots"])
    def test_a_token_without_expiry_is_taken_as_it_is(self, token: str) -> None:
        assert expiry(token) is None

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (
                {"error": "AuthenticationRequired", "message": "Invalid identifier or password"},
                "wrong-password",
            ),
            (
                {"error": "AuthFactorTokenRequired", "message": "A sign in code has been sent"},
                "needs-app-password",
            ),
            ({"error": "AccountTakedown", "message": "x"}, "account-suspended"),
        ],
    )
    def test_a_refused_sign_in_says_why(self, body: object, code: str) -> None:
        refusal = sign_in_failure(answer(401, body, publishes=False))

        assert isinstance(refusal, Refused)
        assert refusal.code == code

    def test_a_wrong_password_says_how_to_make_the_right_one(self) -> None:
        body = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}

        assert "App passwords" in sign_in_failure(answer(401, body)).sentence

    def test_an_account_that_is_not_active_cannot_be_connected(self) -> None:
        session = {"accessJwt": "a", "refreshJwt": "b", "did": DID, "active": False}

        with pytest.raises(Refused) as refusal:
            read_session(answer(200, session, publishes=False))
        assert refusal.value.code == "account-deactivated"


def _document() -> dict[str, object]:
    return {
        "id": DID,
        "alsoKnownAs": ["https://example.org", "at://ponts.example.org"],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": "https://pds.example.org/",
            }
        ],
    }


def _covered(text: str, facet: dict[str, object]) -> str:
    index = facet["index"]
    assert isinstance(index, dict)
    return text.encode()[index["byteStart"] : index["byteEnd"]].decode()
