"""Bluesky, and any other server that speaks the AT Protocol.

Sources: the AT Protocol's lexicons and specifications, and the reference PDS.
"""

from parvis.networks.bluesky.network import Bluesky
from parvis.networks.bluesky.session import is_app_password

__all__ = ["Bluesky", "is_app_password"]
