"""LinkedIn: what is asked of it, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.restli.utils import encoder

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Part,
    Poll,
    Prepared,
    Presence,
    Published,
    Tokens,
    Visibility,
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
from parvis.networks.fit import refuse_misfit
from parvis.networks.linkedin import LinkedIn
from parvis.networks.linkedin.api import failure, next_midnight
from parvis.networks.linkedin.comparing import Likeness, Listed
from parvis.networks.linkedin.looking import Search, floor_of, judge, judge_duplicate
from parvis.networks.linkedin.moments import moment_of
from parvis.networks.linkedin.permission import MEMBER, read_grant, read_renewal
from parvis.networks.linkedin.post import (
    build_comment,
    build_post,
    read_receipt,
    refuse_thread,
)
from parvis.networks.linkedin.restli import address, encode
from parvis.networks.linkedin.traits import MEMBER_TRAITS
from parvis.networks.secret import Secret
from tests.networks.answers import CLOUDFLARE, NGINX_413, answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PERSON = "urn:li:person:yrZCpj2Z12"
ACCOUNT = Account(
    network="linkedin",
    server="https://api.linkedin.com",
    remote_id=PERSON,
    handle="Librairie Ponts",
    tokens=Tokens(access=Secret("access")),
    traits=MEMBER_TRAITS,
)
ORGANISATION = replace(ACCOUNT, remote_id="urn:li:organization:42")
POST = Published(remote_id="urn:li:share:7141138937766391808", url="https://www.linkedin.com/")
POLL = Poll(options=("Roman", "Essai"), minutes=3 * 24 * 60)


def share_of(moment: datetime) -> str:
    return f"urn:li:share:{int(moment.timestamp() * 1000) << 22}"


def prepared(text: str = "Bonjour", part: Part | None = None) -> Prepared:
    built = build_post(ACCOUNT, part or Part(text=text), [])
    return Prepared(key="key", text=text, body=built)


def search(sent_at: datetime = NOON, **more: object) -> Search:
    return Search(
        **{"account": ACCOUNT, "prepared": prepared(), "sent_at": sent_at, "others": frozenset()}
        | more  # type: ignore[arg-type]
    )


class TestBuilding:
    def test_a_post_says_all_that_linkedin_requires(self) -> None:
        assert build_post(ACCOUNT, Part(text="Bonjour (à tous)"), []) == {
            "author": PERSON,
            "commentary": r"Bonjour \(à tous\)",
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }

    def test_a_post_can_be_for_connections_alone(self) -> None:
        part = Part(text="Bonjour", visibility=Visibility.CONNECTIONS)

        assert build_post(ACCOUNT, part, [])["visibility"] == "CONNECTIONS"

    def test_the_first_line_of_a_poll_is_its_question(self) -> None:
        body = build_post(ACCOUNT, Part(text="Que lire ?\n\nDites-nous (tout).", poll=POLL), [])

        assert body["commentary"] == r"Dites-nous \(tout\)."
        assert body["content"]["poll"] == {
            "question": "Que lire ?",
            "options": [{"text": "Roman"}, {"text": "Essai"}],
            "settings": {"duration": "THREE_DAYS"},
        }

    @pytest.mark.parametrize("text", ["q" * 141, "📚" * 71, "q" * 141 + "\nEt puis ?"])
    def test_a_question_that_is_too_long_is_refused(self, text: str) -> None:
        with pytest.raises(Refused) as refusal:
            refuse_misfit(Part(text=text, poll=POLL), MEMBER_TRAITS, "LinkedIn")

        assert refusal.value.code == "poll-question"
        assert "first line" in refusal.value.sentence

    def test_a_question_of_140_is_not_refused(self) -> None:
        part = Part(text="q" * 140 + "\n" + "r" * 500, poll=POLL)

        refuse_misfit(part, MEMBER_TRAITS, "LinkedIn")

    def test_a_thread_is_refused(self) -> None:
        with pytest.raises(Refused) as refusal:
            refuse_thread(Part(text="Suite"), (POST,))

        assert refusal.value.code == "no-thread"

    def test_a_comment_is_plain_text(self) -> None:
        part = Part(text="Voir (ici) #livres", is_comment=True)

        assert build_comment(ACCOUNT, part, POST) == {
            "actor": PERSON,
            "object": POST.remote_id,
            "message": {"text": "Voir (ici) #livres"},
        }


class TestAddresses:
    def test_keys_and_values_are_escaped_and_brackets_are_not(self) -> None:
        asked = address(
            "https://api.linkedin.com",
            "/rest/posts/{}",
            "urn:li:share:1",
            entity={"share": "urn:li:share:1"},
            ids=["urn:li:share:1", "a,b"],
        )

        assert str(asked) == (
            "https://api.linkedin.com/rest/posts/urn%3Ali%3Ashare%3A1"
            "?entity=(share:urn%3Ali%3Ashare%3A1)&ids=List(urn%3Ali%3Ashare%3A1,a%2Cb)"
        )

    @given(
        st.one_of(
            st.text(),
            st.lists(st.text(min_size=1)),
            st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=1),
        )
    )
    def test_values_are_encoded_as_linkedins_own_client_does(self, value: object) -> None:
        assert encode(value) == encoder.encode(value)  # type: ignore[arg-type]

    def test_permission_is_asked_for_on_the_site_and_without_pkce(self) -> None:
        app = AppRegistration(client_id="id", client_secret=Secret("secret"))

        page = LinkedIn().authorise_url(
            "https://api.linkedin.com", MEMBER, app, "https://p.example.org/b", "st", "challenge"
        )

        assert page.startswith("https://www.linkedin.com/oauth/v2/authorization?")
        assert parse_qs(urlsplit(page).query) == {
            "response_type": ["code"],
            "client_id": ["id"],
            "redirect_uri": ["https://p.example.org/b"],
            "scope": ["openid profile w_member_social"],
            "state": ["st"],
        }


class TestReceipt:
    def test_the_id_is_read_from_the_header(self) -> None:
        created = answer(201, headers={"x-restli-id": POST.remote_id})

        receipt = read_receipt(created, ACCOUNT, prepared())

        assert receipt.remote_id == POST.remote_id
        assert receipt.url == f"https://www.linkedin.com/feed/update/{POST.remote_id}/"

    @pytest.mark.parametrize("body", ["", {"id": "urn:li:share:1"}, CLOUDFLARE])
    def test_without_the_header_the_outcome_is_unknown(self, body: object) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(201, body), ACCOUNT, prepared())

    def test_a_comments_urn_is_made_where_the_body_is_missing(self) -> None:
        body = build_comment(ACCOUNT, Part(text="Oui", is_comment=True), POST)
        created = answer(201, headers={"x-restli-id": "99"})

        receipt = read_receipt(created, ACCOUNT, Prepared(key="key", text="Oui", body=body))

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


class TestMoments:
    def test_a_number_tells_its_time_as_linkedins_pages_bear_out(self) -> None:
        urn = "urn:li:comment:(urn:li:activity:6631349431612559360,6636062862760562688)"

        assert moment_of(urn) == datetime.fromtimestamp(1582160678.568, UTC)

    @pytest.mark.parametrize("urn", ["", "urn:li:share:", "urn:li:share:a", f"urn:li:{10**30}"])
    def test_what_is_no_such_number_tells_none(self, urn: str) -> None:
        assert moment_of(urn) is None


class TestDuplicates:
    def refusal(self, urn: str) -> Duplicate:
        return Duplicate("duplicate", "Equal.", remote_id=urn)

    def test_a_post_of_the_time_in_question_is_ours(self) -> None:
        urn = share_of(NOON + timedelta(seconds=2))

        found = judge_duplicate(self.refusal(urn), search())

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == urn

    @pytest.mark.parametrize(
        "urn", [share_of(NOON - timedelta(hours=1)), "urn:li:share:1", "urn:li:share:x"]
    )
    def test_an_older_post_is_for_a_person_to_judge(self, urn: str) -> None:
        found = judge_duplicate(self.refusal(urn), search())

        assert found.presence is Presence.CANNOT_TELL
        assert [candidate.remote_id for candidate in found.candidates] == [urn]

    def test_a_post_known_to_be_anothers_is_not_ours(self) -> None:
        urn = share_of(NOON)

        found = judge_duplicate(self.refusal(urn), search(others=frozenset({urn})))

        assert found.presence is Presence.CANNOT_TELL

    def test_a_refusal_that_names_nothing_tells_nothing(self) -> None:
        assert judge_duplicate(self.refusal(""), search()).presence is Presence.CANNOT_TELL


class TestListings:
    def listed(self, commentary: str = "Bonjour", **more: object) -> Listed:
        milliseconds = int(NOON.timestamp() * 1000)
        return Listed.from_post(
            {
                "id": share_of(NOON),
                "author": PERSON,
                "commentary": commentary,
                "createdAt": milliseconds,
            }
            | more
        )

    def test_the_same_text_in_little_is_ours(self) -> None:
        text = "Ce soir (19 h) : #lecture\n\n@[Ponts](urn:li:organization:1)"
        sent = prepared(text)

        found = judge(
            [self.listed(sent.body["commentary"])], search(prepared=sent), is_complete=True
        )

        assert found.presence is Presence.PRESENT

    def test_trimmed_spaces_and_decomposed_letters_are_still_ours(self) -> None:
        sent = prepared(" e\u0301té  ")

        found = judge([self.listed("été")], search(prepared=sent), is_complete=True)

        assert found.presence is Presence.PRESENT

    @pytest.mark.parametrize(
        ("is_complete", "presence"), [(True, Presence.ABSENT), (False, Presence.CANNOT_TELL)]
    )
    def test_another_text_is_absence_only_in_a_whole_listing(
        self, is_complete: bool, presence: Presence
    ) -> None:
        found = judge([self.listed("Bonsoir")], search(), is_complete=is_complete)

        assert found.presence is presence

    def test_another_poll_with_the_same_commentary_is_another_post(self) -> None:
        sent = prepared(part=Part(text="Que lire ?\nBonjour", poll=POLL))
        other = self.listed("Bonjour", content={"poll": {"question": "Que boire ?"}})

        assert other.likeness(sent) is Likeness.OTHER

    def test_the_same_text_with_other_uploads_is_for_a_person_to_tell(self) -> None:
        sent = prepared()
        sent.body["content"] = {"media": {"id": "urn:li:image:A"}}

        assert (
            self.listed(content={"media": {"id": "urn:li:image:B"}}).likeness(sent)
            is Likeness.ALIKE
        )
        assert (
            self.listed("Abc", content={"media": {"id": "urn:li:image:A"}}).likeness(sent)
            is Likeness.SAME
        )

    def test_two_that_are_the_same_are_for_a_person_to_tell(self) -> None:
        twins = [self.listed(), self.listed(id="urn:li:share:2")]

        found = judge(twins, search(), is_complete=True)

        assert found.presence is Presence.CANNOT_TELL
        assert len(found.candidates) == 2

    @pytest.mark.parametrize(
        ("date", "lag"),
        [
            ("Sat, 21 Nov 2026 11:50:00 GMT", timedelta(minutes=10)),
            ("Sat, 21 Nov 2026 12:10:00 GMT", timedelta()),
            ("yesterday", timedelta()),
        ],
    )
    def test_a_clock_that_is_behind_is_allowed_for(self, date: str, lag: timedelta) -> None:
        floor = floor_of(NOON, answer(200, [], headers={"Date": date}), NOON)

        assert floor == NOON - timedelta(minutes=2) - lag
