"""The fields of a request, from JSON or a form with Rails' names such as `poll[options][]`."""

import json
import re
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

_NAMES = re.compile(r"[^\[\]]+|\[\]")
# ActiveModel::Type::Boolean::FALSE_VALUES
_FALSE = (False, 0, "", "0", "f", "F", "false", "FALSE", "off", "OFF", None)


async def fields_of(request: web.Request) -> dict[str, Any]:
    """Those of the query too; the body's prevail."""
    fields: dict[str, Any] = {}
    for name, value in request.query.items():
        _put(fields, _NAMES.findall(name), value)
    if request.content_type == "application/json":
        return fields | await _json(request)
    for name, field in (await request.post()).items():
        _put(fields, _NAMES.findall(name), field)
    return fields


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _put(into: dict[str, Any], names: list[str], value: Any) -> None:
    if not names:
        return
    name, *rest = names
    if not rest:
        into[name] = value
    elif rest == ["[]"]:
        into.setdefault(name, []).append(value)
    else:
        _put(into.setdefault(name, {}), rest, value)


def text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return "" if value is None or isinstance(value, FileField) else str(value)


def texts(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []


def flag(fields: dict[str, Any], name: str) -> bool:
    return fields.get(name) not in _FALSE


def number(fields: dict[str, Any], name: str) -> int:
    try:
        return int(fields.get(name) or 0)
    except (TypeError, ValueError):
        return 0
