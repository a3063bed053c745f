"""What is added to the links of a post, so that its visits are told apart where they arrive. Pure.

The names are those of Google Analytics (“URL builders: collect campaign data with custom URLs”),
which other tools read as well.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from parvis.networks.text import find_links

Utm = Mapping[str, str]

UTM_NAMES = ("source", "medium", "campaign", "content")


def with_utm(text: str, utm: Utm) -> str:
    """The text with `utm` in each http(s) link that has none of its own; fragments stay last."""
    added = _query(utm)
    if not added:
        return text
    for link in reversed(find_links(text)):
        text = text[: link.start] + _marked(link.value, added) + text[link.end :]
    return text


def joined(of_campaign: Utm, own: Utm) -> dict[str, str]:
    """What a post adds stands over what its campaign adds; what is empty is not said."""
    said = {**_filled(of_campaign), **_filled(own)}
    return {name: said[name] for name in UTM_NAMES if name in said}


def _filled(utm: Utm) -> dict[str, str]:
    return {name: value.strip() for name, value in utm.items() if value.strip()}


def _query(utm: Utm) -> str:
    return "&".join(f"utm_{name}={_quoted(value)}" for name, value in joined(utm, {}).items())


def _quoted(value: str) -> str:
    """A full stop at the end would be taken for the end of a sentence by who finds links."""
    quoted = quote(value, safe="")
    return f"{quoted[:-1]}%2E" if quoted.endswith(".") else quoted


def _marked(link: str, added: str) -> str:
    """The query that was there stays as it was written."""
    try:
        parts = urlsplit(link)
    except ValueError:
        # Nothing that a browser opens, as an unclosed bracket in the host: it is left alone.
        return link
    if any(pair.lower().startswith("utm_") for pair in parts.query.split("&")):
        return link
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))
