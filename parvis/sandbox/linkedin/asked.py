"""Reading a request as Rest.li does: version, protocol, method, keys and query.

Rest.li's 2.0.0 syntax: `List(a,b)` and `(key:value,key:value)`, everything within escaped by
percent signs; a bare colon, comma or bracket within a value is a mistake, in the path as well.
Source: linkedin.github.io/rest.li, spec/protocol; linkedin-api-client's decoder.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from parvis.sandbox.linkedin import answers
from parvis.sandbox.network import Answered
from parvis.sandbox.records import Json

OLDEST_VERSION = "202511"
_VERSION = re.compile(r"20\d\d(0[1-9]|1[0-2])")
_BARE = re.compile(r"[(),:']")
_METHODS = {
    "GET": {"GET", "BATCH_GET", "GET_ALL", "FINDER", "BATCH_FINDER"},
    "POST": {"CREATE", "BATCH_CREATE", "PARTIAL_UPDATE", "BATCH_PARTIAL_UPDATE", "ACTION"},
    "PUT": {"UPDATE", "BATCH_UPDATE"},
    "DELETE": {"DELETE", "BATCH_DELETE"},
}


def check_headers(request: web.Request, now: datetime) -> None:
    """Raises Answered for what every versioned resource asks of a request."""
    version = request.headers.get("LinkedIn-Version", "")
    if not version:
        raise Answered(
            answers.error(
                400,
                "A version must be present. Please specify a version by adding the LinkedIn-Version"
                " header.",
                code="VERSION_MISSING",
            )
        )
    if not _VERSION.fullmatch(version) or not OLDEST_VERSION <= version <= f"{now:%Y%m}":
        raise Answered(answers.inactive_version(version))
    if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
        raise Answered(answers.bad_query("Unsupported X-RestLi-Protocol-Version"))
    method = request.headers.get("X-RestLi-Method", "").upper()
    if method and method not in _METHODS[request.method]:
        raise Answered(answers.bad_query(f"Invalid Rest.li method {method}"))
    if _BARE.search(request.raw_path.partition("?")[0]):
        raise Answered(answers.error(400, "Syntax exception in path variables"))


def read_query(request: web.Request) -> Mapping[str, Any]:
    """Values are texts, lists of values or mappings to them."""
    raw = request.raw_path.partition("?")[2]
    try:
        return {
            unquote_plus(name): _value(value)
            for name, _, value in (pair.partition("=") for pair in raw.split("&") if pair)
        }
    except ValueError:
        raise Answered(answers.bad_query()) from None


async def read_body(request: web.Request) -> Json:
    try:
        stated = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        stated = None
    if not isinstance(stated, dict):
        raise Answered(answers.error(400, "Cannot parse request entity", code="BAD_REQUEST"))
    return stated


def read_paging(query: Mapping[str, Any], usual: int = 10) -> tuple[int, int]:
    try:
        start, count = int(query.get("start", 0)), int(query.get("count", usual))
    except (TypeError, ValueError):
        raise Answered(answers.bad_query()) from None
    if start < 0 or not 0 < count <= 100:
        raise Answered(answers.bad_query())
    return start, count


def read_ids(query: Mapping[str, Any], name: str = "ids") -> list[str]:
    ids = query.get(name, [])
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise Answered(answers.bad_query())
    return ids


def _value(encoded: str) -> Any:
    if encoded.startswith("List(") and encoded.endswith(")"):
        return [_value(item) for item in _items(encoded[5:-1])]
    if encoded.startswith("(") and encoded.endswith(")"):
        pairs = (item.partition(":") for item in _items(encoded[1:-1]))
        return {unquote_plus(name): _value(value) for name, _, value in pairs}
    if _BARE.search(encoded):
        raise ValueError(encoded)
    return unquote_plus(encoded)


def _items(encoded: str) -> list[str]:
    """Parts between the commas that stand in no bracket."""
    items, depth = [""], 0
    for sign in encoded:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append("")
        else:
            items[-1] += sign
    return [item for item in items if item]
