"""The sandbox's X holds to X's own limits, whoever asks."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.networks.media import draw_picture
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox


class Caller:
    """Speaks to X by hand."""

    def __init__(self, sandbox: RunningSandbox, account: str = "ponts") -> None:
        token = sandbox.token("x", account)
        self._origin = sandbox.origin("x")
        self.token: str = token["access_token"]
        self.id: str = token["account_id"]

    def get(self, path: str, **query: str) -> Answer:
        named = {name.replace("_fields", ".fields"): value for name, value in query.items()}
        return ask("GET", f"{self._origin}{path}", token=self.token, query=named)

    def post(self, path: str, **stated: Any) -> Answer:
        return ask("POST", f"{self._origin}{path}", token=self.token, json=stated)

    def created(self, **stated: Any) -> str:
        return str(self.post("/2/tweets", **stated).confirmed().json["data"]["id"])

    def uploaded(self, path: Path, category: str = "tweet_image") -> str:
        content = base64.b64encode(path.read_bytes()).decode()
        sent = self.post("/2/media/upload", media=content, media_category=category)
        return str(sent.confirmed().json["data"]["id"])


@pytest.fixture
def ponts(sandbox: RunningSandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shop-window.png"
    draw_picture(path)
    return path


def test_a_text_beyond_280_is_too_long(ponts: Caller) -> None:
    assert ponts.post("/2/tweets", text="日" * 140).status == 201

    refusal = ponts.post("/2/tweets", text="日" * 141)

    assert refusal.status == 400
    assert "too long" in refusal.json["detail"]


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"text": ""},
        {"text": 7},
        {"text": "Bonjour", "status": "public"},
        {"text": "Bonjour", "reply_settings": "everybody"},
        {"text": "Bonjour", "media": {"media_ids": []}},
        {"text": "Bonjour", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "Bonjour", "media": {"media_ids": ["1234567890"]}},
        {"text": "Bonjour", "reply": {}},
        {"text": "Bonjour", "poll": {"options": ["Un"], "duration_minutes": 60}},
        {"text": "Bonjour", "poll": {"options": ["Un", "Deux"], "duration_minutes": 4}},
        {"text": "Bonjour", "poll": {"options": ["Un", "x" * 26], "duration_minutes": 60}},
        {
            "text": "Bonjour",
            "media": {"media_ids": ["1"]},
            "poll": {"options": ["Un", "Deux"], "duration_minutes": 60},
        },
    ],
)
def test_a_request_that_x_does_not_describe_is_invalid(
    sandbox: RunningSandbox, ponts: Caller, stated: dict[str, Any]
) -> None:
    refusal = ponts.post("/2/tweets", **stated)

    assert refusal.status == 400
    assert refusal.json["type"].endswith("/invalid-request")
    assert sandbox.posts("x") == []


def test_two_cashtags_and_quotes_are_for_larger_customers(ponts: Caller) -> None:
    post_id = ponts.created(text="Bonjour $PONTS")

    assert ponts.post("/2/tweets", text="$PONTS $LIVRE").status == 403
    assert ponts.post("/2/tweets", text="Voyez", quote_tweet_id=post_id).status == 403


def test_a_stranger_is_answered_only_when_they_named_us(sandbox: RunningSandbox) -> None:
    ponts, events = Caller(sandbox), Caller(sandbox, "ponts_events")
    silent = events.created(text="Bonjour à tous")
    naming = events.created(text="Bonjour @ponts")

    refusal = ponts.post("/2/tweets", text="Merci", reply={"in_reply_to_tweet_id": silent})

    assert refusal.status == 403
    assert "not allowed" in refusal.json["detail"]
    ponts.created(text="Merci", reply={"in_reply_to_tweet_id": naming})


def test_media_are_their_owners_alone(sandbox: RunningSandbox, picture: Path) -> None:
    theirs = Caller(sandbox, "ponts_events").uploaded(picture)

    refusal = Caller(sandbox).post("/2/tweets", text="", media={"media_ids": [theirs]})

    assert refusal.json["errors"][0]["message"] == "Your media IDs are invalid."


def test_media_die_after_a_day(sandbox: RunningSandbox, ponts: Caller, picture: Path) -> None:
    media_id = ponts.uploaded(picture)
    sandbox.advance(86401)

    refusal = Caller(sandbox).post("/2/tweets", text="", media={"media_ids": [media_id]})

    assert refusal.status == 400


@pytest.mark.parametrize(
    ("category", "content"),
    [
        ("tweet_image", b"no picture"),
        ("tweet_image", b"x" * (5 * 1024 * 1024 + 1)),
        ("banner", b"no picture"),
        ("tweet_image", b""),
    ],
)
def test_what_is_no_picture_is_not_taken(ponts: Caller, category: str, content: bytes) -> None:
    media = base64.b64encode(content).decode()

    assert ponts.post("/2/media/upload", media=media, media_category=category).status == 400


def test_segments_must_add_up(ponts: Caller) -> None:
    begun = ponts.post(
        "/2/media/upload/initialize",
        media_type="video/mp4",
        media_category="tweet_video",
        total_bytes=10,
    ).confirmed()
    path = f"/2/media/upload/{begun.json['data']['id']}"
    half = base64.b64encode(b"12345").decode()
    ponts.post(f"{path}/append", media=half, segment_index=0).confirmed()
    ponts.post(f"{path}/append", media=half, segment_index=0).confirmed()

    refusal = ponts.post(f"{path}/finalize")

    assert refusal.status == 400
    assert "add up" in refusal.json["errors"][0]["message"]


def test_an_alt_text_has_a_thousand_characters(ponts: Caller, picture: Path) -> None:
    media_id = ponts.uploaded(picture)

    def describe(text: str) -> int:
        metadata = {"alt_text": {"text": text}}
        return ponts.post("/2/media/metadata", id=media_id, metadata=metadata).status

    assert (describe("é" * 1000), describe("é" * 1001)) == (200, 400)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/2/users/{id}/tweets", {"max_results": "4"}),
        ("/2/users/{id}/tweets", {"max_results": "101"}),
        ("/2/users/{id}/tweets", {"start_time": "yesterday"}),
        ("/2/users/{id}/tweets", {"pagination_token": "nonsense"}),
        ("/2/users/{id}/tweets", {"count": "5"}),
        ("/2/tweets", {"ids": ",".join(str(number) for number in range(101))}),
        ("/2/tweets", {"ids": "1", "post_fields": "like_count"}),
        ("/2/tweets/search/recent", {"query": ""}),
        ("/2/tweets/search/recent", {"query": "nonsense:1"}),
        ("/2/tweets/search/recent", {"query": "livre", "max_results": "9"}),
    ],
)
def test_a_question_that_x_does_not_describe_is_invalid(
    ponts: Caller, path: str, query: dict[str, str]
) -> None:
    assert ponts.get(path.format(id=ponts.id), **query).status == 400


def test_every_answer_counts_down(ponts: Caller) -> None:
    first, second = ponts.get("/2/users/me"), ponts.get("/2/users/me")

    assert first.headers["x-rate-limit-limit"] == "75"
    assert (first.headers["x-rate-limit-remaining"], second.headers["x-rate-limit-remaining"]) == (
        "74",
        "73",
    )
    assert int(first.headers["x-rate-limit-reset"]) > 1_700_000_000


def test_the_newer_words_leave_out_what_comes_by_expansion(ponts: Caller) -> None:
    first = ponts.created(text="Un")
    second = ponts.created(text="Deux", reply={"in_reply_to_tweet_id": first})

    named = ponts.get("/2/tweets", ids=second, post_fields="author_id,referenced_posts").json
    expanded = ponts.get(
        "/2/tweets", ids=second, post_fields="lang", expansions="author_id,referenced_posts"
    ).json

    assert set(named["data"][0]) == {"id", "text", "edit_history_post_ids"}
    assert expanded["data"][0]["author_id"] == ponts.id
    assert expanded["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": first}]
    assert [one["id"] for one in expanded["includes"]["posts"]] == [first]


def test_private_figures_are_shown_to_nobody_else(sandbox: RunningSandbox) -> None:
    post_id = Caller(sandbox).created(text="Bonjour")

    told = Caller(sandbox, "ponts_events").get(
        "/2/tweets", ids=post_id, post_fields="public_metrics,non_public_metrics"
    )

    assert told.status == 200
    assert "data" not in told.json
    assert told.json["errors"][0]["type"].endswith("/not-authorized-for-field")


def test_a_public_app_names_itself_and_a_secret_one_must_prove_itself(
    sandbox: RunningSandbox,
) -> None:
    url = f"{sandbox.origin('x')}/2/oauth2/token"
    form = {"grant_type": "refresh_token", "refresh_token": "r", "client_id": "parvis-sandbox"}

    assert ask("POST", url, form=form).json["error"] == "unauthorized_client"


def test_a_revoked_token_is_dead(sandbox: RunningSandbox, ponts: Caller) -> None:
    told = base64.b64encode(b"parvis-sandbox:parvis-sandbox-secret").decode()
    ask(
        "POST",
        f"{sandbox.origin('x')}/2/oauth2/revoke",
        form={"token": ponts.token},
        headers={"Authorization": f"Basic {told}"},
    ).confirmed()

    assert ponts.get("/2/users/me").status == 401


def test_a_visitor_reads_the_post_on_its_page(sandbox: RunningSandbox, ponts: Caller) -> None:
    post_id = ponts.created(text="Lecture à 19 h : example.org/lecture")

    page = ask("GET", f"{sandbox.origin('x')}/ponts/status/{post_id}").confirmed().body.decode()

    assert "Lecture à 19 h" in page
    assert "Librairie Ponts" in page
