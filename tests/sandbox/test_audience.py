from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from parvis.sandbox import audience
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox

SEEDS = st.integers(0, 1_000_000)
AGES = st.timedeltas(timedelta(0), timedelta(days=400))
DAY = timedelta(days=1)


@given(seed=SEEDS, first=AGES, second=AGES)
def test_no_figure_ever_falls(seed: int, first: timedelta, second: timedelta) -> None:
    younger = audience.counts(seed, "x/1", min(first, second))
    older = audience.counts(seed, "x/1", max(first, second))

    assert all(a <= b for a, b in zip(astuple(younger), astuple(older), strict=True))


@given(seed=SEEDS, age=AGES)
def test_fewer_people_than_views_and_fewer_likes_than_people(seed: int, age: timedelta) -> None:
    told = audience.counts(seed, "x/1", age)

    assert told.views >= told.reach >= told.likes >= 0


@given(seed=SEEDS, age=AGES)
def test_votes_never_fall_either(seed: int, age: timedelta) -> None:
    before = audience.votes(seed, "x/1", 4, age)
    after = audience.votes(seed, "x/1", 4, age + DAY)

    assert all(a <= b for a, b in zip(before, after, strict=True))


def test_the_same_seed_brings_the_same_audience() -> None:
    assert audience.counts(7, "x/1", DAY) == audience.counts(7, "x/1", DAY)
    assert audience.answers(7, "x/1") == audience.answers(7, "x/1")
    assert audience.counts(7, "x/1", DAY) != audience.counts(8, "x/1", DAY)
    assert audience.counts(7, "x/1", DAY) != audience.counts(7, "x/2", DAY)


def test_a_new_post_has_been_seen_by_nobody() -> None:
    assert set(astuple(audience.counts(7, "x/1", timedelta(0)))) == {0}


def test_the_audience_answers_in_time_and_is_seen_to(squeaks: RunningSandbox) -> None:
    post = publish(squeaks)

    at_first = figures(squeaks, post)
    squeaks.advance(3 * 86_400)
    later = figures(squeaks, post)

    assert at_first == {"likes": 0, "replies": 0}
    assert later["likes"] > 0
    assert later["replies"] == len(answers_to(squeaks, post)) > 0


def test_an_answer_of_the_audience_is_written_once(squeaks: RunningSandbox) -> None:
    post = publish(squeaks)
    squeaks.advance(3 * 86_400)

    first = answers_to(squeaks, post)
    squeaks.advance(3 * 86_400)

    assert answers_to(squeaks, post) == first
    assert {each["author"] for each in first} <= {"alice", "bob", "charlie"}


def publish(squeaks: RunningSandbox) -> str:
    url = f"{squeaks.origin('squeak')}/v1/squeaks"
    token = squeaks.token("squeak")["access_token"]
    return str(ask("POST", url, token=token, json={"text": "Bonjour"}).confirmed().json["id"])


def figures(squeaks: RunningSandbox, post: str) -> dict[str, int]:
    told = ask("GET", f"{squeaks.origin('squeak')}/v1/squeaks/{post}?metrics=all").confirmed().json
    return {name: int(count) for name, count in told.items()}


def answers_to(squeaks: RunningSandbox, post: str) -> list[dict[str, object]]:
    every = ask("GET", f"{squeaks.control}/posts/squeak").confirmed().json
    return [each for each in every if each["parent"] == post]
