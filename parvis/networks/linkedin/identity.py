"""Who the token speaks for: a member, and the organisations that this member may post for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parvis.networks.contract import Account, Connected, Tokens, Way
from parvis.networks.errors import Refused
from parvis.networks.http import Answer, Http
from parvis.networks.linkedin.api import NETWORK, failure, is_organisation
from parvis.networks.linkedin.permission import ORGANISATIONS
from parvis.networks.linkedin.restli import address, headers
from parvis.networks.linkedin.traits import MEMBER_TRAITS, ORGANISATION_TRAITS
from parvis.networks.traits import Traits

# Those who may post for a page: learn.microsoft.com, Posts API, permissions. The pages write the
# last one both ways.
_POSTING_ROLES = {"ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}
_PAGE = 100
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Face:
    """An author as LinkedIn names it. `handle` is the word in the address of its page, or the
    name where the token does not show that word."""

    urn: str
    handle: str
    name: str


async def connect(http: Http, server: str, way: Way, tokens: Tokens) -> tuple[Connected, ...]:
    member = await read_member(http, server, tokens)
    found = [_connected(member, server, way, tokens, MEMBER_TRAITS)]
    if way.name == ORGANISATIONS.name:
        for organisation in await _read_administered(http, server, tokens):
            found.append(_connected(organisation, server, way, tokens, ORGANISATION_TRAITS))
    return tuple(found)


async def read_face(http: Http, account: Account) -> Face:
    """The account itself, as it is named now."""
    if not is_organisation(account):
        return await read_member(http, account.server, account.tokens)
    number = account.remote_id.rpartition(":")[2]
    answer = await http.get(
        address(account.server, "/rest/organizations/{}", number),
        network=NETWORK,
        purpose="check account",
        headers=headers("GET"),
        bearer=account.tokens.access,
    )
    return _organisation(answer, _read(answer))


async def read_member(http: Http, server: str, tokens: Tokens) -> Face:
    """OpenID Connect's way where it was allowed, else that of the older basic profile."""
    with_openid = "openid" in tokens.scopes
    answer = await http.get(
        f"{server}/v2/userinfo" if with_openid else f"{server}/v2/me",
        network=NETWORK,
        purpose="check account",
        headers={"X-Restli-Protocol-Version": "2.0.0"},
        bearer=tokens.access,
    )
    said = _read(answer)
    return _by_openid(answer, said) if with_openid else _by_profile(answer, said)


async def read_faces(http: Http, account: Account, urns: Sequence[str]) -> dict[str, Face]:
    """The authors that LinkedIn lets the account see, by URN. A member may hide from apps."""
    people = [urn for urn in urns if urn.startswith("urn:li:person:")]
    others = [urn for urn in urns if urn.startswith("urn:li:organization:")]
    faces: list[Face] = []
    try:
        faces += await _read_people(http, account, people) if people else ()
        faces += await _read_organisations(http, account.server, account.tokens, others)
    except Refused:
        # Names are shown to apps that were approved for it; the comments are there without.
        pass
    return {face.urn: face for face in faces}


async def _read_people(http: Http, account: Account, urns: Sequence[str]) -> Sequence[Face]:
    """learn.microsoft.com, Profile API, other members' profiles; {"id": "private"} is one who
    hides. How the results are keyed is not told, so each is known by the id that it holds."""
    keys = [{"id": urn.rpartition(":")[2]} for urn in urns]
    answer = await http.get(
        address(account.server, "/rest/people", ids=keys),
        network=NETWORK,
        purpose="read names",
        headers=headers("BATCH_GET"),
        bearer=account.tokens.access,
    )
    results = _read(answer).get("results")
    if not isinstance(results, dict):
        raise answer.unreadable()
    return [_by_profile(answer, person) for person in results.values()]


async def _read_administered(http: Http, server: str, tokens: Tokens) -> Sequence[Face]:
    urns: dict[str, None] = {}
    for page in range(_PAGES):
        answer = await http.get(
            address(
                server,
                "/rest/organizationAcls",
                q="roleAssignee",
                state="APPROVED",
                start=page * _PAGE,
                count=_PAGE,
            ),
            network=NETWORK,
            purpose="check account",
            headers=headers("FINDER"),
            bearer=tokens.access,
        )
        roles = _read(answer).get("elements")
        if not isinstance(roles, list):
            raise answer.unreadable()
        urns |= dict.fromkeys(_organisations_of(roles))
        if len(roles) < _PAGE:
            break
    return await _read_organisations(http, server, tokens, list(urns))


def _organisations_of(roles: list[dict[str, Any]]) -> list[str]:
    """The field is `organization`; other tools' code also names `organizationalTarget`."""
    named = [
        str(role.get("organization") or role.get("organizationalTarget") or "")
        for role in roles
        if role.get("role") in _POSTING_ROLES and role.get("state", "APPROVED") == "APPROVED"
    ]
    return [urn for urn in named if urn.startswith("urn:li:organization:")]


async def _read_organisations(
    http: Http, server: str, tokens: Tokens, urns: Sequence[str]
) -> Sequence[Face]:
    if not urns:
        return ()
    numbers = [urn.rpartition(":")[2] for urn in urns]
    answer = await http.get(
        address(server, "/rest/organizations", ids=numbers),
        network=NETWORK,
        purpose="check account",
        headers=headers("BATCH_GET"),
        bearer=tokens.access,
    )
    results = _read(answer).get("results")
    if not isinstance(results, dict):
        raise answer.unreadable()
    return [_organisation(answer, results[number]) for number in numbers if number in results]


def _connected(face: Face, server: str, way: Way, tokens: Tokens, traits: Traits) -> Connected:
    return Connected(
        network=NETWORK,
        server=server,
        remote_id=face.urn,
        handle=face.handle,
        display_name=face.name,
        tokens=tokens,
        traits=traits,
        way=way.name,
    )


def _by_openid(answer: Answer, said: dict[str, Any]) -> Face:
    number = answer.word(said, "sub")
    name = str(said.get("name") or number)
    return Face(urn=f"urn:li:person:{number}", handle=name, name=name)


def _by_profile(answer: Answer, said: dict[str, Any]) -> Face:
    number = answer.word(said, "id")
    names = (said.get("localizedFirstName"), said.get("localizedLastName"))
    name = " ".join(str(part) for part in names if part) or number
    return Face(
        urn=f"urn:li:person:{number}", handle=str(said.get("vanityName") or name), name=name
    )


def _organisation(answer: Answer, said: dict[str, Any]) -> Face:
    number = said.get("id")
    if not isinstance(number, int | str):
        raise answer.unreadable()
    name = str(said.get("localizedName") or number)
    handle = str(said.get("vanityName") or name)
    return Face(urn=f"urn:li:organization:{number}", handle=handle, name=name)


def _read(answer: Answer) -> dict[str, Any]:
    if not answer.ok:
        raise failure(answer)
    return answer.json_object()
