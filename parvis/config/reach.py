"""How this installation reaches the networks: the network modules and the HTTP client they use."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from yarl import URL

from parvis.networks.contract import Network
from parvis.networks.http import Http
from parvis.networks.registry import networks
from parvis.sandbox.ports import PORTS


@cache
def all_networks() -> Mapping[str, Network]:
    installed = settings.INSTALLATION
    return networks(
        plc_directory=installed.plc_directory, bluesky_entryway=installed.bluesky_entryway
    )


def new_http() -> Http:
    """A client to be used as an async context manager, by one event loop."""
    installed = settings.INSTALLATION
    return Http(allow_private_hosts=installed.private_hosts | sandbox_hosts(installed.sandbox))


def sandbox_hosts(control: str) -> frozenset[str]:
    """The sandbox's control, and the ports in a row after it: one for each network."""
    address = URL(control)
    if not control or address.host is None or address.port is None:
        return frozenset()
    ports = range(address.port, address.port + len(PORTS) + 1)
    return frozenset(f"{address.host}:{port}" for port in ports)


def stands_in_the_sandbox(origin: str) -> bool:
    """However somebody came by the address."""
    address = URL(origin)
    host = "127.0.0.1" if address.host == "localhost" else address.host
    return f"{host}:{address.port}" in sandbox_hosts(settings.INSTALLATION.sandbox)
