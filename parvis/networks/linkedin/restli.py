"""Addresses of LinkedIn's API, in Rest.li's encoding (protocol 2.0.0).

Keys and values are escaped to the last colon, while the brackets and commas of lists and records
stand bare; so an address must be sent as it is built here.
Source: linkedin-api-client, clients/restli/utils/encoder.py.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from yarl import URL

from parvis.networks.versions import version_of

Record = Mapping[str, str]
Value = str | int | Sequence[str] | Sequence[Record] | Record


def address(server: str, path: str, /, *keys: str, **query: Value) -> URL:
    """`path` has a `{}` for each of the keys: address(server, "/rest/posts/{}", urn)."""
    resource = path.format(*(encode(key) for key in keys))
    asked = "&".join(f"{name}={encode(value)}" for name, value in query.items())
    return URL(f"{server}{resource}{'?' if asked else ''}{asked}", encoded=True)


def encode(value: Value) -> str:
    if isinstance(value, str | int):
        return quote(str(value), safe="")
    if isinstance(value, Mapping):
        fields = (f"{encode(name)}:{encode(field)}" for name, field in value.items())
        return f"({','.join(fields)})"
    return f"List({','.join(encode(item) for item in value)})"


def headers(method: str) -> dict[str, str]:
    """`method` is Rest.li's name of what is asked: CREATE, FINDER, BATCH_GET …"""
    return {
        "LinkedIn-Version": version_of("linkedin"),
        "X-Restli-Protocol-Version": "2.0.0",
        "X-RestLi-Method": method,
    }
