"""Where the sandbox listens: its control on the base port, each network so many ports further."""

from collections.abc import Mapping

HOST = "127.0.0.1"
BASE_PORT = 8600
PORTS: Mapping[str, int] = {
    "x": 1,
    "facebook": 2,
    "instagram": 3,
    "linkedin": 4,
    "threads": 5,
    "mastodon": 6,
    "bluesky": 7,
}
