"""Signing in: OAuth at www.linkedin.com, and who the token belongs to."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.faults import Purpose
from parvis.sandbox.linkedin import answers, asked
from parvis.sandbox.linkedin.desk import Desk
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.oauth import OAuthError, Pkce, Rules
from parvis.sandbox.records import Json, Person, Token

# Access tokens of sixty days, and where the app is LinkedIn's partner (here: for organisations)
# a refresh token of a year whose end no renewal puts off.
RULES = Rules(
    scopes=frozenset(
        {
            "openid",
            "profile",
            "email",
            "r_basicprofile",
            "w_member_social",
            "r_member_social",
            "r_member_postAnalytics",
            "r_organization_social",
            "w_organization_social",
            "r_organization_admin",
            "rw_organization_admin",
        }
    ),
    code_seconds=30 * 60,
    access_seconds=60 * 24 * 3600,
    refresh_scope="w_organization_social",
    refresh_seconds=365 * 24 * 3600,
    refresh_restarts=False,
    refresh_is_single_use=False,
    pkce=Pkce.IGNORED,
)
_POSTER_ROLES = {"role": "ADMINISTRATOR", "state": "APPROVED"}


class Signing:
    def __init__(self, network: SandboxNetwork, desk: Desk) -> None:
        self._network = network
        self._desk = desk

    def routes(self) -> Iterable[Route]:
        page = ConsentPage(self._network, self._network.oauth)
        yield Route("GET", "/oauth/v2/authorization", page.show, Purpose.PAGE)
        yield Route("POST", "/oauth/v2/authorization", page.decide, Purpose.PAGE)
        yield Route("POST", "/oauth/v2/accessToken", self.give_token, Purpose.TOKEN)
        yield Route("POST", "/oauth/v2/introspectToken", self.introspect, Purpose.TOKEN)
        yield Route("POST", "/oauth/v2/revoke", self.revoke, Purpose.TOKEN)
        yield Route("GET", "/v2/userinfo", self.show_by_openid, Purpose.ACCOUNT)
        yield Route("GET", "/v2/me", self.show_profile, Purpose.ACCOUNT)
        yield Route("GET", "/rest/people", self.list_people, Purpose.ACCOUNT)
        yield Route("GET", "/rest/organizationAcls", self.list_roles, Purpose.ACCOUNT)
        yield Route("GET", "/rest/organizations", self.list_organisations, Purpose.ACCOUNT)
        yield Route("GET", "/rest/organizations/{id}", self.show_organisation, Purpose.ACCOUNT)

    async def give_token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        renewing = form.get("grant_type") == "refresh_token"
        try:
            token = self._granted(request, form)
        except OAuthError as trouble:
            return answers.oauth_error(trouble, renewing=renewing)
        return web.json_response(self._told(token))

    def _granted(self, request: web.Request, form: Mapping[str, str]) -> Token:
        oauth = self._network.oauth
        app = oauth.client(request, form)
        match form.get("grant_type"):
            case "refresh_token":
                return oauth.renew(app, form.get("refresh_token", ""))
            case "authorization_code" if "code_verifier" in form:
                # The address for native apps alone knows PKCE.
                raise OAuthError("invalid_grant", "No challenge was made for this code.")
            case "authorization_code":
                return oauth.redeem(app, form)
            case "client_credentials":
                raise OAuthError(
                    "access_denied",
                    "This application is not allowed to create application tokens",
                    401,
                )
        raise OAuthError("unsupported_grant_type", "A required parameter is missing: grant_type")

    def _told(self, token: Token) -> Json:
        now = self._network.clock.now()
        assert token.expires_at is not None
        told: Json = {
            "access_token": token.id,
            "expires_in": int((token.expires_at - now).total_seconds()),
            "scope": ",".join(token.scopes),
            "token_type": "Bearer",
        }
        if token.refresh and token.refresh_expires_at is not None:
            told["refresh_token"] = token.refresh
            left = token.refresh_expires_at - now
            told["refresh_token_expires_in"] = int(left.total_seconds())
        return told

    async def introspect(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            app = self._network.oauth.client(request, form)
        except OAuthError as trouble:
            return answers.oauth_error(trouble)
        token = self._network.shelf.tokens.get(form.get("token", ""))
        if token is None or token.app_id != app.id or token.expires_at is None:
            return web.json_response({"active": False})
        is_over = token.expires_at <= self._network.clock.now()
        status = "revoked" if token.revoked else "expired" if is_over else "active"
        return web.json_response(
            {
                "active": status == "active",
                "status": status,
                "client_id": app.id,
                "auth_type": "3L",
                "authorized_at": int(token.issued_at.timestamp()),
                "created_at": int(token.issued_at.timestamp()),
                "expires_at": int(token.expires_at.timestamp()),
                "scope": ",".join(token.scopes),
            }
        )

    async def revoke(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            self._network.oauth.client(request, form)
        except OAuthError as trouble:
            return answers.oauth_error(trouble)
        self._network.oauth.revoke(form.get("token", ""))
        return web.Response(status=200)

    async def show_by_openid(self, request: web.Request) -> web.Response:
        token = await self._network.token(request)
        self._desk.require(token, "openid", "userinfo.GET")
        told: Json = {"sub": token.person_id}
        if "profile" in token.scopes:
            first, last = _names(self._network.person(token.person_id))
            told |= {"name": f"{first} {last}".strip(), "given_name": first, "family_name": last}
            told["locale"] = {"country": "FR", "language": "fr"}
        return web.json_response(told)

    async def show_profile(self, request: web.Request) -> web.Response:
        token = await self._network.token(request)
        self._desk.require(token, "r_basicprofile", "me.GET.NO_VERSION")
        return web.json_response(_profile(self._network.person(token.person_id)))

    async def list_people(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        self._desk.require(token, "r_basicprofile", "people.BATCH_GET")
        keys = query.get("ids")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise Answered(answers.bad_query())
        known = {each.id: each for each in self._network.shelf.people if each.kind == "person"}
        ids = [str(key.get("id")) for key in keys]
        found = {f"(id:{key})": _profile(known[key]) for key in ids if key in known}
        return answers.batch(found, [key for key in ids if key not in known], "people")

    async def list_roles(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        if not {"rw_organization_admin", "r_organization_admin"} & set(token.scopes):
            raise Answered(answers.not_permitted("organizationAcls.FINDER-roleAssignee"))
        if query.get("q") != "roleAssignee":
            raise Answered(answers.bad_query())
        roles = [
            {
                "role": role["role"],
                "state": role["state"],
                "organization": self._desk.urn_of(organisation),
                "roleAssignee": f"urn:li:person:{token.person_id}",
            }
            for organisation in self._organisations()
            if organisation.managed_by == token.person_id
            for role in organisation.extra.get("roles", [_POSTER_ROLES])
        ]
        wanted = [role for role in roles if _fits(role, query)]
        return answers.page(wanted, *asked.read_paging(query))

    async def list_organisations(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        self._desk.require(token, "rw_organization_admin", "organizations.BATCH_GET")
        ids = asked.read_ids(query)
        known = {each.id: _shown(each) for each in self._organisations()}
        found = {key: known[key] for key in ids if key in known}
        return answers.batch(found, [key for key in ids if key not in known], "organizations")

    async def show_organisation(self, request: web.Request) -> web.Response:
        token, _ = await self._desk.entered(request)
        self._desk.require(token, "rw_organization_admin", "organizations.GET")
        for organisation in self._organisations():
            if organisation.id == request.match_info["id"]:
                return web.json_response(_shown(organisation))
        return answers.not_found("organizations")

    def _organisations(self) -> list[Person]:
        return [each for each in self._network.shelf.people if self._desk.is_organisation(each)]


def _fits(role: Mapping[str, str], query: Mapping[str, str]) -> bool:
    return all(query.get(name, role[name]) == role[name] for name in ("role", "state"))


def _shown(organisation: Person) -> Json:
    return {
        "id": int(organisation.id),
        "localizedName": organisation.name,
        "vanityName": organisation.handle,
        "primaryOrganizationType": "NONE",
    }


def _profile(person: Person) -> Json:
    first, last = _names(person)
    return {
        "id": person.id,
        "localizedFirstName": first,
        "localizedLastName": last,
        "vanityName": person.handle,
    }


def _names(person: Person) -> tuple[str, str]:
    first, _, last = person.name.partition(" ")
    return first, last
