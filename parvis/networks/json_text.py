"""JSON, read and written a dozen times for each post: by orjson, which takes a tenth of the time.

What orjson refuses and the standard library does not (half of a surrogate pair, which servers that
cut a text do send) is left to that.
"""

import json
from collections.abc import Callable
from typing import Any

import orjson


def read_json(text: bytes | str) -> Any:
    """Raises ValueError or RecursionError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def write_json(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """`default` answers what stands for a value that JSON does not know, or raises TypeError."""
    try:
        return orjson.dumps(value, default=default, option=_ONLY_WHAT_IS_JSON)
    except orjson.JSONEncodeError:
        return json.dumps(value, default=default, separators=(",", ":")).encode()


# A dataclass, as a Secret is, and a moment are for `default` to judge.
_ONLY_WHAT_IS_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
