"""X, by its API v2.

Sources: X's OpenAPI description 2.167 and the documents of the repository xdevplatform/docs
(2026-08). What comes from elsewhere says so beside the line. Nothing here was tried on the live
network.
"""

from parvis.networks.x.network import X

__all__ = ["X"]
