"""Threads as Meta's Threads API shows it.

Written from documentation/threads on developers.facebook.com (stored copies of 2025-07 to
2026-08), Meta's Postman collection and sample app (fbsamples/threads_api, 2026-01) and what other
clients met; each doubt stands beside its line.
"""

from parvis.sandbox.threads.network import Threads

__all__ = ["Threads"]
