"""The npm packages of the Bluesky server."""

from __future__ import annotations

from pathlib import Path

from tests.servers.node_packages import NodePackages, NodeUnavailable

RECIPE = Path(__file__).parent
# @atproto/pds asks for Node 22; npm brings one for Linux on x86-64 alone.
PACKAGES = NodePackages(
    recipe=RECIPE,
    cache_name="bluesky-server",
    title="the Bluesky server",
    oldest_node=22,
)
BlueskyUnavailable = NodeUnavailable


def install() -> Path:
    return PACKAGES.install()


def command(folder: Path) -> list[str]:
    """How to start the server installed in `folder`; its data folder is still to be added."""
    return PACKAGES.command(folder, "serve.mjs")
