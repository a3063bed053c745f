"""Every network that Parvis speaks to, one explicit line for each."""

from collections.abc import Mapping

from parvis.networks.bluesky import Bluesky
from parvis.networks.bluesky.network import ENTRYWAY, PLC_DIRECTORY
from parvis.networks.contract import Network
from parvis.networks.facebook import Facebook
from parvis.networks.instagram import Instagram
from parvis.networks.linkedin import LinkedIn
from parvis.networks.mastodon import Mastodon
from parvis.networks.threads import Threads
from parvis.networks.x import X


def networks(*, plc_directory: str = "", bluesky_entryway: str = "") -> Mapping[str, Network]:
    """By name. An empty address is that of the public network; the owner may run another."""
    known: tuple[Network, ...] = (
        X(),
        Facebook(),
        Instagram(),
        LinkedIn(),
        Threads(),
        Mastodon(),
        Bluesky(
            plc_directory=plc_directory or PLC_DIRECTORY, entryway=bluesky_entryway or ENTRYWAY
        ),
    )
    return {network.name: network for network in known}
