"""Answering what is asked for: a node gives the fields that it has, an edge a page of nodes."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parvis.sandbox.graph.faults import bad_parameter, nonexisting_field
from parvis.sandbox.graph.fields import Field

Give = Callable[[Field], Any]

_USUAL_LIMIT = 25
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`fields` hold its fields and edges alike; what one gives as None is left out. `usual` are
    those that it answers with when none are named."""

    id: str
    kind: str
    fields: Mapping[str, Give]
    usual: tuple[str, ...] = ("id",)


def told(node: Node, wanted: Sequence[Field]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for each in wanted or [Field(name=name) for name in node.usual]:
        if each.name == "id":
            continue
        if each.name not in node.fields:
            raise nonexisting_field(each.name, node.kind)
        value = node.fields[each.name](each)
        if value is not None:
            answer[each.name] = value
    return answer | {"id": node.id}


def edge(
    nodes: Sequence[Node], asked: Field, origin: str, *, summary: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A page of nodes. `after` is told on the last page as well, `next` only where more follows.
    Its address is there to be seen; it leads to the origin alone."""
    start = _place(asked.args.get("after", ""))
    limit = min(asked.number("limit", _USUAL_LIMIT), _MOST)
    page = nodes[start : start + limit]
    answer: dict[str, Any] = {"data": [told(node, asked.inner) for node in page]}
    if page:
        end = start + len(page)
        answer["paging"] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
        if end < len(nodes):
            answer["paging"]["next"] = f"{origin}/?after={_cursor(end)}"
    if asked.args.get("summary") and summary is not None:
        answer["summary"] = dict(summary)
    return answer


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"at:{place}".encode()).decode()


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        name, _, place = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if name == "at" and place.isdigit():
            return int(place)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise bad_parameter("Invalid cursors values")


def moment(at: datetime) -> str:
    """As Meta writes times: 2026-11-21T12:00:00+0000."""
    return f"{at:%Y-%m-%dT%H:%M:%S}+0000"


def insights(values: Mapping[str, Any], node_id: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": value}],
            "title": name.replace("_", " "),
            "description": "",
            "id": f"{node_id}/insights/{name}/lifetime",
        }
        for name, value in values.items()
    ]
