"""How this installation reaches the networks: the network modules and the HTTP client they use."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from parvis.networks.contract import Network
from parvis.networks.http import Http
from parvis.networks.registry import networks


@cache
def all_networks() -> Mapping[str, Network]:
    installed = settings.INSTALLATION
    return networks(
        plc_directory=installed.plc_directory, bluesky_entryway=installed.bluesky_entryway
    )


def new_http() -> Http:
    """A client to be used as an async context manager, by one event loop."""
    return Http(allow_private_hosts=settings.INSTALLATION.private_hosts)
