"""Bluesky: how answers are read, without a server."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.finding import read_presence
from parvis.networks.bluesky.measures import read_posts, read_thread
from parvis.networks.bluesky.permission import expiry, read_session, read_tokens, sign_in_failure
from parvis.networks.bluesky.post import method_of, read_receipt
from parvis.networks.contract import (
    Presence,
)
from parvis.networks.errors import (
    Expired,
    NetworkError,
    NotSent,
    PrepareAnew,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Answer
from parvis.networks.measures import Metric
from parvis.networks.secret import Secret
from parvis.networks.traits import ReplySetting
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer
from tests.networks.bluesky_post import ACCOUNT, DID, KEY, NOON, PREPARED, URI, gated


class TestReceipts:
    def test_a_receipt_links_to_the_post_by_did(self) -> None:
        receipt = read_receipt(answer(200, {"uri": URI, "cid": "bafy"}), ACCOUNT, PREPARED)

        assert receipt.remote_id == URI
        assert receipt.reference == {"cid": "bafy"}
        assert receipt.url == f"https://bsky.app/profile/{DID}/post/{KEY}"
        assert receipt.published_at == datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", CLOUDFLARE, {"uri": "at://other"}, {"cid": "bafy"}]
    )
    def test_an_unreadable_yes_is_unknown(self, body: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(200, body), ACCOUNT, PREPARED)

    def test_the_receipt_of_a_gated_post_is_that_of_the_post(self) -> None:
        said = {"commit": {}, "results": [{"uri": URI, "cid": "bafy"}, {"uri": "at://gate"}]}
        sent = gated(ReplySetting.NOBODY)

        receipt = read_receipt(answer(200, said), ACCOUNT, sent)

        assert method_of(sent) == "com.atproto.repo.applyWrites"
        assert (receipt.remote_id, receipt.reference) == (URI, {"cid": "bafy"})
        assert receipt.published_at == datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)

    @pytest.mark.parametrize("results", [None, [], [None], [{"uri": "at://other"}], "x"])
    def test_an_unreadable_yes_to_a_gated_post_is_unknown(self, results: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(200, {"results": results}), ACCOUNT, gated(ReplySetting.NOBODY))

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
            (400, {"error": "BlobNotFound", "message": "x"}, PrepareAnew, "media-lost"),
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

    def test_a_session_is_refreshed_well_before_its_end(self) -> None:
        ends = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
        session = {"accessJwt": _jwt(ends), "refreshJwt": _jwt(ends + timedelta(days=90))}

        tokens = read_tokens(session, Secret("abcd-abcd-abcd-abcd"))

        assert tokens.expires_at == ends
        assert tokens.refresh_at == ends - timedelta(minutes=30)

    def test_only_without_an_app_password_does_a_session_lapse(self) -> None:
        ends = datetime(2027, 2, 19, 14, 0, tzinfo=UTC)
        session = {"accessJwt": _jwt(NOON), "refreshJwt": _jwt(ends)}

        assert read_tokens(session, Secret("abcd-abcd-abcd-abcd")).lapses_at is None
        assert read_tokens(session, None).lapses_at == ends


class TestFigures:
    def test_the_figures_have_the_names_of_the_field(self) -> None:
        view = {"uri": URI, "likeCount": 7, "repostCount": 0, "replyCount": 2, "quoteCount": 1}

        found = read_posts(answer(200, {"posts": [view]}, publishes=False), NOON)

        assert found[URI].counts == {
            Metric.LIKES: 7,
            Metric.REPOSTS: 0,
            Metric.REPLIES: 2,
            Metric.QUOTES: 1,
        }

    def test_a_figure_that_is_not_given_is_not_nought(self) -> None:
        found = read_posts(answer(200, {"posts": [{"uri": URI}]}, publishes=False), NOON)

        assert found[URI].counts == {}

    @pytest.mark.parametrize("body", ["", "[]", CLOUDFLARE, {}, {"posts": None}])
    def test_unreadable_figures_can_be_asked_for_again(self, body: object) -> None:
        with pytest.raises(NotSent):
            read_posts(answer(200, body, publishes=False), NOON)


class TestReplies:
    def test_replies_to_replies_are_told_with_what_they_answer(self) -> None:
        below = _view("2", parent=f"{URI}1", minutes=2)
        thread = {"post": {}, "replies": [_view("1", parent=URI, minutes=5, replies=[below])]}

        replies = read_thread(_thread(thread), ACCOUNT.server).replies

        assert [(reply.remote_id, reply.parent_id) for reply in replies] == [
            (f"{URI}2", f"{URI}1"),
            (f"{URI}1", URI),
        ]
        assert replies[0].author_handle == "alice.example.org"

    def test_a_reply_cannot_be_of_tomorrow(self) -> None:
        """The author says when it was written; the AppView knows when it saw it."""
        early = _view("1", parent=URI, minutes=5)
        early["post"]["record"]["createdAt"] = "2031-01-01T00:00:00Z"
        thread = {"post": {}, "replies": [early]}

        (reply,) = read_thread(_thread(thread), ACCOUNT.server).replies

        assert reply.written_at == datetime(2026, 11, 21, 12, 5, tzinfo=UTC)

    def test_hidden_replies_are_marked(self) -> None:
        thread = {"post": {}, "replies": [_view(n, parent=URI, minutes=1) for n in "12"]}
        gate = {"record": {"hiddenReplies": [f"{URI}2"]}}

        replies = read_thread(_thread(thread, threadgate=gate), ACCOUNT.server).replies

        assert [reply.is_hidden for reply in replies] == [False, True]

    def test_blocked_and_vanished_replies_are_left_out(self) -> None:
        gone = [{"uri": URI, "notFound": True}, {"uri": URI, "blocked": True}]

        assert read_thread(_thread({"post": {}, "replies": gone}), "").replies == ()

    def test_a_thread_that_vanished_is_said_to_be_gone(self) -> None:
        with pytest.raises(Refused) as gone:
            read_thread(_thread({"uri": URI, "notFound": True}), ACCOUNT.server)

        assert gone.value.code == "post-gone"

    @pytest.mark.parametrize("post", [{}, {"author": {}}, {"author": None, "record": {}}])
    def test_an_unreadable_reply_is_no_crash(self, post: object) -> None:
        with pytest.raises(NotSent):
            read_thread(_thread({"post": {}, "replies": [{"post": post}]}), ACCOUNT.server)


def _jwt(ends: datetime) -> str:
    claims = json.dumps({"exp": int(ends.timestamp())}).encode()
    return f"head.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.tail"


def _thread(thread: object, **more: object) -> Answer:
    return answer(200, {"thread": thread, **more}, publishes=False)


def _view(number: str, *, parent: str, minutes: int, replies: object = ()) -> dict[str, Any]:
    at = f"2026-11-21T12:{minutes:02}:00.000Z"
    reply = {"root": {"uri": URI, "cid": "bafy"}, "parent": {"uri": parent, "cid": "bafy"}}
    post = {
        "uri": f"{URI}{number}",
        "author": {"did": DID, "handle": "alice.example.org", "displayName": "Alice"},
        "record": {"text": f"Réponse {number}", "createdAt": at, "reply": reply},
        "indexedAt": at,
    }
    return {"post": post, "replies": replies}
