"""X's API v2, its sign-in pages and its timeline.

Sources: X's OpenAPI description 2.167, the documents of xdevplatform/docs (2026-08), the client
libraries xdk 0.10.6 and tweepy 4.17, twitter-text 3, and error bodies as users of the API have
quoted them; what has none of these says so beside the line.
"""

from parvis.sandbox.x.network import X

__all__ = ["X"]
