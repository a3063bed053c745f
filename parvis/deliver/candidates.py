"""Posts that a look-up found on the network, any of which may be the one in question."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parvis.networks.contract import Published


def published_as(found: Mapping[str, Any]) -> Published:
    """The receipt, once a person has said that this is it."""
    at = found.get("published_at")
    return Published(
        remote_id=found["remote_id"],
        url=found["url"],
        published_at=datetime.fromisoformat(at) if at else None,
    )
