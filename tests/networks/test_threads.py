"""Threads: what is built and how answers are read, without a server."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parvis.networks.contract import MediaFile, Part, Poll, Prepared, Published
from parvis.networks.errors import (
    Blocked,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.likeness import Likeness
from parvis.networks.text import count_units
from parvis.networks.threads.api import API
from parvis.networks.threads.containers import State, Status, interpret_state
from parvis.networks.threads.finding import Row, read_cursor, read_rows, without_topic_sign
from parvis.networks.threads.measures import interpret_metrics, interpret_replies
from parvis.networks.threads.permission import read_tokens
from parvis.networks.threads.post import build_container, build_item, parent_of
from parvis.networks.threads.publishing import read_receipt
from parvis.networks.threads.traits import TRAITS
from parvis.sandbox.threads import counting
from tests.networks.answers import CLOUDFLARE, answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PERMALINK = "https://www.threads.com/@ponts/post/H"
TOO_LONG = "Param text must be at most 500 characters long."
TOO_MANY_LINKS = "THREADS_API__LINK_LIMIT_EXCEEDED"
SIGNS = "aé漢👩‍🚀🏽🇫🇷1️⃣©❤️ \n\u0301\u200d#"


def fault(code: int, subcode: int = 0, message: str = "No", **more: object) -> dict[str, object]:
    error = {"message": message, "type": "OAuthException", "code": code, **more}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


def picture(
    name: str = "shop.jpg", *, alt: str = "", url: str = "https://m.example.org/1"
) -> MediaFile:
    return MediaFile(
        path=Path(name),
        media_type="video/mp4" if name.endswith(".mp4") else "image/jpeg",
        size=1000,
        width=640,
        height=480,
        alt=alt,
        public_url="https://m.example.org/1",
    )


def sent(text: str, **body: object) -> Prepared:
    usual = {"media_type": "TEXT", "children": 0, "reply_to_id": ""}
    return Prepared(key="key", text=text, body=usual | body)


def listed(text: str, **more: object) -> dict[str, object]:
    usual = {"id": "7", "text": text, "timestamp": "2026-11-21T12:00:00+0000"}
    return (
        usual
        | {"permalink": "https://www.threads.com/@ponts/post/H", "media_type": "TEXT_POST"}
        | more
    )


class TestBuilding:
    def test_a_text_is_text_alone(self) -> None:
        assert build_container(Part(text="Bonjour"), "", ()) == {
            "media_type": "TEXT",
            "text": "Bonjour",
        }

    def test_an_image_carries_its_description(self) -> None:
        part = Part(text="", media=(picture(alt="The shop"),))

        assert build_container(part, "", ()) == {
            "media_type": "IMAGE",
            "image_url": "https://m.example.org/1",
            "alt_text": "The shop",
        }

    def test_a_carousel_names_its_items_in_order(self) -> None:
        part = Part(text="Trois", media=(picture(), picture("film.mp4"), picture()))

        assert build_container(part, "", ("11", "12", "13")) == {
            "media_type": "CAROUSEL",
            "text": "Trois",
            "children": "11,12,13",
        }

    def test_an_item_of_a_carousel_says_so(self) -> None:
        assert build_item(picture("film.mp4", alt="Charlie reads")) == {
            "media_type": "VIDEO",
            "is_carousel_item": "true",
            "video_url": "https://m.example.org/1",
            "alt_text": "Charlie reads",
        }

    def test_a_poll_names_its_options_by_letters(self) -> None:
        part = Part(text="Quand ?", poll=Poll(options=("Été", "Hiver"), minutes=1440))

        attachment = build_container(part, "", ())["poll_attachment"]

        assert json.loads(attachment) == {"option_a": "Été", "option_b": "Hiver"}

    def test_an_answer_names_its_parent(self) -> None:
        assert build_container(Part(text="2/2"), "41", ())["reply_to_id"] == "41"

    def test_a_text_is_never_published_by_making_it(self) -> None:
        assert "auto_publish_text" not in build_container(Part(text="Bonjour"), "", ())

    def test_a_part_follows_the_last_and_a_comment_the_first(self) -> None:
        receipts = [Published(remote_id=str(n), url="https://example.org") for n in (1, 2, 3)]

        assert parent_of(Part(text="4/4"), receipts) == "3"
        assert parent_of(Part(text="4/4", is_comment=True), receipts) == "1"
        assert parent_of(Part(text="1/4"), ()) == ""


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "body", "error", "code"),
        [
            (400, fault(24, 4279009), NotSent, "media-not-found"),
            (400, fault(100, 4279071), Refused, "topic-not-permitted"),
            (
                400,
                fault(100, message="THREADS_API__LINK_LIMIT_EXCEEDED"),
                Refused,
                "too-many-links",
            ),
            (400, fault(100, message=TOO_LONG), Refused, "too-long"),
            (400, fault(100, message="Invalid parameter"), Refused, "rejected"),
            (400, fault(1, 2207052), NotSent, "media-unreachable"),
            (401, fault(190, 463), Reconnect, "token-dead"),
            (401, fault(190, 458), Reconnect, "token-dead"),
            (403, fault(10), Reconnect, "scope-missing"),
            (400, fault(4), SlowDown, "rate-limit"),
            (400, fault(2635, message="deprecated version"), Blocked, "version-retired"),
            (400, fault(368), Refused, "refused-as-spam"),
            (500, fault(2), Unknown, "server-trouble"),
            (500, fault(24, 4279009), Unknown, "server-trouble"),
            (400, fault(2), Unknown, "server-trouble"),
            (502, CLOUDFLARE, Unknown, "server-trouble"),
            (403, CLOUDFLARE, NotSent, "odd-answer"),
            (200, "", Unknown, "unreadable"),
            (200, fault(368), Refused, "refused-as-spam"),
        ],
    )
    def test_a_refusal_says_what_to_do_next(
        self, status: int, body: object, error: type[NetworkError], code: str
    ) -> None:
        with pytest.raises(error) as refusal:
            API.accepted(answer(status, body))

        assert refusal.value.code == code

    def test_minutes_to_wait_are_heeded(self) -> None:
        usage = {"threads": [{"call_count": 100, "estimated_time_to_regain_access": 5}]}
        headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}

        with pytest.raises(SlowDown) as limit:
            API.accepted(answer(400, fault(4), headers=headers))

        assert limit.value.until is not None
        wait = limit.value.until - datetime.now(UTC)
        assert timedelta(minutes=4) < wait <= timedelta(minutes=5)


class TestContainers:
    @pytest.mark.parametrize("status", ["IN_PROGRESS", "FINISHED", "PUBLISHED", "EXPIRED"])
    def test_a_status_is_read(self, status: str) -> None:
        state = interpret_state(answer(200, {"id": "1", "status": status}, publishes=False))

        assert state == State(status=Status(status))

    def test_a_failure_says_why(self) -> None:
        told = {"id": "1", "status": "ERROR", "error_message": "INVALID_DURATION"}

        state = interpret_state(answer(200, told, publishes=False))

        assert state == State(status=Status.ERROR, error="INVALID_DURATION")

    @pytest.mark.parametrize("prefix", ["", "(#100) "])
    def test_a_container_without_a_status_was_published(self, prefix: str) -> None:
        said = fault(100, message=f"{prefix}Tried accessing nonexisting field (status)")

        assert interpret_state(answer(400, said)).status is Status.PUBLISHED
        assert interpret_state(answer(200, said)).status is Status.PUBLISHED

    @pytest.mark.parametrize("said", [fault(100, 33), fault(24)])
    def test_a_container_that_is_not_there_is_gone(self, said: dict[str, object]) -> None:
        assert interpret_state(answer(400, said)).status is Status.GONE

    @pytest.mark.parametrize("told", [{"id": "1"}, {"id": "1", "status": "NEVER_HEARD"}])
    def test_a_status_that_nobody_knows_is_no_status(self, told: dict[str, object]) -> None:
        with pytest.raises(NotSent) as trouble:
            interpret_state(answer(200, told, publishes=False))

        assert trouble.value.code == "unreadable"


class TestLikeness:
    @pytest.mark.parametrize(
        ("written", "returned"),
        [
            ("Bonjour", "Bonjour"),
            ("  Bonjour  à tous ", "Bonjour à tous"),
            ("#Paris #Lyon", "Paris #Lyon"),
            ("Ce soir #lecture, venez !", "Ce soir lecture, venez !"),
            ("#1 des ventes #roman", "#1 des ventes roman"),
            ("caf\u00e9", "cafe\u0301"),
        ],
    )
    def test_a_text_as_threads_returns_it_is_the_same(self, written: str, returned: str) -> None:
        row = Row.from_json(listed(returned))

        assert row.likeness(sent(written)) is Likeness.SAME

    def test_a_text_that_differs_in_signs_alone_is_alike(self) -> None:
        row = Row.from_json(listed("Bonjour @ponts"))

        assert row.likeness(sent("Bonjour ponts!")) is Likeness.ALIKE

    def test_another_text_is_another_post(self) -> None:
        assert Row.from_json(listed("Bonsoir")).likeness(sent("Bonjour")) is Likeness.OTHER

    @pytest.mark.parametrize(
        "more",
        [
            {"media_type": "IMAGE"},
            {"replied_to": {"id": "41"}},
            {"children": {"data": [{"id": "1"}, {"id": "2"}]}},
        ],
    )
    def test_another_kind_or_parent_is_another_post(self, more: dict[str, object]) -> None:
        row = Row.from_json(listed("Bonjour", **more))

        assert row.likeness(sent("Bonjour")) is Likeness.OTHER

    def test_a_carousel_of_another_number_is_another_post(self) -> None:
        children = {"data": [{"id": "1"}, {"id": "2"}]}
        row = Row.from_json(listed("Bonjour", media_type="CAROUSEL_ALBUM", children=children))

        assert row.likeness(sent("Bonjour", media_type="CAROUSEL", children=2)) is Likeness.SAME
        assert row.likeness(sent("Bonjour", media_type="CAROUSEL", children=3)) is Likeness.OTHER

    def test_a_number_is_no_topic(self) -> None:
        assert without_topic_sign("#1 et #2026") == "#1 et #2026"

    @given(st.text())
    @example("# #a")
    def test_our_reading_of_the_topic_is_that_of_the_sandbox(self, text: str) -> None:
        found = counting.first_tag(text)
        expected = text if found is None else text[: found[0]] + text[found[0] + 1 :]

        assert without_topic_sign(text) == expected

    def test_what_is_no_listing_cannot_be_read(self) -> None:
        for told in ({}, {"data": 1}, {"data": [{"id": "1"}]}, {"data": ["x"]}):
            with pytest.raises(NotSent):
                read_rows(answer(200, told, publishes=False))

    def test_a_listing_without_cursors_has_no_more(self) -> None:
        assert read_cursor(answer(200, {"data": []})) == ""
        paging = {"cursors": {"before": "a", "after": "b"}}
        assert read_cursor(answer(200, {"data": [], "paging": paging})) == "b"


class TestReading:
    def test_a_receipt_tells_where_and_when(self) -> None:
        told = {
            "id": "7",
            "permalink": "https://www.threads.com/@ponts/post/H",
            "timestamp": "2026-11-21T12:00:00+0000",
        }

        receipt = read_receipt(answer(200, told, publishes=False), "7")

        assert (receipt.remote_id, receipt.published_at) == ("7", NOON)

    def test_a_time_that_cannot_be_read_is_not_made_up(self) -> None:
        told = {"id": "7", "permalink": "https://www.threads.com/x", "timestamp": "noon"}

        assert read_receipt(answer(200, told, publishes=False), "7").published_at is None

    def test_tokens_live_for_60_days_and_are_renewed_within_a_week(self) -> None:
        told = {"access_token": "long", "token_type": "bearer", "expires_in": 5_184_000}

        tokens = read_tokens(answer(200, told, publishes=False), NOON)

        assert tokens.expires_at == NOON + timedelta(days=60)
        assert tokens.refresh_at == NOON + timedelta(days=7)
        assert "threads_content_publish" in tokens.scopes

    def test_figures_of_either_form_are_read(self) -> None:
        told = {
            "data": [
                {"name": "views", "values": [{"value": 41}]},
                {"name": "likes", "total_value": {"value": 7}},
                {"name": "unheard_of", "values": [{"value": 1}]},
            ]
        }

        metrics = interpret_metrics("7", [answer(200, told, publishes=False)])

        assert dict(metrics.counts) == {"views": 41, "likes": 7}

    def test_a_reply_without_a_name_is_kept(self) -> None:
        told = {"data": [{"id": "9", "timestamp": "2026-11-21T12:00:00+0000"}]}

        (reply,) = interpret_replies(answer(200, told, publishes=False), "7").replies

        assert (reply.parent_id, reply.author_handle, reply.text) == ("7", "", "")


class TestCounting:
    @given(st.text(alphabet=st.sampled_from(SIGNS), max_size=40) | st.text())
    @example("👨‍👩‍👧‍👦")
    @example("©️™❤")
    @example("🏴󠁧󠁢󠁥󠁮󠁧󠁿")
    def test_no_text_is_longer_for_threads_than_for_us(self, text: str) -> None:
        assert counting.length(text) <= count_units(text, TRAITS)

    def test_an_emoji_counts_as_its_bytes(self) -> None:
        assert count_units("é" * 496 + "📚", TRAITS) == 500
        assert counting.length("é" * 496 + "📚") == 500

    def test_the_limits_survive_being_stored(self) -> None:
        assert type(TRAITS).from_json(TRAITS.to_json()) == TRAITS
        assert replace(TRAITS, text_limit=1) != TRAITS
