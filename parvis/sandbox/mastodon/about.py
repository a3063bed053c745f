"""What the server says of itself: its limits, and which software it is."""

from collections.abc import Iterable

from aiohttp import web

from parvis.sandbox.faults import Purpose
from parvis.sandbox.mastodon.dialect import IMAGE_TYPES, VIDEO_TYPES
from parvis.sandbox.mastodon.server import Server, said
from parvis.sandbox.network import Route
from parvis.sandbox.records import Json

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/2.0"


class About:
    def __init__(self, server: Server) -> None:
        self._server = server

    def routes(self) -> Iterable[Route]:
        limited = self._server.limited
        yield Route("GET", "/api/v2/instance", limited(self.instance), Purpose.ACCOUNT)
        yield Route("GET", "/api/v1/instance", limited(self.first_instance), Purpose.ACCOUNT)
        yield Route("GET", "/.well-known/nodeinfo", self.nodeinfo_index, Purpose.ACCOUNT)
        yield Route("GET", "/nodeinfo/2.0", self.nodeinfo, Purpose.ACCOUNT)

    def last_routes(self) -> Iterable[Route]:
        """To come after all others."""
        yield Route("*", "/api/{rest:.*}", self._server.limited(self.nothing), Purpose.ACCOUNT)

    async def instance(self, _request: web.Request) -> web.Response:
        dialect = self._server.dialect
        return web.json_response(
            {
                "domain": self._server.domain,
                "title": "Sandbox",
                "version": dialect.version,
                "source_url": dialect.source_url,
                "description": "Nothing here is on the real network.",
                "usage": {"users": {"active_month": 5}},
                "languages": ["en", "fr"],
                "configuration": {"urls": {}} | self._configuration(),
                "registrations": {"enabled": False, "approval_required": False, "message": None},
                "contact": {"email": "", "account": None},
                "rules": [],
                "api_versions": {"mastodon": 7} if dialect.has_batches else {},
            }
        )

    async def first_instance(self, _request: web.Request) -> web.Response:
        dialect = self._server.dialect
        return web.json_response(
            {
                "uri": self._server.domain,
                "title": "Sandbox",
                "short_description": "Nothing here is on the real network.",
                "description": "",
                "email": "",
                "version": dialect.version,
                "urls": {},
                "stats": {"user_count": 5, "status_count": 0, "domain_count": 1},
                "languages": ["en", "fr"],
                "registrations": False,
                "approval_required": False,
                "invites_enabled": False,
                "configuration": self._configuration(),
                "contact_account": None,
                "rules": [],
            }
        )

    def _configuration(self) -> Json:
        dialect = self._server.dialect
        return {
            "statuses": {
                "max_characters": dialect.most_characters,
                "max_media_attachments": dialect.most_media,
                "characters_reserved_per_url": dialect.link_weight,
            },
            "media_attachments": {
                "supported_mime_types": [*IMAGE_TYPES, *VIDEO_TYPES],
                "description_limit": dialect.description_limit,
                "image_size_limit": dialect.image_bytes,
                "image_matrix_limit": dialect.image_pixels,
                "video_size_limit": dialect.video_bytes,
                "video_frame_rate_limit": dialect.frame_rate,
                "video_matrix_limit": dialect.video_pixels,
            },
            "polls": {
                "max_options": dialect.most_options,
                "max_characters_per_option": dialect.option_characters,
                "min_expiration": dialect.shortest_poll,
                "max_expiration": dialect.longest_poll,
            },
        }

    async def nodeinfo_index(self, _request: web.Request) -> web.Response:
        link = {"rel": _SCHEMA, "href": f"{self._server.origin}/nodeinfo/2.0"}
        return web.json_response({"links": [link]})

    async def nodeinfo(self, _request: web.Request) -> web.Response:
        dialect = self._server.dialect
        return web.json_response(
            {
                "version": "2.0",
                "software": {"name": dialect.software, "version": dialect.version},
                "protocols": ["activitypub"],
                "services": {"inbound": [], "outbound": []},
                "usage": {"users": {"total": 5}, "localPosts": 0},
                "openRegistrations": False,
                "metadata": {},
            }
        )

    async def nothing(self, _request: web.Request) -> web.Response:
        return said("Not Found", 404)
