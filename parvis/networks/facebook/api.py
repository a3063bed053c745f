"""Facebook's Graph API, and what stands beside it for people."""

from parvis.networks.graph import GraphApi
from parvis.networks.graph.login import SERVER, SITE
from parvis.networks.hosts import beside

API = GraphApi(network="facebook", label="Facebook", api="graph")


def site_of(server: str) -> str:
    """Where people look at what was posted."""
    return beside(server, SERVER, SITE)


def url_of(server: str, remote_id: str) -> str:
    """Facebook leads from the id to the post, whatever kind it is [from memory]."""
    return f"{site_of(server)}/{remote_id}"
