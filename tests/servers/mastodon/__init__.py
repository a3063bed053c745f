"""A Mastodon server for the tests: mastodon-mock, as its own process, on loopback, in memory."""

from tests.servers.mastodon.server import (
    MastodonAccount,
    MastodonServer,
    running_mastodon,
)

__all__ = ["MastodonAccount", "MastodonServer", "running_mastodon"]
