"""X: what is built and how answers are read, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Part,
    Poll,
    Prepared,
    Presence,
    Published,
    Tokens,
    Traits,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.likeness import Listing
from parvis.networks.secret import Secret
from parvis.networks.traits import ReplySetting
from parvis.networks.x import X
from parvis.networks.x.api import API, failure, moment_of
from parvis.networks.x.comparing import Likeness, Post
from parvis.networks.x.finding import judge_posts, read_page
from parvis.networks.x.measures import read_figures
from parvis.networks.x.permission import WAY, read_tokens
from parvis.networks.x.post import build_post, read_receipt
from parvis.networks.x.traits import TRAITS
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACCOUNT = Account(
    network="x",
    server=API,
    remote_id="42",
    handle="ponts",
    tokens=Tokens(access=Secret("access"), refresh=Secret("renews")),
    traits=TRAITS,
)
FOR_EVER = Account(
    network="x",
    server=API,
    remote_id="42",
    handle="ponts",
    tokens=Tokens(access=Secret("access")),
    traits=TRAITS,
)


def problem(detail: str, kind: str = "about:blank", title: str = "Forbidden") -> dict[str, Any]:
    return {"detail": detail, "type": kind, "title": title}


def named(kind: str) -> str:
    return f"https://api.twitter.com/2/problems/{kind}"


def listed(text: str, **more: Any) -> dict[str, Any]:
    made = {"id": "7", "conversation_id": "7", "created_at": "2026-11-21T12:00:00.000Z"}
    return made | {"text": text} | more


def link(short: str, target: str) -> dict[str, Any]:
    return {"url": short, "expanded_url": target}


def prepared(text: str, **body: Any) -> Prepared:
    return Prepared(key="k", text=text, body={"text": text} | body)


class TestPermission:
    def test_people_are_sent_to_x_and_not_to_its_api(self) -> None:
        app = AppRegistration(client_id="an-id", client_secret=Secret(""))
        back = "https://parvis.example.org/back"

        page = X().authorise_url(API, WAY, app, back, "a-state", "a-challenge")

        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert page.startswith("https://x.com/i/oauth2/authorize?")
        assert asked == {
            "response_type": "code",
            "client_id": "an-id",
            "redirect_uri": back,
            "scope": "tweet.read tweet.write users.read media.write offline.access",
            "state": "a-state",
            "code_challenge": "a-challenge",
            "code_challenge_method": "S256",
        }

    def test_a_sandbox_keeps_people_and_program_in_one_place(self) -> None:
        app = AppRegistration(client_id="an-id", client_secret=Secret(""))

        page = X().authorise_url("http://127.0.0.1:8601", WAY, app, "http://localhost", "s", "c")

        assert page.startswith("http://127.0.0.1:8601/i/oauth2/authorize?")

    def test_tokens_without_a_refresh_token_are_not_to_be_renewed(self) -> None:
        granted = {"access_token": "a", "expires_in": 7200, "scope": "tweet.read"}

        tokens = read_tokens(answer(200, granted), NOON)

        assert tokens.expires_at == NOON + timedelta(hours=2)
        assert (tokens.refresh, tokens.refresh_at) == (None, None)

    def test_a_short_life_is_renewed_at_its_middle(self) -> None:
        granted = {"access_token": "a", "expires_in": 600, "refresh_token": "r"}

        assert read_tokens(answer(200, granted), NOON).refresh_at == NOON + timedelta(minutes=5)


class TestRequests:
    def test_a_text_goes_alone(self) -> None:
        assert build_post(Part(text="Bonjour"), [], []) == {"text": "Bonjour"}

    def test_all_that_a_part_has_is_said(self) -> None:
        part = Part(
            text="Samedi ?",
            poll=Poll(options=("Oui", "Non"), minutes=60),
            reply_setting=ReplySetting.SUBSCRIBERS,
        )
        first = Published(remote_id="1", url="")
        second = Published(remote_id="2", url="")

        assert build_post(part, [], [first, second]) == {
            "text": "Samedi ?",
            "poll": {"options": ["Oui", "Non"], "duration_minutes": 60},
            "reply": {"in_reply_to_tweet_id": "2"},
            "reply_settings": "subscribers",
        }

    @pytest.mark.parametrize("setting", [None, ReplySetting.EVERYONE])
    def test_everyone_may_answer_where_nothing_is_said(self, setting: ReplySetting | None) -> None:
        assert "reply_settings" not in build_post(
            Part(text="Bonjour", reply_setting=setting), [], []
        )

    def test_limits_survive_being_stored(self) -> None:
        assert Traits.from_json(TRAITS.to_json()) == TRAITS


class TestReceipts:
    def test_the_id_tells_when_the_post_was_made(self) -> None:
        """The id and the time of the post that X’s documents show as an example."""
        moment = moment_of("1346889436626259968")

        assert moment is not None
        assert moment.isoformat(timespec="seconds") == "2021-01-06T18:40:40+00:00"

    def test_the_receipt_says_where_people_read_the_post(self) -> None:
        posted = {"data": {"id": "1346889436626259968", "text": "Bonjour"}}

        receipt = read_receipt(answer(201, posted), ACCOUNT)

        assert receipt.url == "https://x.com/ponts/status/1346889436626259968"

    @pytest.mark.parametrize(
        "body", ["", "<html>", [], {}, {"data": None}, {"data": {}}, {"data": {"id": 7}}]
    )
    def test_a_yes_that_cannot_be_read_is_unknown(self, body: Any) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(201, body), ACCOUNT)


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "body", "error", "code"),
        [
            (400, problem("Your Tweet text is too long. For more"), Refused, "too-long"),
            (403, problem("Tweet needs to be a bit shorter."), Refused, "too-long"),
            (403, problem("You are not allowed to create a Tweet with duplicate content."),
             Duplicate, "duplicate"),
            (403, problem("You are not permitted to perform this action."), Refused,
             "not-permitted"),
            (403, problem("Forbidden"), Refused, "rejected"),
            (403, problem("x", named("client-forbidden")), Blocked, "app-not-enrolled"),
            (403, problem("x", named("oauth1-permissions")), Reconnect, "scope-missing"),
            (402, problem("x", named("credits"), "CreditsDepleted"), Blocked, "out-of-credit"),
            (402, CLOUDFLARE, Blocked, "out-of-credit"),
            (403, problem("x", named("usage-capped")), Blocked, "out-of-credit"),
            (429, problem("Usage cap exceeded", named("usage-capped")), Blocked,
             "out-of-credit"),
            (429, problem("Too Many Requests"), SlowDown, "rate-limit"),
            (429, CLOUDFLARE, SlowDown, "rate-limit"),
            (403, problem("User is over daily status update limit."), SlowDown, "daily-limit"),
            (410, problem("Gone"), Blocked, "retired"),
            (413, NGINX_413, Refused, "media-too-large"),
            (404, problem("Not Found"), Refused, "rejected"),
            (403, CLOUDFLARE, NotSent, "odd-answer"),
            (404, "", NotSent, "odd-answer"),
            (500, problem("Internal"), Unknown, "server-trouble"),
            (503, CLOUDFLARE, Unknown, "server-trouble"),
            (302, "", Unknown, "server-trouble"),
        ],
    )  # fmt: skip
    def test_each_answer_is_a_decision(
        self, status: int, body: Any, error: type[NetworkError], code: str
    ) -> None:
        found = failure(answer(status, body), ACCOUNT)

        assert (type(found), found.code) == (error, code)

    def test_a_reason_in_a_list_is_read(self) -> None:
        said = {
            "errors": [{"parameters": {}, "message": "Your media IDs are invalid."}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": named("invalid-request"),
        }

        assert type(failure(answer(400, said), ACCOUNT)) is PrepareAnew

    def test_a_permission_that_can_be_renewed_has_only_lapsed(self) -> None:
        said = problem("Unauthorized", title="Unauthorized")

        assert type(failure(answer(401, said), ACCOUNT)) is Expired
        assert type(failure(answer(401, said), FOR_EVER)) is Reconnect

    def test_the_window_ends_when_x_says_so(self) -> None:
        reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
        headers = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(reset.timestamp())),
        }

        found = failure(answer(429, problem("Too Many Requests"), headers=headers))

        assert isinstance(found, SlowDown)
        assert found.until == reset

    def test_a_full_day_outlasts_the_window(self) -> None:
        soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
        tomorrow = soon + timedelta(hours=20)
        headers = {
            "x-rate-limit-remaining": "52",
            "x-rate-limit-reset": str(int(soon.timestamp())),
            "x-user-limit-24hour-remaining": "0",
            "x-user-limit-24hour-reset": str(int(tomorrow.timestamp())),
        }

        found = failure(answer(429, problem("Too Many Requests"), headers=headers))

        assert isinstance(found, SlowDown)
        assert found.until == tomorrow

    def test_what_x_said_is_passed_on_without_secrets(self) -> None:
        said = problem("Bearer abcdefghijklmnop is not welcome")

        found = failure(answer(403, said), ACCOUNT)

        assert "abcdefghijklmnop" not in found.sentence
        assert "is not welcome" in found.sentence


class TestLikeness:
    def likeness(self, sent: Prepared, text: str, **more: Any) -> Likeness:
        return Post.from_json(listed(text, **more)).likeness(sent)

    def test_entities_and_short_links_stand_for_what_was_written(self) -> None:
        sent = prepared("Thé & livres <ici> https://example.org/a?b=1&c=2 fin")
        urls = [link("https://t.co/abc", "https://example.org/a?b=1&c=2")]

        found = self.likeness(
            sent,
            "Thé &amp; livres &lt;ici&gt; https://t.co/abc fin",
            entities={"urls": urls},
        )

        assert found is Likeness.SAME

    def test_a_link_without_a_scheme_gets_one(self) -> None:
        urls = [link("https://t.co/abc", "http://example.org")]

        found = self.likeness(
            prepared("Voir example.org"), "Voir https://t.co/abc", entities={"urls": urls}
        )

        assert found is Likeness.SAME

    def test_the_link_to_the_media_is_no_text(self) -> None:
        urls = [
            link("https://t.co/pic", "https://x.com/ponts/status/7/photo/1") | {"media_key": "3_99"}
        ]

        post = Post.from_json(listed("Bonjour https://t.co/pic", entities={"urls": urls}))

        assert post.text == "Bonjour"

    @pytest.mark.parametrize(
        "target",
        [
            "https://EXAMPLE.org/Lecture",
            "https://www.example.org/lecture/",
            "http://example.org/lecture",
        ],
    )
    def test_a_link_that_is_written_otherwise_leaves_a_doubt(self, target: str) -> None:
        found = self.likeness(
            prepared("Voir https://example.org/lecture"),
            "Voir https://t.co/abc",
            entities={"urls": [link("https://t.co/abc", target)]},
        )

        assert found is Likeness.ALIKE

    def test_a_link_that_x_does_not_tell_leaves_a_doubt(self) -> None:
        found = self.likeness(prepared("Voir https://example.org/lecture"), "Voir https://t.co/abc")

        assert found is Likeness.ALIKE

    def test_the_same_words_with_another_link_are_another_post(self) -> None:
        found = self.likeness(
            prepared("Voir https://example.org/lecture"),
            "Voir https://t.co/abc",
            entities={"urls": [link("https://t.co/abc", "https://example.org/concert")]},
        )

        assert found is Likeness.OTHER

    def test_two_emoji_are_two_texts(self) -> None:
        assert self.likeness(prepared("📚"), "🎷") is Likeness.OTHER

    def test_the_same_upload_is_the_same_post(self) -> None:
        sent = prepared("Bonjour", media={"media_ids": ["99"]})

        found = self.likeness(sent, "Bon jour", attachments={"media_keys": ["7_99"]})

        assert found is Likeness.SAME

    def test_another_number_of_pictures_is_another_post(self) -> None:
        sent = prepared("Bonjour", media={"media_ids": ["99"]})

        assert self.likeness(sent, "Bonjour") is Likeness.OTHER

    def test_a_post_without_the_poll_is_another(self) -> None:
        sent = prepared("Samedi ?", poll={"options": ["Oui", "Non"], "duration_minutes": 60})

        assert self.likeness(sent, "Samedi ?") is Likeness.OTHER
        assert self.likeness(sent, "Samedi ?", attachments={"poll_ids": ["8"]}) is Likeness.SAME

    @pytest.mark.parametrize("name", ["referenced_posts", "referenced_tweets"])
    def test_the_answered_post_is_compared_in_both_vocabularies(self, name: str) -> None:
        sent = prepared("Suite", reply={"in_reply_to_tweet_id": "5"})
        thread = {"conversation_id": "1"}
        to_ours = thread | {name: [{"type": "replied_to", "id": "5"}]}
        to_another = thread | {name: [{"type": "replied_to", "id": "6"}]}

        assert self.likeness(sent, "Suite", **to_ours) is Likeness.SAME
        assert self.likeness(sent, "Suite", **to_another) is Likeness.OTHER
        assert self.likeness(prepared("Suite"), "Suite", **to_ours) is Likeness.OTHER

    def test_an_answer_to_something_untold_leaves_a_doubt(self) -> None:
        sent = prepared("Suite", reply={"in_reply_to_tweet_id": "5"})

        assert self.likeness(sent, "Suite", conversation_id="1") is Likeness.ALIKE

    def test_an_answer_is_never_a_post_of_its_own(self) -> None:
        assert self.likeness(prepared("Suite"), "Suite", conversation_id="1") is Likeness.OTHER


class TestJudging:
    def judged(self, *texts: str, is_complete: bool = True) -> Presence:
        posts = tuple(
            Post.from_json(listed(text, id=str(number), conversation_id=str(number)))
            for number, text in enumerate(texts)
        )
        listing = Listing(posts=posts, is_complete=is_complete)
        return judge_posts(listing, prepared("Bonjour à tous"), ACCOUNT).presence

    def test_one_that_is_the_same_is_ours(self) -> None:
        assert self.judged("Bonjour à tous", "Bonsoir") is Presence.PRESENT

    def test_two_that_are_the_same_cannot_be_told_apart(self) -> None:
        assert self.judged("Bonjour à tous", "Bonjour à  tous") is Presence.CANNOT_TELL

    def test_one_that_is_alike_is_a_doubt(self) -> None:
        assert self.judged("bonjour, à tous !") is Presence.CANNOT_TELL

    def test_none_is_absence_when_all_was_listed(self) -> None:
        assert self.judged("Bonsoir") is Presence.ABSENT

    def test_none_is_no_absence_when_some_may_be_missing(self) -> None:
        assert self.judged("Bonsoir", is_complete=False) is Presence.CANNOT_TELL

    def test_one_is_not_known_to_be_the_only_one_when_some_may_be_missing(self) -> None:
        assert self.judged("Bonjour à tous", is_complete=False) is Presence.CANNOT_TELL


class TestTimelines:
    def test_an_empty_timeline_says_that_it_is(self) -> None:
        page = read_page(answer(200, {"meta": {"result_count": 0}}, publishes=False), ACCOUNT)

        assert (page.posts, page.next_token, page.is_whole) == ((), "", True)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"data": []},
            {"meta": {"result_count": 3}},
            {"meta": {"result_count": 1}, "data": [{"id": "7", "text": "no time"}]},
            "",
            CLOUDFLARE,
        ],
    )
    def test_an_answer_that_may_hide_something_is_not_believed(self, body: Any) -> None:
        with pytest.raises(NotSent):
            read_page(answer(200, body, publishes=False), ACCOUNT)

    def test_a_post_that_x_keeps_back_leaves_the_list_incomplete(self) -> None:
        body = {"meta": {"result_count": 0}, "errors": [problem("withheld")]}

        assert not read_page(answer(200, body, publishes=False), ACCOUNT).is_whole


class TestFigures:
    def test_a_figure_that_is_not_told_is_not_nought(self) -> None:
        body = {"data": [{"id": "7", "public_metrics": {"like_count": 3}}]}

        (read,) = read_figures(answer(200, body), ["7"]).values()

        assert dict(read.counts) == {"likes": 3}

    @pytest.mark.parametrize("name", ["repost_count", "retweet_count"])
    def test_reposts_are_read_in_both_vocabularies(self, name: str) -> None:
        body = {"data": [{"id": "7", "public_metrics": {name: 4}}]}

        assert dict(read_figures(answer(200, body), ["7"])["7"].counts) == {"reposts": 4}

    def test_a_post_that_is_withheld_is_not_called_gone(self) -> None:
        body = {"errors": [{"resource_id": "7", "type": named("not-authorized-for-resource")}]}

        assert read_figures(answer(200, body), ["7"]) == {}
