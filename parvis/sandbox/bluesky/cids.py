"""Content ids and record keys, as the AT Protocol makes them.

A record's id is the hash of its DAG-CBOR: keys by length, then by bytes; links as tag 42. A blob's
is the hash of its bytes. A record key is a TID: 53 bits of microseconds, 10 bits of clock number.
(AT Protocol, "Data Model" and "TID".)
"""

import base64
import hashlib
import re
from datetime import datetime
from typing import Any

_CIDV1, _DAG_CBOR, _RAW, _SHA256 = 0x01, 0x71, 0x55, b"\x12\x20"
_LINK_TAG = b"\xd8\x2a"
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_CID = re.compile("b[a-z2-7]{58}")


def cid_of_record(record: Any) -> str:
    return _cid(_DAG_CBOR, encode(record))


def cid_of_blob(content: bytes) -> str:
    return _cid(_RAW, content)


def is_cid(text: object) -> bool:
    return isinstance(text, str) and _CID.fullmatch(text) is not None


def is_tid(text: object) -> bool:
    return isinstance(text, str) and _TID.fullmatch(text) is not None


def tid_at(moment: datetime, clock: int = 0) -> str:
    number = int(moment.timestamp() * 1_000_000) << 10 | clock
    return "".join(_SORTABLE[number >> 5 * place & 31] for place in reversed(range(13)))


def encode(value: Any) -> bytes:
    """DAG-CBOR. Raises TypeError for what the data model does not know, such as a float."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case str():
            text = value.encode()
            return _head(_TEXT, len(text)) + text
        case list():
            return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
        case dict():
            return _encode_map(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a record")


def _encode_map(value: dict[str, Any]) -> bytes:
    match value:
        case {"$link": str() as link, **others} if not others:
            return _LINK_TAG + _bytes(b"\x00" + _unbase32(link[1:]))
        case {"$bytes": str() as content, **others} if not others:
            return _bytes(base64.b64decode(content + "=" * (-len(content) % 4)))
        case _:
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            pairs = b"".join(encode(key) + encode(value[key]) for key in keys)
            return _head(_MAP, len(value)) + pairs


def _bytes(content: bytes) -> bytes:
    return _head(_BYTES, len(content)) + content


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([kind << 5 | extra]) + number.to_bytes(size, "big")
    raise TypeError("The number has more than 64 bits")


def _cid(codec: int, content: bytes) -> str:
    raw = bytes([_CIDV1, codec]) + _SHA256 + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def _unbase32(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
