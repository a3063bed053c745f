"""What networks say of their limits: of each form its samples, and whose limit a refusal is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from parvis.networks import limits
from parvis.networks.errors import NetworkError, SlowDown
from parvis.networks.graph import failure as meta_failure
from parvis.networks.http import Answer
from parvis.networks.limits import RateLimit, read_rate_limits, read_reached, read_retry_time
from parvis.networks.linkedin.api import failure as linkedin_failure
from parvis.networks.linkedin.api import next_midnight
from parvis.networks.x.api import failure as x_failure
from tests.networks.answers import CLOUDFLARE, answer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IN_FIVE_MINUTES = NOW + timedelta(minutes=5)
TOMORROW = NOW + timedelta(hours=20)


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def usage(percent: float, minutes: float = 0, kind: str = "pages") -> str:
    told = {
        "type": kind,
        "call_count": percent,
        "total_cputime": 1,
        "total_time": 2,
        "estimated_time_to_regain_access": minutes,
    }
    return json.dumps({"17841400000000000": [told]})


MASTODON = {
    "X-RateLimit-Limit": "300",
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Reset": "2026-11-21T12:05:00.259196Z",
}
BLUESKY = {
    "RateLimit-Limit": "3000",
    "RateLimit-Remaining": "2998",
    "RateLimit-Reset": seconds(IN_FIVE_MINUTES),
    "RateLimit-Policy": "3000;w=300",
}
X_WINDOW = {
    "x-rate-limit-limit": "100",
    "x-rate-limit-remaining": "52",
    "x-rate-limit-reset": seconds(IN_FIVE_MINUTES),
}
X_DAY = {
    "x-user-limit-24hour-limit": "200",
    "x-user-limit-24hour-remaining": "0",
    "x-user-limit-24hour-reset": seconds(TOMORROW),
    "x-app-limit-24hour-limit": "10000",
    "x-app-limit-24hour-remaining": "9000",
    "x-app-limit-24hour-reset": seconds(TOMORROW),
}


def told(headers: dict[str, str], purpose: str = "publish") -> tuple[RateLimit, ...]:
    return read_rate_limits(CIMultiDict(headers), purpose, NOW)


def test_mastodon_says_its_reset_as_a_time() -> None:
    reset = IN_FIVE_MINUTES.replace(microsecond=259196)
    assert told(MASTODON) == (
        RateLimit(limit=300, remaining=0, reset_at=reset, bucket=limits.PUBLISH),
    )


def test_bluesky_says_its_reset_in_seconds_of_the_epoch() -> None:
    assert told(BLUESKY, "look up") == (
        RateLimit(limit=3000, remaining=2998, reset_at=IN_FIVE_MINUTES, bucket=limits.EVERYTHING),
    )


def test_x_counts_the_window_and_the_day_of_the_account_and_of_the_app() -> None:
    assert told(X_WINDOW | X_DAY) == (
        RateLimit(limit=100, remaining=52, reset_at=IN_FIVE_MINUTES, bucket="publish"),
        RateLimit(limit=200, remaining=0, reset_at=TOMORROW, bucket="publish a day"),
        RateLimit(
            limit=10000, remaining=9000, reset_at=TOMORROW, bucket="publish a day", scope="app"
        ),
    )


def test_meta_tells_percents_of_the_app_and_of_the_account() -> None:
    headers = {
        "X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":95}',
        "X-Business-Use-Case-Usage": usage(100, minutes=7),
        "X-Page-Usage": '{"call_count":40,"total_time":1,"total_cputime":1}',
    }
    assert told(headers) == (
        RateLimit(limit=100, remaining=5, reset_at=None, scope="app", bucket="usage"),
        RateLimit(
            limit=100,
            remaining=0,
            reset_at=NOW + timedelta(minutes=7),
            scope="account",
            bucket="usage",
        ),
    )


def test_what_is_used_twice_over_leaves_nothing() -> None:
    (limit,) = told({"X-App-Usage": '{"call_count": 187}'})
    assert limit.remaining == 0


@pytest.mark.parametrize(
    ("headers", "purpose", "bucket"),
    [
        (X_WINDOW, "look up", "look up"),
        (X_WINDOW, "read receipt", "look up"),
        (X_WINDOW, "read metrics", "read"),
        (X_WINDOW, "upload", "media"),
        (X_WINDOW, "delete", "delete"),
        (X_WINDOW, "something new", "read"),
        (MASTODON, "publish", "publish"),
        (MASTODON, "upload image", "media"),
        (MASTODON, "look up", ""),
        (MASTODON, "read replies", ""),
        (BLUESKY, "publish", "publish"),
        (BLUESKY, "refresh", ""),
        ({"X-App-Usage": '{"call_count": 1}'}, "publish", "usage"),
    ],
)
def test_the_purpose_of_a_call_tells_what_its_limit_is_about(
    headers: dict[str, str], purpose: str, bucket: str
) -> None:
    assert [limit.bucket for limit in told(headers, purpose)] == [bucket]


@pytest.mark.parametrize(
    ("bucket", "publishing", "deliveries", "looking_up"),
    [
        ("", True, True, True),
        ("usage", True, True, True),
        ("publish", True, True, False),
        ("publish a day", True, True, False),
        ("media", False, True, False),
        ("media a day", False, True, False),
        ("look up", False, False, True),
        ("look up a day", False, False, True),
        ("read", False, False, False),
        ("delete", False, False, False),
    ],
)
def test_who_must_wait_when_a_limit_is_used_up(
    bucket: str, publishing: bool, deliveries: bool, looking_up: bool
) -> None:
    assert limits.stops_publishing(bucket) is publishing
    assert limits.stops_deliveries(bucket) is deliveries
    assert limits.is_drawn_on_by_look_ups(bucket) is looking_up


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/html"},
        {"X-App-Usage": ""},
        {"X-App-Usage": "[1]"},
        {"X-App-Usage": "{"},
        {"X-App-Usage": '{"call_count":null}'},
        {"X-Business-Use-Case-Usage": '{"1":"x"}'},
        {"X-Page-Usage": "null"},
        {"X-RateLimit-Reset": "2026-11-21T12:05:00Z"},
    ],
)
def test_an_answer_without_limits_says_nothing(headers: dict[str, str]) -> None:
    assert told(headers) == ()
    assert read_reached(CIMultiDict(headers), "publish", NOW) == RateLimit(remaining=0)


def test_a_reset_that_is_months_away_is_not_believed() -> None:
    far = {**X_WINDOW, "x-rate-limit-reset": seconds(NOW + timedelta(days=90))}
    assert [limit.reset_at for limit in told(far)] == [None]


@given(
    st.dictionaries(
        st.sampled_from([*MASTODON, *BLUESKY, *X_WINDOW, *X_DAY, "X-App-Usage", "Retry-After"]),
        st.text(max_size=30) | st.integers().map(str),
    )
)
def test_whatever_stands_in_the_headers_is_read_or_passed_over(headers: dict[str, str]) -> None:
    for limit in told(headers):
        assert limit.remaining is None or limit.remaining >= 0
        assert limit.reset_at is None or limit.reset_at <= NOW + timedelta(days=7)
    until = read_reached(CIMultiDict(headers), "publish", NOW).reset_at
    assert until is None or until <= NOW + timedelta(days=7)


class TestRetryTimes:
    @pytest.mark.parametrize(
        ("said", "until"),
        [
            ("90", NOW + timedelta(seconds=90)),
            ("0", NOW),
            ("Sat, 21 Nov 2026 12:01:30 GMT", NOW + timedelta(seconds=90)),
            ("Sat, 21 Nov 2099 12:01:30 GMT", None),
            ("soon", None),
            ("-5", None),
            ("", None),
            ("99999999999", NOW + timedelta(days=7)),
        ],
    )
    def test_retry_after_is_read_in_both_its_forms(self, said: str, until: datetime | None) -> None:
        assert read_retry_time(CIMultiDict({"Retry-After": said}), NOW) == until

    def test_retry_after_counts_more_than_the_window(self) -> None:
        headers = CIMultiDict({"Retry-After": "10", **BLUESKY, "RateLimit-Remaining": "0"})
        assert read_reached(headers, "publish", NOW).reset_at == NOW + timedelta(seconds=10)

    def test_of_what_is_used_up_the_longest_counts(self) -> None:
        full = {**X_WINDOW, "x-rate-limit-remaining": "0"}
        reached = read_reached(CIMultiDict(full | X_DAY), "publish", NOW)
        assert (reached.reset_at, reached.bucket, reached.limit) == (TOMORROW, "publish a day", 200)

    def test_what_is_not_used_up_does_not_count_beside_what_is(self) -> None:
        full = {**X_WINDOW, "x-rate-limit-remaining": "0"}
        free = {**X_DAY, "x-user-limit-24hour-remaining": "7"}
        assert read_reached(CIMultiDict(full | free), "publish", NOW).reset_at == IN_FIVE_MINUTES


Failure = Callable[[Answer], NetworkError]


def meta(answer_: Answer) -> NetworkError:
    return meta_failure(answer_, "Facebook")


def fault(code: int, subcode: int = 0) -> dict[str, object]:
    return {"error": {"message": "No.", "code": code, "error_subcode": subcode}}


def throttle(whose: str) -> dict[str, object]:
    words = f"Resource level throttle {whose} limit for calls to this resource is reached."
    return {"status": 429, "code": "TOO_MANY_REQUESTS", "serviceErrorCode": 101, "message": words}


def slowed(failure: Failure, status: int, body: object, **headers: str) -> SlowDown:
    error = failure(answer(status, body, headers=headers, purpose="publish"))
    assert isinstance(error, SlowDown)
    return error


class TestWhoMustWait:
    @pytest.mark.parametrize(
        ("code", "subcode", "scope"),
        [
            (4, 0, "app"),
            (341, 0, "app"),
            (17, 0, "account"),
            (32, 0, "account"),
            (613, 0, "account"),
            (80001, 0, "account"),
            (80002, 0, "account"),
            (9, 2207042, "account"),
        ],
    )
    def test_meta_tells_it_by_the_code(self, code: int, subcode: int, scope: str) -> None:
        assert slowed(meta, 400, fault(code, subcode)).scope == scope

    def test_minutes_of_the_account_are_heeded_where_the_app_is_refused(self) -> None:
        said = {"X-App-Usage": '{"call_count": 100}', "X-Business-Use-Case-Usage": usage(100, 7)}
        error = slowed(meta, 400, fault(4), **said)
        assert error.scope == "app"
        assert error.until is not None
        assert abs(error.until - datetime.now(UTC) - timedelta(minutes=7)) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("body", "scope"),
        [
            (throttle("APPLICATION DAY"), "app"),
            (throttle("APPLICATION_AND_MEMBER DAY"), "account"),
            (throttle("MEMBER DAY"), "account"),
            ({"message": "Resource level throttle limit is reached."}, "account"),
            (CLOUDFLARE, "account"),
        ],
    )
    def test_linkedin_tells_it_in_words(self, body: object, scope: str) -> None:
        error = slowed(linkedin_failure, 429, body)
        assert (error.scope, error.bucket) == (scope, "publish a day")
        assert error.until == next_midnight(datetime.now(UTC))

    @pytest.mark.parametrize("whose", ["user", "app"])
    def test_x_tells_it_by_the_header_that_has_run_out(self, whose: str) -> None:
        reset = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=7)
        headers = {
            f"x-{whose}-limit-24hour-limit": "200",
            f"x-{whose}-limit-24hour-remaining": "0",
            f"x-{whose}-limit-24hour-reset": seconds(reset),
        }
        error = slowed(x_failure, 429, {"title": "Too Many Requests"}, **headers)
        assert error.scope == ("app" if whose == "app" else "account")
        assert (error.until, error.bucket, error.facts["limit"]) == (reset, "publish a day", 200)

    def test_x_promises_no_end_of_a_day_from_the_end_of_a_window(self) -> None:
        said = {"title": "Forbidden", "detail": "User is over daily status update limit."}
        error = slowed(x_failure, 403, said, **X_WINDOW)
        assert (error.code, error.until, error.bucket) == ("daily-limit", None, "publish a day")

    def test_what_a_page_needs_is_among_the_facts(self) -> None:
        reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
        headers = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": seconds(reset),
        }
        error = slowed(x_failure, 429, {"title": "Too Many Requests"}, **headers)
        assert error.facts == {
            "until": reset.isoformat(),
            "scope": "account",
            "bucket": "publish",
            "limit": 100,
            "host": "server.example.org",
            "network": "",
        }
