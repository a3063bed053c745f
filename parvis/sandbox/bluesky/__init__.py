"""Bluesky as the sandbox serves it."""

from parvis.sandbox.bluesky.network import Bluesky

__all__ = ["Bluesky"]
