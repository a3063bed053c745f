"""Every fault that can be ordered, over real HTTP."""

from __future__ import annotations

import http.client
import time

import pytest

from parvis.sandbox.faults import GENERIC, Kind
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox
from tests.servers.waiting import wait_until


def squeak(squeaks: RunningSandbox, text: str = "Bonjour", token: str | None = None) -> Answer:
    url = f"{squeaks.origin('squeak')}/v1/squeaks"
    presented = token or squeaks.token("squeak")["access_token"]
    return ask("POST", url, token=presented, json={"text": text})


def texts(squeaks: RunningSandbox) -> list[str]:
    return [post["text"] for post in squeaks.posts("squeak")]


def test_without_an_order_a_request_is_answered(squeaks: RunningSandbox) -> None:
    assert squeak(squeaks).status == 201
    assert texts(squeaks) == ["Bonjour"]


def test_an_order_befalls_as_many_requests_as_it_says(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "refuse", on="publish", times=2)

    assert [squeak(squeaks).status for _ in range(3)] == [422, 422, 201]


def test_an_order_lets_pass_what_it_was_told_to(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "refuse", after=1)

    assert [squeak(squeaks).status for _ in range(3)] == [201, 422, 201]


def test_an_order_without_an_end_stands_until_it_is_taken_back(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "refuse", times=None)

    statuses = [squeak(squeaks).status for _ in range(3)]
    squeaks.forget_orders()

    assert [*statuses, squeak(squeaks).status] == [422, 422, 422, 201]


def test_an_order_on_one_purpose_spares_the_others(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "refuse", on="look-up")

    assert squeak(squeaks).status == 201
    assert look_up(squeaks).status == 422


def test_a_path_with_two_ends_is_befallen_by_what_it_is_asked_for(squeaks: RunningSandbox) -> None:
    made = squeak(squeaks).json["id"]
    url = f"{squeaks.origin('squeak')}/v1/squeaks/{made}"
    squeaks.order("squeak", "refuse", on="metrics")

    assert ask("GET", url).status == 200
    assert ask("GET", f"{url}?metrics=all").status == 422


def test_a_refusal_stores_nothing_and_is_the_networks_own(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "refuse", detail="not today")

    assert squeak(squeaks).json == {"error": "not today"}
    assert texts(squeaks) == []


@pytest.mark.parametrize(("fault", "stored"), [("lose-request", []), ("lose-answer", ["Bonjour"])])
def test_a_lost_exchange_ends_without_an_answer(
    squeaks: RunningSandbox, fault: str, stored: list[str]
) -> None:
    squeaks.order("squeak", fault, on="publish")

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        squeak(squeaks)

    assert texts(squeaks) == stored


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    [
        ("error-before", 500, []),
        ("error-after", 500, ["Bonjour"]),
        ("html-error-page", 502, []),
        ("malformed", 200, ["Bonjour"]),
        ("empty-body", 200, ["Bonjour"]),
    ],
)
def test_an_answer_that_misleads(
    squeaks: RunningSandbox, fault: str, status: int, stored: list[str]
) -> None:
    squeaks.order("squeak", fault, on="publish")

    assert squeak(squeaks).status == status
    assert texts(squeaks) == stored


def test_a_malformed_answer_is_no_text_at_all(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "malformed")

    with pytest.raises(UnicodeDecodeError):
        squeak(squeaks).body.decode()


def test_a_late_answer_comes_after_the_post_is_stored(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "delay", seconds=0.3)
    started = time.monotonic()

    assert squeak(squeaks).status == 201
    assert time.monotonic() - started >= 0.3


def test_what_is_done_late_is_done_after_the_connection_broke(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "act-late", on="publish", seconds=0.3)
    started = time.monotonic()

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        squeak(squeaks)
    stored_at_once = texts(squeaks)
    wait_until(lambda: texts(squeaks) == ["Bonjour"], 60, "the post to be there")

    assert stored_at_once == []
    assert time.monotonic() - started >= 0.3


def test_a_limit_says_how_long_to_wait(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "rate-limit", seconds=90)

    limited = squeak(squeaks)

    assert (limited.status, limited.headers["Retry-After"]) == (429, "90")
    assert texts(squeaks) == []


