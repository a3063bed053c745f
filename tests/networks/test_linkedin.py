"""LinkedIn: what is asked of it, and knowing a post again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.restli.utils import encoder

from parvis.networks.contract import (
    AppRegistration,
    Part,
    Presence,
    Visibility,
)
from parvis.networks.errors import (
    Duplicate,
    Refused,
)
from parvis.networks.fit import refuse_misfit
from parvis.networks.likeness import floor_of
from parvis.networks.linkedin import LinkedIn
from parvis.networks.linkedin.comparing import Likeness, Listed
from parvis.networks.linkedin.finding import Search, judge_duplicate, judge_listed
from parvis.networks.linkedin.moments import moment_of
from parvis.networks.linkedin.permission import MEMBER
from parvis.networks.linkedin.post import (
    build_comment,
    build_post,
    refuse_thread,
)
from parvis.networks.linkedin.restli import address, encode
from parvis.networks.linkedin.traits import MEMBER_TRAITS
from parvis.networks.secret import Secret
from tests.networks.answers import answer
from tests.networks.linkedin_accounts import NOON, POLL, POST, SHOP, built


def share_of(moment: datetime) -> str:
    return f"urn:li:share:{int(moment.timestamp() * 1000) << 22}"


def search(sent_at: datetime = NOON, **more: object) -> Search:
    return Search(
        **{"account": SHOP, "prepared": built(), "sent_at": sent_at, "others": frozenset()} | more  # type: ignore[arg-type]
    )


class TestBuilding:
    def test_a_post_says_all_that_linkedin_requires(self) -> None:
        assert build_post(SHOP, Part(text="Bonjour (à tous)"), []) == {
            "author": SHOP.remote_id,
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

        assert build_post(SHOP, part, [])["visibility"] == "CONNECTIONS"

    def test_the_first_line_of_a_poll_is_its_question(self) -> None:
        body = build_post(SHOP, Part(text="Que lire ?\n\nDites-nous (tout).", poll=POLL), [])

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

        assert build_comment(SHOP, part, POST) == {
            "actor": SHOP.remote_id,
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
                "author": SHOP.remote_id,
                "commentary": commentary,
                "createdAt": milliseconds,
            }
            | more
        )

    def test_the_same_text_in_little_is_ours(self) -> None:
        text = "Ce soir (19 h) : #lecture\n\n@[Ponts](urn:li:organization:1)"
        sent = built(text)

        found = judge_listed(
            [self.listed(sent.body["commentary"])], search(prepared=sent), is_complete=True
        )

        assert found.presence is Presence.PRESENT

    def test_trimmed_spaces_and_decomposed_letters_are_still_ours(self) -> None:
        sent = built(" e\u0301té  ")

        found = judge_listed([self.listed("été")], search(prepared=sent), is_complete=True)

        assert found.presence is Presence.PRESENT

    @pytest.mark.parametrize(
        ("is_complete", "presence"), [(True, Presence.ABSENT), (False, Presence.CANNOT_TELL)]
    )
    def test_another_text_is_absence_only_in_a_whole_listing(
        self, is_complete: bool, presence: Presence
    ) -> None:
        found = judge_listed([self.listed("Bonsoir")], search(), is_complete=is_complete)

        assert found.presence is presence

    def test_another_poll_with_the_same_commentary_is_another_post(self) -> None:
        sent = built(part=Part(text="Que lire ?\nBonjour", poll=POLL))
        other = self.listed("Bonjour", content={"poll": {"question": "Que boire ?"}})

        assert other.likeness(sent) is Likeness.OTHER

    def test_the_same_text_with_other_uploads_is_for_a_person_to_tell(self) -> None:
        sent = built()
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

        found = judge_listed(twins, search(), is_complete=True)

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
