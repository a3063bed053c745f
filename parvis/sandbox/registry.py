"""Every network that the sandbox stands in for, one explicit line for each."""

from parvis.sandbox.bluesky import Bluesky
from parvis.sandbox.facebook import Facebook
from parvis.sandbox.instagram import Instagram
from parvis.sandbox.linkedin import LinkedIn
from parvis.sandbox.mastodon import Mastodon
from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.threads import Threads
from parvis.sandbox.x import X


def networks() -> tuple[type[SandboxNetwork], ...]:
    return (X, Facebook, Instagram, LinkedIn, Threads, Mastodon, Bluesky)
