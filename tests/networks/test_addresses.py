from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.addresses import AllowedHosts, is_public


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
