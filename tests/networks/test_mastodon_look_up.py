"""Mastodon: how a status is known again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.contract import Account, Part, Prepared, Presence, Tokens
from parvis.networks.errors import NotSent
from parvis.networks.likeness import Listing, clock_lag
from parvis.networks.mastodon.comparing import Status, closely, loosely, read_html
from parvis.networks.mastodon.finding import judge_statuses, read_page
from parvis.networks.mastodon.post import build_status
from parvis.networks.mastodon.traits import TRAITS
from parvis.networks.secret import Secret
from parvis.sandbox.mastodon.wording import to_html
from tests.networks.answers import CLOUDFLARE, answer

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
    return Prepared(key="key", text=text, body=build_status(Part(text=text), [], []) | body)


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
    return Listing(posts=read, is_complete=is_complete)


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


PIECES = (
    *(
        "Ce soir ",
        "œuvres d’Éluard",
        "e\u0301te\u0301 ",
        "今夜は",
        "أمسية\u200f ",
        "3 < 4 & 5 > 2 ",
    ),
    *("&amp; ", "<b> ", "\n", "\n\n\n", " \u00a0", "\u200b", "👩\u200d👧 ", "“*ici*” ", "_là_ "),
    *(
        "@alice ",
        "@alice@example.org, ",
        "@bob@elsewhere.example.org ",
        "a@b.org ",
        "@",
        "#été ",
        "#",
    ),
    *("https://www.example.org/a/very/long/address/of/a/lecture?with=a&long=query#and-more ",),
    *("(https://example.org/a_(b)), ", "http://localhost/ ", "https://example.org/@alice@a.org "),
)


def page_of(handle: str) -> str | None:
    return "https://here/@alice" if handle in ("alice", "alice@example.org") else None


class TestComparing:
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(PIECES),
                st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6),
            ),
            max_size=12,
        ).map("".join)
    )
    def test_what_a_server_makes_of_any_text_reads_as_it_was_written(self, text: str) -> None:
        html = to_html(text, "https://here", page_of)

        assert closely(read_html(html)) == closely(text)

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
        found = judge_statuses(listing(listed(MASTODON_HTML)), prepared(WRITTEN), ACCOUNT)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == "7"

    def test_none_in_a_complete_listing_is_absence(self) -> None:
        found = judge_statuses(listing(listed("<p>Bonsoir</p>")), prepared(), ACCOUNT)

        assert found.presence is Presence.ABSENT

    def test_none_in_an_incomplete_listing_proves_nothing(self) -> None:
        found = judge_statuses(listing(is_complete=False), prepared(), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    def test_two_that_are_the_same_are_for_a_person_to_tell(self) -> None:
        found = judge_statuses(
            listing(listed("<p>Bonjour</p>"), listed("<p>Bonjour</p>", id="8")),
            prepared(),
            ACCOUNT,
        )

        assert found.presence is Presence.CANNOT_TELL
        assert {candidate.remote_id for candidate in found.candidates} == {"7", "8"}

    def test_one_that_is_nearly_the_same_is_for_a_person_to_tell(self) -> None:
        found = judge_statuses(
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
        found = judge_statuses(
            listing(listed("<p>Bonjour</p>")), prepared("Bonjour", **body), ACCOUNT
        )

        assert found.presence is Presence.ABSENT

    def test_the_same_uploads_are_the_same_post_whatever_became_of_the_text(self) -> None:
        edited = listed("<p>Bonsoir</p>", media_attachments=[{"id": "2"}, {"id": "1"}])

        found = judge_statuses(listing(edited), prepared(media_ids=["1", "2"]), ACCOUNT)

        assert found.presence is Presence.PRESENT

    def test_the_same_text_answering_another_status_is_another_post(self) -> None:
        other = listed("<p>Bonjour</p>", in_reply_to_id="5")

        found = judge_statuses(listing(other), prepared(in_reply_to_id="4"), ACCOUNT)

        assert found.presence is Presence.ABSENT

    def test_the_same_answer_is_found(self) -> None:
        same = listed("<p>Bonjour</p>", in_reply_to_id="4")

        assert judge_statuses(listing(same), prepared(in_reply_to_id="4"), ACCOUNT).presence is (
            Presence.PRESENT
        )

    def test_an_answer_whose_parent_was_deleted_is_for_a_person_to_tell(self) -> None:
        orphan = listed("<p>Bonjour</p>", in_reply_to_id=None)

        found = judge_statuses(listing(orphan), prepared(in_reply_to_id="4"), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("options", "presence"),
        [
            (("Samedi", "Dimanche"), Presence.PRESENT),
            (("Samedi", "Lundi"), Presence.ABSENT),
            (("Samedi",), Presence.ABSENT),
            (("samedi !", "Dimanche"), Presence.CANNOT_TELL),
            ((), Presence.ABSENT),
        ],
    )
    def test_a_poll_is_known_by_its_options(
        self, options: tuple[str, ...], presence: Presence
    ) -> None:
        poll = {"options": [{"title": title} for title in options]} if options else None
        sent = prepared(poll={"options": ["Samedi", "Dimanche"], "expires_in": 3600})

        found = judge_statuses(listing(listed("<p>Bonjour</p>", poll=poll)), sent, ACCOUNT)

        assert found.presence is presence

    def test_an_edited_status_whose_first_words_are_unknown_is_for_a_person_to_tell(self) -> None:
        edited = listed("<p>Bonsoir</p>", edited_at=NOON.isoformat())

        found = judge_statuses(listing(edited), prepared(), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("first", "presence"),
        [("<p>Bonjour</p>", Presence.PRESENT), ("<p>Autre</p>", Presence.ABSENT)],
    )
    def test_an_edited_status_is_compared_by_its_first_words(
        self, first: str, presence: Presence
    ) -> None:
        edited = Status.from_json(listed("<p>Bonjour</p>", edited_at=NOON.isoformat()))
        history = [{"content": first}, {"content": "<p>Bonjour</p>"}]
        read = Listing(posts=(edited.as_first_written(history),), is_complete=True)

        assert judge_statuses(read, prepared(), ACCOUNT).presence is presence

    @pytest.mark.parametrize("history", [None, [], {}, [None], [{"x": 1}]])
    def test_a_history_that_cannot_be_read_leaves_the_doubt(self, history: object) -> None:
        edited = Status.from_json(listed("<p>Bonjour</p>", edited_at=NOON.isoformat()))

        assert edited.as_first_written(history).is_edited

    def test_the_same_text_with_other_uploads_is_for_a_person_to_tell(self) -> None:
        other = listed("<p>Bonjour</p>", media_attachments=[{"id": "9"}])

        found = judge_statuses(listing(other), prepared(media_ids=["1"]), ACCOUNT)

        assert found.presence is Presence.CANNOT_TELL

    @pytest.mark.parametrize(
        ("traits", "presence"), [(PROPER, Presence.ABSENT), (TRAITS, Presence.CANNOT_TELL)]
    )
    def test_absence_among_messages_is_believed_of_mastodon_alone(
        self, traits: object, presence: Presence
    ) -> None:
        account = replace(ACCOUNT, traits=traits)  # type: ignore[arg-type]

        assert (
            judge_statuses(listing(), prepared(visibility="direct"), account).presence is presence
        )

    @pytest.mark.parametrize("body", ["{", CLOUDFLARE, {"error": "x"}, [{"id": "1"}], [None], [7]])
    def test_a_listing_that_cannot_be_read_claims_nothing(self, body: object) -> None:
        with pytest.raises(NotSent):
            read_page(answer(200, body, publishes=False), ACCOUNT)

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
