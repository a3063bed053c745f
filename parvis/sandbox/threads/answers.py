"""What Threads answers when it refuses, and how a request's parameters are read."""

import json
import secrets
from typing import Any

from aiohttp import web

from parvis.sandbox.network import Answered
from parvis.sandbox.oauth import TokenTrouble, Why

UNUSABLE = 100
NO_SUCH_RESOURCE = 24
MEDIA_NOT_FOUND = 4279009
TOPIC_NOT_PERMITTED = 4279071
# Instagram's, which Threads was seen to answer too (gitroomhq/postiz-app issue 1364).
MEDIA_NOT_FETCHED = 2207052


def error(
    message: str,
    code: int,
    subcode: int | None = None,
    *,
    status: int = 400,
    kind: str = "OAuthException",
    title: str = "",
    told: str = "",
) -> web.Response:
    """`title` and `told` are for the person, the message is for the developer."""
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    if title:
        body |= {"is_transient": False, "error_user_title": title, "error_user_msg": told}
    body["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return web.json_response({"error": body}, status=status)


def bad_parameter(message: str) -> Answered:
    return Answered(error(message, UNUSABLE, kind="THApiException"))


def nonexisting_field(field: str) -> Answered:
    return Answered(
        error(f"Tried accessing nonexisting field ({field})", UNUSABLE, kind="THApiException")
    )


def no_such_object(object_id: str, verb: str = "get") -> Answered:
    return Answered(
        error(
            f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be "
            "loaded due to missing permissions, or does not support this operation",
            UNUSABLE,
            33,
            kind="THApiException",
        )
    )


def media_not_found(container_id: str) -> Answered:
    return Answered(
        error(
            "The requested resource does not exist",
            NO_SUCH_RESOURCE,
            MEDIA_NOT_FOUND,
            title="Media Not Found",
            told=f"The media with id {container_id} cannot be found.",
        )
    )


def limit_reached(message: str) -> Answered:
    """Which code Threads gives for its daily quotas is not documented; 4 is Meta's usual one."""
    return Answered(error(message, 4))


def unauthorised(trouble: TokenTrouble) -> web.Response:
    if trouble.why is Why.SCOPE:
        return error(
            f"(#10) Application does not have permission for this action: {trouble.scope}",
            10,
            status=403,
            kind="THApiException",
        )
    message, code, subcode = _DEAD[trouble.why]
    return error(message, code, subcode, status=401)


_DEAD: dict[Why, tuple[str, int, int | None]] = {
    Why.MISSING: ("An access token is required to request this resource.", 104, None),
    Why.UNKNOWN: ("Invalid OAuth access token - Cannot parse access token", 190, None),
    Why.EXPIRED: ("Error validating access token: Session has expired.", 190, 463),
    Why.REVOKED: (
        "Error validating access token: The user has not authorized application.",
        190,
        458,
    ),
}


async def parameters(request: web.Request) -> dict[str, str]:
    """From the query and the body, as a Graph API takes them: a form or JSON."""
    found = {name: str(value) for name, value in request.query.items()}
    if request.content_type == "application/json":
        found |= _stated(await request.text())
    elif request.body_exists:
        found |= {name: str(value) for name, value in (await request.post()).items()}
    return found


def _stated(body: str) -> dict[str, str]:
    try:
        told = json.loads(body or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise bad_parameter("The body is not a JSON object.")
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
