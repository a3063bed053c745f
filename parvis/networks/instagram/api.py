"""Instagram's Graph API: its hosts, by the way in which an account was connected."""

from parvis.networks.graph import GraphApi
from parvis.networks.graph.login import SERVER as FACEBOOK_SERVER
from parvis.networks.hosts import beside

API = GraphApi(network="instagram", label="Instagram", api="graph")

SERVER = "https://graph.instagram.com"
SITE = "https://www.instagram.com"
SIGN_IN_SERVER = "https://api.instagram.com"

INSTAGRAM_LOGIN = "instagram-login"
FACEBOOK_LOGIN = "facebook-login"


def server_for(way: str, server: str) -> str:
    """Through a Page, an Instagram account lives on Facebook's server."""
    return beside(server, SERVER, FACEBOOK_SERVER) if way == FACEBOOK_LOGIN else server


def site_of(server: str) -> str:
    """Where people look at what was posted."""
    return SITE if server in (SERVER, FACEBOOK_SERVER) else server