@pytest.mark.parametrize(
    ("fault", "why"), [("expired-token", "expired"), ("revoked-token", "revoked")]
)
def test_a_dead_token_stays_dead(squeaks: RunningSandbox, fault: str, why: str) -> None:
    token = squeaks.token("squeak")["access_token"]
    squeaks.order("squeak", fault)

    answers = [squeak(squeaks, token=token) for _ in range(2)]

    assert [(each.status, each.json["error"]) for each in answers] == [(401, why)] * 2
    assert texts(squeaks) == []


def test_an_expired_token_can_be_renewed_and_a_revoked_one_cannot(squeaks: RunningSandbox) -> None:
    first, second = squeaks.token("squeak"), squeaks.token("squeak")
    squeaks.order("squeak", "expired-token")
    squeak(squeaks, token=first["access_token"])
    squeaks.order("squeak", "revoked-token")
    squeak(squeaks, token=second["access_token"])

    assert renew(squeaks, first["refresh_token"]).status == 200
    assert renew(squeaks, second["refresh_token"]).json == {"error": "invalid_grant"}


def test_slow_processing_takes_its_time(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "slow-processing", on="processing", seconds=60)
    job = start_job(squeaks)

    before = job_is_ready(squeaks, job)
    squeaks.advance(61)

    assert (before, job_is_ready(squeaks, job)) == (False, True)


def test_slow_processing_takes_so_many_questions(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "slow-processing", on="processing", polls=2)
    job = start_job(squeaks)

    assert [job_is_ready(squeaks, job) for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    "order",
    [
        {"network": "nowhere", "fault": "refuse"},
        {"network": "squeak", "fault": "explode"},
        {"network": "squeak", "fault": "container-race"},
        {"network": "squeak", "fault": "refuse", "on": "breakfast"},
        {"network": "squeak", "fault": "refuse", "times": 0},
        {"network": "squeak", "fault": "refuse", "after": -1},
        {"network": "squeak", "fault": "refuse", "seconds": "many"},
        {"network": "squeak", "fault": "delay", "seconds": 100_000},
        {"network": "squeak", "fault": "act-late", "seconds": 100_000},
        {"network": "squeak", "fault": "refuse", "purpose": "publish"},
        {"fault": "refuse"},
        ["refuse"],
    ],
)
def test_an_order_that_is_not_known_is_answered_with_those_that_are(
    squeaks: RunningSandbox, order: object
) -> None:
    refused = ask("POST", f"{squeaks.control}/faults", json=order)

    assert refused.status == 400
    assert refused.json["error"].endswith(".")
    assert squeak(squeaks).status == 201


def test_pages_for_people_are_spared(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "lose-request", times=None)

    assert ask("GET", squeaks.origin("squeak")).status == 200


def test_the_log_tells_what_was_asked_and_what_befell_it(squeaks: RunningSandbox) -> None:
    squeaks.order("squeak", "lose-answer", on="publish")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        squeak(squeaks)
    squeak(squeaks)

    told = [(each["purpose"], each["status"], each["fault"]) for each in squeaks.calls("squeak")]

    assert told == [("publish", None, "lose-answer"), ("publish", 201, "")]


def test_the_log_keeps_no_secret(squeaks: RunningSandbox) -> None:
    ask("GET", f"{squeaks.origin('squeak')}/v1/squeaks?access_token=so-secret&limit=5")

    (call,) = squeaks.calls("squeak")

    assert "so-secret" not in str(call)
    assert "limit=5" in call["path"]


def test_the_control_tells_every_generic_fault(squeaks: RunningSandbox) -> None:
    assert set(squeaks.told("squeak")["faults"]) == GENERIC | {Kind.SLOW_PROCESSING}


def look_up(squeaks: RunningSandbox) -> Answer:
    token = squeaks.token("squeak")["access_token"]
    return ask("GET", f"{squeaks.origin('squeak')}/v1/squeaks", token=token)


def renew(squeaks: RunningSandbox, refresh: str) -> Answer:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": "parvis-sandbox",
        "client_secret": "parvis-sandbox-secret",
    }
    return ask("POST", f"{squeaks.origin('squeak')}/token", form=form)


def start_job(squeaks: RunningSandbox) -> str:
    return str(ask("POST", f"{squeaks.origin('squeak')}/v1/jobs", json={}).confirmed().json["id"])


def job_is_ready(squeaks: RunningSandbox, job: str) -> bool:
    url = f"{squeaks.origin('squeak')}/v1/jobs/{job}"
    return bool(ask("GET", url).confirmed().json["ready"])
