"""The server: finding it from what a person types, and reading what it says of itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from yarl import URL

from parvis.networks.contract import Traits
from parvis.networks.errors import NetworkError, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.mastodon.api import NETWORK, failure
from parvis.networks.mastodon.traits import read_limits, section
from parvis.networks.traits import Counting

# Mastodon keeps an Idempotency-Key for an hour (post_status_service.rb). GoToSocial and Takahē
# ignore the header, and posted twice when it was tried: so only by name.
_KEY_SECONDS = 3600
_SOFTWARE_WITH_KEYS = frozenset({"mastodon"})
# GoToSocial states characters_reserved_per_url and counts the text as it is: len([]rune(…)) in its
# processing/status (read, not tried out).
_SOFTWARE_COUNTING_WHOLE = frozenset({"gotosocial"})
_HOST = re.compile(r"[a-zA-Z0-9_.:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """`domain` is the part of a handle after the @; it may differ from the server's host."""

    domain: str
    traits: Traits


def origin_of(typed: str) -> str:
    """`mastodon.social`, `@me@mastodon.social` and any URL there → `https://mastodon.social`."""
    text = "".join(typed.split())
    if "://" not in text:
        text = f"https://{text.split('/')[0].rsplit('@', 1)[-1]}"
    try:
        origin = URL(text).origin()
    except ValueError:
        raise _not_a_server(typed) from None
    if origin.scheme not in ("http", "https") or not _is_host(origin):
        raise _not_a_server(typed)
    # IDNA leaves the case of a label that is ASCII already.
    return str(origin).lower()


def _is_host(origin: URL) -> bool:
    """IDNA makes of some signs two, one of them a space."""
    host = origin.raw_host or ""
    if not _HOST.fullmatch(host):
        return False
    return "." in host.strip(".") or ":" in host or host == "localhost"


async def read_instance(http: Http, server: str) -> Instance:
    """Raises Refused when the server does not speak Mastodon's API."""
    stated = await _ask(http, server, "/api/v2/instance")
    if stated is None:
        stated = await _ask(http, server, "/api/v1/instance")
    if stated is None or not _is_instance(stated):
        raise _not_mastodon(server)
    traits = read_limits(stated)
    traits = _with_ways_of(await _software(http, server), traits)
    return Instance(domain=_domain(stated, server), traits=traits)


def _with_ways_of(software: str, traits: Traits) -> Traits:
    """What a server does not state, and is known of its software."""
    if software in _SOFTWARE_WITH_KEYS:
        return replace(traits, native_key_seconds=_KEY_SECONDS)
    if software in _SOFTWARE_COUNTING_WHOLE:
        return replace(
            traits,
            counting=Counting.CODE_POINTS,
            url_weight=None,
            mention_counts_without_host=False,
        )
    return traits


async def _ask(http: Http, server: str, path: str) -> dict[str, Any] | None:
    """What the server states, or None when it has no such page."""
    answer = await http.get(f"{server}{path}", network=NETWORK, purpose="read limits")
    if answer.status == 429 or answer.status >= 500:
        raise failure(answer)
    if 300 <= answer.status < 400:
        raise _moved(answer, server)
    stated = answer.json_or_none() if answer.ok else None
    return stated if isinstance(stated, dict) else None


def _is_instance(stated: Mapping[str, Any]) -> bool:
    return isinstance(stated.get("version"), str) and ("domain" in stated or "uri" in stated)


def _domain(stated: Mapping[str, Any], server: str) -> str:
    said = str(stated.get("domain") or stated.get("uri") or "")
    return said.split("://")[-1].strip("/") or URL(server).authority


async def _software(http: Http, server: str) -> str:
    """The software's name by NodeInfo; empty when the server does not say. Only what it
    does without stating it hangs on it, so no trouble here is worth an error."""
    try:
        index = await _nodeinfo(http, f"{server}/.well-known/nodeinfo")
        for link in index.get("links") or ():
            href = str(link.get("href", ""))
            if URL(href).origin() == URL(server):
                document = await _nodeinfo(http, href)
                return str(section(document, "software").get("name", "")).lower()
    except (NetworkError, AttributeError, TypeError, ValueError):
        return ""
    return ""


async def _nodeinfo(http: Http, url: str) -> dict[str, Any]:
    answer = await http.get(url, network=NETWORK, purpose="read software", seconds=10.0)
    if not answer.ok:
        raise failure(answer)
    return answer.json_object()


def _not_a_server(typed: str) -> Refused:
    return Refused(
        "not-a-server",
        f"“{typed.strip()}” is not the address of a server. Write it like mastodon.social.",
    )


def _not_mastodon(server: str) -> Refused:
    host = URL(server).authority
    return Refused(
        "not-mastodon",
        f"{host} does not speak Mastodon’s language. Check the spelling of the server’s name.",
        host=host,
    )


def _moved(answer: Answer, server: str) -> Refused:
    """A redirect is not followed: a token must not go to another server than the one named."""
    host = URL(server).authority
    try:
        target = URL(answer.headers.get("Location", "")).authority
    except ValueError:
        target = ""
    if not target or target == host:
        return _not_mastodon(server)
    return Refused(
        "moved", f"{host} sends on to {target}. Write {target} instead.", host=host, target=target
    )
