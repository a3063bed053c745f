"""Bluesky, and any other server that speaks the AT Protocol.

Sources: the AT Protocol's lexicons and specifications, and the reference PDS.
"""

from parvis.networks.bluesky.network import Bluesky

__all__ = ["Bluesky"]
