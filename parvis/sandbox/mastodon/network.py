"""The server as a whole."""

from collections.abc import Iterable
from dataclasses import replace

from parvis.sandbox.mastodon.about import About
from parvis.sandbox.mastodon.media import Uploads
from parvis.sandbox.mastodon.reading import Reading
from parvis.sandbox.mastodon.server import Server
from parvis.sandbox.mastodon.signing_in import Permission, Signing
from parvis.sandbox.mastodon.statuses import Statuses
from parvis.sandbox.network import Route
from parvis.sandbox.world import World


class Mastodon(Server):
    name, label = "mastodon", "Mastodon"
    permalink_path = "/@{handle}/{id}"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.oauth = Permission.of(self)
        self.uploads = Uploads(self)
        self._about = About(self)
        self._parts = (
            Signing(self),
            self._about,
            self.uploads,
            Statuses(self, self.uploads),
            Reading(self),
        )

    def routes(self) -> Iterable[Route]:
        for part in self._parts:
            for route in part.routes():
                yield route
                # Rails takes a path with a slash at its end for the same.
                yield replace(route, path=f"{route.path}/")
        yield from self._about.last_routes()
