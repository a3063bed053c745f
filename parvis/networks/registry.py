"""Every network that Parvis speaks to, one explicit line for each."""

from collections.abc import Mapping

from parvis.networks.bluesky import Bluesky
from parvis.networks.bluesky.network import ENTRYWAY, PLC_DIRECTORY
from parvis.networks.contract import Network
from parvis.networks.mastodon import Mastodon


def networks(
    *, plc_directory: str = PLC_DIRECTORY, bluesky_entryway: str = ENTRYWAY
) -> Mapping[str, Network]:
    """By name. The addresses are those of the public network unless the owner runs another."""
    known: tuple[Network, ...] = (
        Mastodon(),
        Bluesky(plc_directory=plc_directory, entryway=bluesky_entryway),
    )
    return {network.name: network for network in known}
