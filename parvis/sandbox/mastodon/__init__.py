"""A Mastodon server, as its own source has it, and at wish GoToSocial's ways (quirk "gotosocial").

Unlike the real one it keeps an animated GIF as it is instead of making a video of it, and
schedules nothing.
"""

from parvis.sandbox.mastodon.network import Mastodon

__all__ = ["Mastodon"]
