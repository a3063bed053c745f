"""Our counting for X, and the sandbox’s own, against twitter-text itself, on texts that nobody
wrote down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.networks.text import count_units, find_cashtags, find_shortened_links
from parvis.networks.traits import Counting, Traits
from parvis.sandbox.x.weights import links, weight
from tests.servers.node_packages import NodeUnavailable
from tests.servers.twitter_text import TwitterText, running_twitter_text

X_LIKE = Traits(
    text_limit=280,
    counting=Counting.WEIGHTED,
    image_limit=4,
    image_bytes_limit=1,
    image_types=(),
    alt_limit=0,
)


@pytest.fixture(scope="module")
def twitter_text() -> Iterator[TwitterText]:
    try:
        with running_twitter_text() as running:
            yield running
    except NodeUnavailable as unavailable:
        pytest.skip(str(unavailable))


# No bare joiners and skin tones: twitter-text knows the joined sequences of 2018 by name, and takes
# a sign beyond U+FFFF for two when it stands before a host.
FRAGMENTS = (
    "http:// https:// HTTPS:// example.com www. t.co t.co/Ab1 bnf.fr librairie.museum ponts "
    "/lecture /?a=b&c=d ?q=été #place @alice $ABC é É ß Ж ш ا ש 日 本 한 \u0301 \u200b \u200e "
    "\u00a0 . .. - _ , ; : ! ? ' ’ ( ) [ ] & = ~ + % 1 12 :8080 xn--p1ai .рф みんな 。 « »"
)
EMOJI = (
    "🙂 👍🏽 👩\u200d👩\u200d👧\u200d👦 👩🏽\u200d🚀 🏳️\u200d🌈 🇫🇷 🇫 🇦🇦 1️⃣ #️⃣ ❤️ ❤ ☺ ☺\ufe0e ✈ © ©️ ™ ♟ "
    "🏴 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 😀\ufe0e"
)
WORDS = st.lists(st.sampled_from(FRAGMENTS.split(" ")), min_size=1, max_size=8).map("".join)
TEXTS = st.lists(
    st.one_of(WORDS, st.sampled_from(EMOJI.split(" ")), st.text(max_size=10)), max_size=8
).map(" ".join)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_a_text_weighs_what_x_says(twitter_text: TwitterText, text: str) -> None:
    assert count_units(text, X_LIKE) == twitter_text.measure(text).units


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_the_links_that_x_shortens_are_found(twitter_text: TwitterText, text: str) -> None:
    found = tuple(link.value for link in find_shortened_links(text))
    assert found == twitter_text.measure(text).links


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_the_cashtags_that_x_sees_are_found(twitter_text: TwitterText, text: str) -> None:
    found = tuple(tag.value for tag in find_cashtags(text))
    assert found == twitter_text.measure(text).cashtags


# The sandbox takes any pair of letters for a flag.
NO_SUCH_REGION = "🇦🇦"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS.filter(lambda text: NO_SUCH_REGION not in text))
def test_the_sandbox_weighs_a_text_as_x_does(twitter_text: TwitterText, text: str) -> None:
    measured = twitter_text.measure(text)
    assert weight(text) == measured.units
    assert tuple(link.url for link in links(text)) == measured.links
