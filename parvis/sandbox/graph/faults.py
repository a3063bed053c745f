"""Meta's error bodies: `{"error": {"message", "type", "code", "error_subcode", "fbtrace_id"}}`."""

import secrets
from typing import Any

from aiohttp import web

from parvis.sandbox.network import Answered
from parvis.sandbox.oauth import TokenTrouble, Why

MISSING = 33


def error(
    message: str,
    code: int,
    subcode: int = 0,
    *,
    status: int = 400,
    kind: str = "OAuthException",
    title: str = "",
    told: str = "",
    transient: bool = False,
    data: Any = None,
) -> web.Response:
    """`message` is for the developer; `title` and `told` are for the person."""
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    if title or transient:
        body["is_transient"] = transient
    if title:
        body |= {"error_user_title": title, "error_user_msg": told}
    if data is not None:
        body["error_data"] = data
    body["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return web.json_response({"error": body}, status=status)


def bad_parameter(message: str, *, code: int = 100, subcode: int = 0) -> Answered:
    return Answered(error(f"(#{code}) {message}", code, subcode))


def missing(object_id: str, verb: str = "get") -> Answered:
    return Answered(
        error(
            f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be "
            "loaded due to missing permissions, or does not support this operation. Please read "
            "the Graph API documentation at https://developers.facebook.com/docs/graph-api",
            100,
            MISSING,
            kind="GraphMethodException",
        )
    )


def nonexisting_field(name: str, kind: str) -> Answered:
    return Answered(
        error(f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})", 100)
    )


def unknown_path(name: str) -> Answered:
    return Answered(error(f"Unknown path components: /{name}", 2500))


def lacks(permission: str) -> Answered:
    return Answered(
        error(
            f"(#200) The permission(s) {permission} are not available. It could be because either "
            "they are deprecated or need to be approved by App Review, or were not granted.",
            200,
            status=403,
        )
    )


def page_token_needed() -> Answered:
    return Answered(error("(#210) A page access token is required to request this resource.", 210))


def retired_version(version: str, newest: str) -> web.Response:
    """The words are the Marketing API's, the only ones that were found quoted. The Graph API is
    said to serve an old version by the oldest living one instead, which the order does not."""
    return error(
        f"(#2635) You are calling a deprecated version {version} of the API. Please update to the "
        f"latest version: {newest}.",
        2635,
    )


def unexpected() -> web.Response:
    """Meta's 500, as koala issue 699 quotes it."""
    return error(
        "An unexpected error has occurred. Please retry your request later.",
        2,
        status=500,
        transient=True,
    )


def unauthorised(trouble: TokenTrouble) -> web.Response:
    """Meta answers 400 or 401 for one and the same [from memory]."""
    if trouble.why is Why.SCOPE:
        return lacks(trouble.scope).response
    message, code, subcode = _DEAD[trouble.why]
    return error(message, code, subcode, status=400)


_DEAD: dict[Why, tuple[str, int, int]] = {
    Why.MISSING: ("An access token is required to request this resource.", 104, 0),
    Why.UNKNOWN: ("Invalid OAuth access token - Cannot parse access token", 190, 0),
    Why.EXPIRED: (
        "Error validating access token: Session has expired on Saturday, 21-Nov-26.",
        190,
        463,
    ),
    Why.REVOKED: (
        "Error validating access token: The session has been invalidated because the user changed "
        "their password or Facebook has changed the session for security reasons.",
        190,
        460,
    ),
}
