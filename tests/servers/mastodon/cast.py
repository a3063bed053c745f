"""Who lives on the Mastodon server of the tests."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    username: str
    display_name: str
    token: str = field(repr=False)


PONTS = Member(
    username="ponts", display_name="Librairie Ponts", token="token-of-ponts-with-read-and-write"
)
CHARLIE = Member(
    username="charlie", display_name="Charlie", token="token-of-charlie-with-read-and-write"
)
