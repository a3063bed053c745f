"""What Meta's Graph APIs share: what each answer decides, usage, listings, retired figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.contract import Candidate, Presence
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.graph import GraphApi, failure, is_missing, read_fault
from parvis.networks.graph.call import can_do_without, word
from parvis.networks.graph.insights import ask_for, read_values
from parvis.networks.graph.listings import Listed, ends_before, moment, next_cursor, same_text
from parvis.networks.graph.waiting import wait_until
from parvis.networks.http import Answer
from parvis.networks.likeness import Likeness, floor_of, judge
from parvis.networks.secret import Secret
from tests.networks.answers import CLOUDFLARE, answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
API = GraphApi(network="facebook", label="Facebook", api="graph")


def refusal(
    code: int,
    subcode: int = 0,
    message: str = "No.",
    *,
    status: int = 400,
    publishes: bool = True,
    **more: object,
) -> Answer:
    error = {"message": message, "code": code, "error_subcode": subcode, **more}
    return answer(status, {"error": error}, publishes=publishes)


class TestFailures:
    @pytest.mark.parametrize(
        ("code", "subcode", "kind", "name"),
        [
            (4, 0, SlowDown, "rate-limit"),
            (17, 0, SlowDown, "rate-limit"),
            (32, 0, SlowDown, "rate-limit"),
            (613, 0, SlowDown, "rate-limit"),
            (80001, 0, SlowDown, "rate-limit"),
            (80002, 0, SlowDown, "rate-limit"),
            (9, 2207042, SlowDown, "rate-limit"),
            (104, 0, Reconnect, "token-dead"),
            (190, 0, Reconnect, "token-dead"),
            (190, 463, Reconnect, "token-dead"),
            (10, 0, Reconnect, "scope-missing"),
            (200, 0, Reconnect, "scope-missing"),
            (299, 0, Reconnect, "scope-missing"),
            (3, 0, Blocked, "app-blocked"),
            (25, 2207050, Blocked, "account-restricted"),
            (2635, 0, Blocked, "version-retired"),
            (506, 0, Duplicate, "duplicate"),
            (368, 0, Refused, "refused-as-spam"),
            (4, 2207051, Refused, "refused-as-spam"),
            (100, 0, Refused, "rejected"),
            (36000, 2207004, Refused, "media-refused"),
            (36003, 2207009, Refused, "media-refused"),
            (36004, 2207010, Refused, "too-long"),
            (9004, 2207052, NotSent, "media-unreachable"),
            (-2, 2207003, NotSent, "media-unreachable"),
            (9007, 2207027, NotSent, "processing"),
            (24, 2207008, PrepareAnew, "container-lost"),
            (24, 2207006, PrepareAnew, "container-lost"),
            (-2, 2207020, PrepareAnew, "container-lost"),
            (1, 0, Unknown, "server-trouble"),
            (2, 0, Unknown, "server-trouble"),
            (-1, 2207001, Unknown, "server-trouble"),
        ],
    )
    def test_each_code_decides_what_follows(
        self, code: int, subcode: int, kind: type[NetworkError], name: str
    ) -> None:
        error = failure(refusal(code, subcode), "Facebook")

        assert type(error) is kind
        assert error.code == name
        assert error.sentence.endswith(".")

    @pytest.mark.parametrize("code", [1, 2, 100, 190, 506, 9007])
    def test_a_server_error_leaves_open_whether_it_was_posted_whatever_it_says(
        self, code: int
    ) -> None:
        assert isinstance(failure(refusal(code, status=500), "Facebook"), Unknown)

    def test_trouble_while_nothing_is_published_posted_nothing(self) -> None:
        assert isinstance(failure(refusal(2, publishes=False), "Facebook"), NotSent)

    def test_a_transient_refusal_of_an_unknown_kind_is_not_believed(self) -> None:
        assert isinstance(failure(refusal(77777, is_transient=True), "Facebook"), Unknown)

    @pytest.mark.parametrize(
        ("message", "name"),
        [
            ("(#2635) You are calling a deprecated version of the Ads API.", "version-retired"),
            ("This version is no longer supported.", "version-retired"),
            ("API access blocked.", "app-blocked"),
        ],
    )
    def test_words_tell_what_no_code_tells(self, message: str, name: str) -> None:
        error = failure(refusal(200, message=message), "Facebook")

        assert isinstance(error, Blocked)
        assert error.code == name

    def test_what_is_in_the_way_of_meta_posted_nothing(self) -> None:
        error = failure(answer(403, CLOUDFLARE), "Facebook")

        assert isinstance(error, NotSent)
        assert error.code == "odd-answer"

    def test_too_many_requests_without_a_body_is_a_limit(self) -> None:
        assert isinstance(failure(answer(429, ""), "Facebook"), SlowDown)

    def test_what_meta_says_to_a_person_is_passed_on(self) -> None:
        error = failure(refusal(100, error_user_msg="The link is broken."), "Facebook")

        assert "“The link is broken.”" in error.sentence

    def test_a_token_in_a_refusal_is_not_passed_on(self) -> None:
        told = {"error": {"code": 100, "message": "Bad token EAAB-very-secret"}}
        error = failure(answer(400, told, secrets=(Secret("EAAB-very-secret"),)), "Facebook")

        assert "very-secret" not in str(error)

    def test_a_limit_tells_its_end_in_minutes(self) -> None:
        usage = '{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}]}'
        told = {"error": {"code": 80001, "message": "Too many calls"}}
        error = failure(answer(400, told, headers={"X-Business-Use-Case-Usage": usage}), "Facebook")

        assert isinstance(error, SlowDown)
        assert error.until is not None
        assert abs(error.until - datetime.now(UTC) - timedelta(minutes=7)) < timedelta(minutes=1)

    @given(st.integers(), st.integers(), st.text(max_size=60), st.booleans())
    def test_any_error_decides_something(
        self, code: int, subcode: int, message: str, transient: bool
    ) -> None:
        error = failure(refusal(code, subcode, message, is_transient=transient), "Facebook")

        assert error.sentence

    @pytest.mark.parametrize("body", ["", "[]", '{"error": "no"}', '{"error": {"code": null}}'])
    def test_any_body_decides_something(self, body: str) -> None:
        assert failure(answer(400, body), "Facebook").sentence

    def test_a_yes_with_an_error_inside_is_no_yes(self) -> None:
        with pytest.raises(Reconnect):
            API.accepted(refusal(190, status=200))

    def test_a_success_that_is_false_is_looked_up(self) -> None:
        with pytest.raises(Unknown):
            API.accepted(answer(200, {"success": False}))

    @pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": None}, {"id": True}, {"id": []}])
    def test_a_yes_without_an_id_is_looked_up(self, body: object) -> None:
        with pytest.raises(Unknown):
            word(answer(200, body), "id")

    @pytest.mark.parametrize(
        ("code", "subcode", "missing"), [(100, 33, True), (803, 0, True), (100, 0, False)]
    )
    def test_what_is_missing_is_told_from_what_is_wrong(
        self, code: int, subcode: int, missing: bool
    ) -> None:
        assert is_missing(read_fault(refusal(code, subcode))) is missing

    def test_a_right_that_posting_can_do_without_does_not_stop_the_account(self) -> None:
        lack = failure(refusal(10), "Facebook")
        dead = failure(refusal(190), "Facebook")
        assert isinstance(lack, Reconnect)
        assert isinstance(dead, Reconnect)

        assert type(can_do_without(lack)) is Refused
        assert can_do_without(dead) is dead


class TestInsights:
    async def test_a_name_that_the_refusal_names_is_left_out(self) -> None:
        asked = await self._asked({"views", "reach"}, "The metric saved is not supported")

        assert asked == [("views", "reach", "saved"), ("views", "reach")]

    async def test_names_that_the_refusal_allows_are_kept(self) -> None:
        message = "metric[2] must be one of the following values: reach, views"
        asked = await self._asked({"views", "reach"}, message)

        assert asked == [("views", "reach", "saved"), ("views", "reach")]

    async def test_a_refusal_that_names_nothing_is_narrowed_down(self) -> None:
        asked = await self._asked({"views", "reach"}, "The value must be a valid insights metric")

        assert asked[-1] == ("saved",)
        assert {name for names in asked[1:] for name in names} == {"views", "reach", "saved"}

    async def test_what_is_no_refusal_of_a_name_is_handed_on(self) -> None:
        async def ask(_names: Sequence[str]) -> Answer:
            return refusal(190)

        (only,) = await ask_for(("views", "reach"), ask)
        assert only.status == 400

    async def _asked(self, known: set[str], message: str) -> list[tuple[str, ...]]:
        asked: list[tuple[str, ...]] = []

        async def ask(names: Sequence[str]) -> Answer:
            asked.append(tuple(names))
            return answer(200, {"data": []}) if set(names) <= known else refusal(100, 0, message)

        await ask_for(("views", "reach", "saved"), ask)
        return asked

    def test_figures_are_read_in_all_their_forms(self) -> None:
        told = {
            "data": [
                {"name": "views", "values": [{"value": 7}]},
                {"name": "reach", "total_value": {"value": 5}},
                {"name": "reactions", "values": [{"value": {"like": 2, "love": 1}}]},
                {"name": "odd", "values": [{"value": "many"}]},
                {"name": "empty", "values": []},
            ]
        }

        assert read_values(told) == {"views": 7, "reach": 5, "reactions": 3}

    @pytest.mark.parametrize("told", [None, [], {"data": None}, {"data": [None, 7]}])
    def test_what_cannot_be_read_is_no_figure(self, told: object) -> None:
        assert read_values(told) == {}


class TestLikeness:
    def candidate(self, remote_id: str = "7") -> Candidate:
        listed = Listed(remote_id=remote_id, url="u", text="Bonjour", created_at=NOON)
        return listed.as_candidate()

    def test_spaces_and_composition_make_no_other_text(self) -> None:
        assert same_text("  e\u0301te\u0301\r\n le soir ", "été le soir")
        assert not same_text("été", "ete")

    def test_one_that_is_the_same_is_present(self) -> None:
        found = judge({self.candidate(): Likeness.SAME}, is_complete=False)

        assert found.presence is Presence.PRESENT

    def test_two_that_are_the_same_are_for_a_person_to_tell(self) -> None:
        found = judge(
            {self.candidate("7"): Likeness.SAME, self.candidate("8"): Likeness.SAME},
            is_complete=True,
        )

        assert found.presence is Presence.CANNOT_TELL
        assert len(found.candidates) == 2

    @pytest.mark.parametrize(
        ("is_complete", "presence"), [(True, Presence.ABSENT), (False, Presence.CANNOT_TELL)]
    )
    def test_none_is_absence_only_where_nothing_can_be_missing(
        self, is_complete: bool, presence: Presence
    ) -> None:
        found = judge({self.candidate(): Likeness.OTHER}, is_complete=is_complete)

        assert found.presence is presence

    def test_a_clock_that_is_behind_is_allowed_for(self) -> None:
        behind = datetime.now(UTC) - timedelta(minutes=10)
        told = answer(200, {}, headers={"Date": format_datetime(behind, usegmt=True)})

        assert floor_of(NOON, told, datetime.now(UTC)) < NOON - timedelta(minutes=11)

    def test_a_listing_ends_where_it_grows_older_and_only_then(self) -> None:
        old, new = (
            Listed(remote_id="7", url="u", text="", created_at=NOON + timedelta(hours=hours))
            for hours in (-1, 1)
        )

        assert ends_before([new, old], NOON)
        assert not ends_before([old, new], NOON)
        assert not ends_before([old, new, old], NOON)
        assert not ends_before([], NOON)

    def test_times_are_read_as_meta_writes_them(self) -> None:
        assert moment("2026-11-21T12:00:00+0000") == NOON


class TestPages:
    def test_a_cursor_alone_does_not_tell_that_more_follows(self) -> None:
        cursors = {"cursors": {"after": "abc"}}

        assert next_cursor({"paging": cursors}) is None
        assert next_cursor({"paging": {**cursors, "next": "https://…"}}) == "abc"

    @pytest.mark.parametrize("told", [{}, {"paging": None}, {"paging": {"next": "x"}}])
    def test_without_a_cursor_the_listing_ends(self, told: dict[str, object]) -> None:
        assert next_cursor(told) is None


async def test_waiting_ends_when_it_takes_too_long() -> None:
    asked = 0

    async def is_ready() -> bool:
        nonlocal asked
        asked += 1
        return False

    with pytest.raises(NotSent) as trouble:
        await wait_until(is_ready, "Facebook", (0.0, 0.0))

    assert trouble.value.code == "processing"
    assert asked == 3
