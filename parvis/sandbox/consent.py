"""The page on which a person lets an app in, as each network with OAuth serves it."""

from aiohttp import web

from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.oauth import Asked, OAuth, OAuthError
from parvis.sandbox.pages import render
from parvis.sandbox.records import Person


class ConsentPage:
    """Register `show` for GET and `decide` for POST at the network's own authorise path:

    page = ConsentPage(self, self.oauth)
    yield Route("GET", "/oauth/authorize", page.show, Purpose.PAGE)
    yield Route("POST", "/oauth/authorize", page.decide, Purpose.PAGE)
    """

    def __init__(self, network: SandboxNetwork, oauth: OAuth) -> None:
        self._network = network
        self._oauth = oauth

    async def show(self, request: web.Request) -> web.Response:
        try:
            asked = self._oauth.read_request(request.query)
        except OAuthError as error:
            return self._error(error)
        return self._form(asked)

    async def decide(self, request: web.Request) -> web.Response:
        """The form's `decision` is allow or deny; `account` is a handle, or empty for the first."""
        try:
            asked = self._oauth.read_request(request.query)
            form = await request.post()
            person = self._person(str(form.get("account", "")))
        except OAuthError as error:
            return self._error(error)
        allowed = form.get("decision") == "allow"
        location = self._oauth.allow(asked, person) if allowed else self._oauth.deny(asked)
        return web.Response(status=302, headers={"Location": location})

    def _people(self) -> list[Person]:
        return [person for person in self._network.shelf.people if person.signs_in]

    def _person(self, handle: str) -> Person:
        for person in self._people():
            if handle in ("", person.handle):
                return person
        raise OAuthError("access_denied", f"Nobody called “{handle}” is signed in here.")

    def _form(self, asked: Asked) -> web.Response:
        return render("consent.html", self._network, asked=asked, people=self._people())

    def _error(self, error: OAuthError) -> web.Response:
        return render("oauth_error.html", self._network, status=error.status, error=error)
