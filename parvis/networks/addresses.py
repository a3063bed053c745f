"""Which addresses may be called: public ones, and private ones that the owner has named.

A server's name is typed by a user or read from a document that a stranger wrote. The address
that is checked here is the one that is connected to, so a name cannot change its mind between
the two (DNS rebinding).
"""

import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from parvis.networks.errors import Refused

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """False for loopback, private, link-local, shared (CGNAT), multicast and reserved ranges, also
    when such an IPv4 address travels inside an IPv6 one."""
    if isinstance(address, IPv6Address):
        carried = _carried_ipv4(address)
        if carried is not None:
            return is_public(carried)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class AllowedHosts:
    """The private hosts that the owner allows, each as `host` or `host:port`."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = frozenset(name.strip().lower() for name in names)
        self.has = lru_cache(maxsize=1024)(self._has)

    def _has(self, host: str, port: int | None) -> bool:
        if not self._names:
            return False
        host = host.lower()
        shown = f"[{host}]" if ":" in host else host
        return not self._names.isdisjoint((host, shown, f"{shown}:{port}"))

    def check(self, url: URL) -> None:
        """Raises Refused unless the URL may be called. Names are checked once they resolve."""
        host = url.raw_host
        if not host or url.raw_user is not None or url.scheme not in ("https", "http"):
            raise Refused("bad-address", f"“{url.host or ''}” is not the address of a server.")
        if self.has(host, url.port):
            return
        if url.scheme != "https":
            raise Refused(
                "not-https",
                f"{host} was given with http:// and only https:// is spoken, so that no password "
                "travels in the open.",
                host=host,
            )
        if (literal := _literal(host)) is not None and not is_public(literal):
            raise private_address(host)


def private_address(host: str) -> Refused:
    return Refused(
        "private-address",
        f"{host} leads to a private address, which is not called. If this server is yours, name "
        "it in the setting PARVIS_ALLOW_PRIVATE_HOSTS.",
        host=host,
    )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class PublicResolver(AbstractResolver):
    """Resolves names and refuses those with any address that is not public."""

    def __init__(self, allowed: AllowedHosts, names: AbstractResolver | None = None) -> None:
        self._allowed = allowed
        self._names = names or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._names.resolve(host, port, family)
        except UnicodeError as error:
            raise OSError(f"{host} is not a host name") from error
        if not self._allowed.has(host, port):
            self._refuse_private(host, found)
        return found

    def _refuse_private(self, host: str, found: list[ResolveResult]) -> None:
        for result in found:
            if not is_public(ip_address(result["host"])):
                raise private_address(host)

    async def close(self) -> None:
        await self._names.close()
