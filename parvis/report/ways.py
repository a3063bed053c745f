"""How each network can be connected here, for the page that offers it."""

from collections.abc import Collection
from dataclasses import dataclass

from parvis.compose.public_media import has_public_address
from parvis.config.reach import all_networks
from parvis.connections.client_apps import AppToEnter, app_to_enter, entered_apps, ways_of
from parvis.networks.contract import Network, Way
from parvis.report.account import Permission, permissions_in_words
from parvis.report.network_phrases import NETWORKS, WAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One way of connecting a network. `missing` is the developer app to be entered first."""

    name: str
    words: str
    permissions: tuple[Permission, ...]
    missing: AppToEnter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkToConnect:
    """`lacks_public_address` when the network would have to fetch media that it cannot reach."""

    name: str
    label: str
    introduction: str
    ways: tuple[WayIn, ...]
    lacks_public_address: bool

    @property
    def is_ready(self) -> bool:
        return not self.ways or any(way.missing is None for way in self.ways)


def networks_to_connect() -> list[NetworkToConnect]:
    return [_offered(network) for network in all_networks().values()]


def network_to_connect(name: str) -> NetworkToConnect | None:
    """None where it has no pages of its own to sign in on, or one page for each server."""
    network = all_networks().get(name)
    if network is None or not any(way.app for way in ways_of(name)):
        return None
    return _offered(network)


def _offered(network: Network) -> NetworkToConnect:
    entered = entered_apps()
    return NetworkToConnect(
        name=network.name,
        label=network.label,
        introduction=str(NETWORKS.get(network.name, "")),
        ways=tuple(_way_in(network.name, way, entered) for way in ways_of(network.name)),
        lacks_public_address=network.usual_traits.fetches_media and not has_public_address(),
    )


def _way_in(network: str, way: Way, entered: Collection[str]) -> WayIn:
    lacks = bool(way.app) and way.app not in entered
    return WayIn(
        name=way.name,
        words=str(WAYS.get((network, way.name), "")),
        permissions=permissions_in_words(way.scopes),
        missing=app_to_enter(way.app) if lacks else None,
    )
