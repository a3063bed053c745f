"""Mastodon, and the servers that speak its client API (GoToSocial, Pleroma, Hollo …).

Sources: mastodon/documentation, Mastodon's own code, and what was seen on other servers.
"""

from parvis.networks.mastodon.network import Mastodon

__all__ = ["Mastodon"]
