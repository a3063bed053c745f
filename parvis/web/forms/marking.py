"""What the composer's form says about where a post belongs: tags, and what marks its links."""

from django.http import QueryDict

from parvis.compose.content import ordered_tags
from parvis.compose.links import UTM_NAMES

_LONGEST_TAG = 50
_LONGEST_MARK = 120


def read_tags(sent: QueryDict) -> tuple[str, ...]:
    """Written with commas between them; a hash sign in front is not part of the name."""
    typed = sent.get("tags", "").replace("\x00", "").split(",")
    names = (" ".join(name.split()).lstrip("#")[:_LONGEST_TAG].strip() for name in typed)
    return ordered_tags(name for name in names if name)


def read_utm(sent: QueryDict) -> dict[str, str]:
    found = {name: sent.get(f"utm_{name}", "") for name in UTM_NAMES}
    cleaned = {name: _cleaned(value) for name, value in found.items()}
    return {name: value for name, value in cleaned.items() if value}


def _cleaned(value: str) -> str:
    return " ".join(value.replace("\x00", "").split())[:_LONGEST_MARK]
