"""When a LinkedIn post was made, by its own number.

The upper bits of the number count the milliseconds since 1970. LinkedIn does not document it, but
its pages bear it out: comment 6636062862760562688 was created at 1582160678569.
"""

import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"(\d+)\)?$")
_LOWER_BITS = 22


def moment_of(urn: str) -> datetime | None:
    """None when the URN ends in no number; 1970 for a number that holds no time."""
    found = _NUMBER.search(urn)
    if found is None or len(found.group(1)) > 19:
        return None
    return datetime.fromtimestamp((int(found.group(1)) >> _LOWER_BITS) / 1000, UTC)
