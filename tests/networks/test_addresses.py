from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.addresses import AllowedHosts, PublicResolver, is_public
from parvis.networks.errors import NotSent, Refused
from parvis.networks.http import Http
from tests.networks.loopback import ASK, POST, Server


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_carried_in_another_is_judged_by_itself(address: IPv4Address) -> None:
    number = int(address)
    mapped = IPv6Address((0xFFFF << 32) | number)
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80))
    nat64 = IPv6Address((0x64FF9B << 96) | number)

    assert {is_public(mapped), is_public(sixtofour), is_public(nat64)} == {is_public(address)}


@given(st.ip_addresses())
def test_nothing_private_is_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert not address.is_private
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("names", "host", "port", "allowed"),
    [
        ({"pds.example.org"}, "pds.example.org", 443, True),
        ({" PDS.example.org "}, "pds.example.org", 443, True),
        ({"pds.example.org:2583"}, "pds.example.org", 2583, True),
        ({"pds.example.org:2583"}, "pds.example.org", 443, False),
        ({"example.org"}, "pds.example.org", 443, False),
        ({"::1"}, "::1", 443, True),
        ({"[::1]:8443"}, "::1", 8443, True),
        (set(), "pds.example.org", 443, False),
    ],
)
def test_a_host_is_allowed_by_name_or_by_name_and_port(
    names: set[str], host: str, port: int, allowed: bool
) -> None:
    assert AllowedHosts(frozenset(names)).has(host, port) is allowed


class Names(AbstractResolver):
    """Answers each question with the next of the given addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        address = self._addresses[min(self.asked, len(self._addresses) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
    ],
)
async def test_a_private_address_is_refused(url: str) -> None:
    async with Http() as http:
        with pytest.raises(Refused) as refusal:
            await http.get(url, **ASK)

    assert refusal.value.code == "private-address"
    assert "PARVIS_ALLOW_PRIVATE_HOSTS" in refusal.value.sentence


async def test_a_name_for_a_private_address_is_refused() -> None:
    async with Http() as http:
        with pytest.raises(Refused) as refusal:
            await http.post("https://localhost/", json={}, **POST)

    assert refusal.value.code == "private-address"


@pytest.mark.parametrize(
    "url",
    [
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "ftp://example.org/",
        "https://me:secret@example.org/",
        "example.org",
        "https://",
        "https://[::1",
    ],
)
async def test_what_is_not_the_address_of_a_server_is_not_called(url: str) -> None:
    async with Http() as http:
        with pytest.raises((Refused, NotSent)) as refusal:
            await http.get(url, **ASK)

    assert refusal.value.code in ("bad-address", "private-address", "unknown-host")


async def test_plain_http_is_refused() -> None:
    async with Http() as http:
        with pytest.raises(Refused) as refusal:
            await http.get("http://example.org/", **ASK)

    assert refusal.value.code == "not-https"


async def test_an_allowed_port_does_not_allow_its_neighbours(server: Server) -> None:
    async with Http(allow_private_hosts=frozenset({f"127.0.0.1:{server.port}"})) as http:
        assert (await http.get(server.url, **ASK)).status == 200
        with pytest.raises(Refused):
            await http.get(f"https://127.0.0.1:{server.port + 1}", **ASK)
        with pytest.raises(Refused):
            await http.get(f"https://localhost:{server.port}", **ASK)


async def test_the_address_that_was_checked_is_the_one_that_is_called(server: Server) -> None:
    names = Names("127.0.0.1", "127.0.0.2")
    allowed = frozenset({"books.example.org"})
    async with Http(allow_private_hosts=allowed, names=names) as http:
        await http.get(f"http://books.example.org:{server.port}", **ASK)

    assert names.asked == 1
    assert len(server.requests) == 1


async def test_a_name_that_turns_private_later_is_refused_then() -> None:
    names = Names("93.184.215.14", "127.0.0.1")
    resolver = PublicResolver(AllowedHosts(frozenset()), names)
    found = await resolver.resolve("books.example.org", 443)

    assert [result["host"] for result in found] == ["93.184.215.14"]
    with pytest.raises(Refused) as refusal:
        await resolver.resolve("books.example.org", 443)
    assert refusal.value.code == "private-address"


async def test_a_name_that_resolves_to_a_private_address_is_never_called(server: Server) -> None:
    async with Http(names=Names("127.0.0.1")) as http:
        with pytest.raises(Refused):
            await http.get(f"https://books.example.org:{server.port}", **ASK)

    assert server.requests == []
