"""What goes wrong while connecting is a sentence, in English and in French."""

import re

import pytest
from django.utils.translation import override

from parvis.config.reach import all_networks
from parvis.connections.client_apps import apps_to_enter, ways_of
from parvis.networks.errors import NotSent
from parvis.report.app_guide import steps_for
from parvis.report.network_phrases import CONNECTED_BY, NETWORKS, SCOPES, WAYS
from parvis.report.phrases import CONNECTING
from parvis.report.sentences import sentence_for_connecting
from tests.report.raised_codes import Raised, raised_codes

# Where a network is asked for a permission, and what all its calls pass through.
PLACES = re.compile(
    r"(^|/)(permission|login|identity|instance|server|addresses|http|answer|api|xrpc|fault|call)\.py:"
)
# What those places say of a post alone.
OF_POSTS = frozenset(
    {
        "already-there",
        "container-lost",
        "daily-limit",
        "duplicate",
        "image-too-large",
        "media-gone",
        "media-lost",
        "media-not-found",
        "media-refused",
        "media-too-large",
        "media-unreachable",
        "parent-gone",
        "post-gone",
        "processing",
        "not-permitted",
        "refused-as-spam",
        "reply-closed",
        "spam",
        "too-long",
        "too-many-links",
        "topic-not-permitted",
    }
)
# What the room of connections says itself.
OF_THE_ROOM = ("no-such-way", "no-app", "refresh-busy", "cannot-unseal", "sandbox-away")

RAISED = [
    raised
    for raised in raised_codes()
    if PLACES.search(raised.place) and raised.code not in OF_POSTS
]


def test_the_places_are_those_that_sign_in() -> None:
    networks = {raised.place.partition("/")[0] for raised in RAISED if "/" in raised.place}
    shared_with_facebook = {"facebook"} - networks
    assert networks | shared_with_facebook >= set(all_networks())
    assert {"bad-app", "code-refused", "scope-missing", "wrong-password"} <= {
        raised.code for raised in RAISED
    }


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: f"{raised.code} {raised.place}")
def test_every_code_has_a_sentence_that_its_facts_fill(raised: Raised) -> None:
    assert raised.code in CONNECTING, raised.place
    needed = set(re.findall(r"%\((\w+)\)s", str(CONNECTING[raised.code])))
    assert raised.facts is None or needed <= raised.facts, raised.place


@pytest.mark.parametrize("code", OF_THE_ROOM)
def test_what_the_room_itself_says_is_told_in_french_too(code: str) -> None:
    error = NotSent(code, "In English, from the code.")
    english = sentence_for_connecting(error)
    with override("fr"):
        french = sentence_for_connecting(error)
    assert "In English" not in english + french
    assert english != french


def test_every_network_way_and_permission_has_words() -> None:
    for name in all_networks():
        assert str(NETWORKS[name])
        ways = ways_of(name)
        for way in ways:
            assert str(CONNECTED_BY[name, way.name])
            assert len(ways) == 1 or str(WAYS[name, way.name])
            assert all(scope in SCOPES for scope in way.scopes), way
        assert ways or str(CONNECTED_BY[name, ""])


def test_every_developer_app_has_a_guide() -> None:
    assert all(steps_for(entry.app.name) for entry in apps_to_enter())
