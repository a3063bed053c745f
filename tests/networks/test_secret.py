from __future__ import annotations

import pytest

from parvis.networks.contract import Tokens
from parvis.networks.http import redact
from parvis.networks.secret import Secret


def test_a_secret_shows_itself_only_when_revealed() -> None:
    tokens = Tokens(access=Secret("opensesame"))

    assert "opensesame" not in f"{tokens} {tokens.access} {tokens!r} {tokens.access!s}"
    assert tokens.access.reveal() == "opensesame"


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer opensesame123",
        "authorization=Basic b3BlbnNlc2FtZQ== was opensesame123",
        "eyJhbGciOiJFUzI1NksifQ.eyJvcGVuc2VzYW1lMTIzIjoxfQ.opensesame123",
        '{"access_token": "opensesame123", "scope": "read"}',
        '{"accessJwt":"opensesame123","handle":"alice.example.org"}',
        "password='opensesame123' for alice",
        "POST /oauth/token?client_secret=opensesame123&grant_type=x",
        "https://parvis.example.org/back?code=opensesame123&state=opensesame123",
        "the app password open-sesa-me12-3abc",
        "token ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0 opensesame123",
    ],
)
def test_what_looks_like_a_secret_is_hidden(said: str) -> None:
    shown = redact(said, Secret("opensesame123"))

    assert "…" in shown
    for word in ("opensesame123", "b3Blbn", "eyJvcGV", "open-sesa", "ZA-Yj3aBD8U8"):
        assert word not in shown


@pytest.mark.parametrize("secret", ["opensesame123"])
@pytest.mark.parametrize(
    "said",
    [
        "Bearer {}",
        '{{"access_token": "{}"}}',
        "client_secret={}&x=y",
        "password: {}",
        "?code={}",
    ],
)
def test_a_secret_that_nobody_named_is_hidden_by_its_place(said: str, secret: str) -> None:
    assert secret not in redact(said.format(secret))


@pytest.mark.parametrize(
    "said",
    [
        "Record/text must not be longer than 300 graphemes",
        "Invalid identifier or password",
        "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3lbqxkz2zhk2v",
        "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
        "The access token is invalid",
    ],
)
def test_what_a_person_must_read_is_kept(said: str) -> None:
    assert redact(said) == said
