"""Threads, by Meta's Threads API.

Sources: Meta's pages under developers.facebook.com/documentation/threads (read 2026-11 in stored
copies of 2025-07 to 2026-08), Meta's sample app fbsamples/threads_api with its Postman collection
(2026-01), and what others met in production, named beside the line. Nothing was tried on Threads
itself.
"""

from parvis.networks.threads.network import Threads

__all__ = ["Threads"]
