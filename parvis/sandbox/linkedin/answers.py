"""LinkedIn's answers when it says no, and its lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from parvis.sandbox.oauth import OAuthError, Why
from parvis.sandbox.records import Json

# learn.microsoft.com, error handling; the numbers are from others' code.
_TOKEN_TROUBLES = {
    Why.MISSING: (65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token"),
    Why.UNKNOWN: (65600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
    Why.REVOKED: (
        65601,
        "REVOKED_ACCESS_TOKEN",
        "The token used in the request has been revoked by the user",
    ),
    Why.EXPIRED: (65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
}
_BAD_CODE = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization"
    " code. Or authorization code expired. Or external member binding exists"
)


def error(status: int, message: str, *, code: str = "", number: int | None = None) -> web.Response:
    body: Json = {"status": status, "message": message}
    if code:
        body["code"] = code
    if number is not None:
        body["serviceErrorCode"] = number
    return web.json_response(body, status=status)


def bad_token(why: Why) -> web.Response:
    number, code, message = _TOKEN_TROUBLES[why]
    return error(401, message, code=code, number=number)


def not_permitted(what: str) -> web.Response:
    """`what` as in posts.CREATE."""
    message = f"Not enough permissions to access: {what}"
    return error(403, message, code="ACCESS_DENIED", number=100)


def not_found(what: str) -> web.Response:
    return error(404, f"Could not find entity {what}", code="NOT_FOUND")


def throttled(*, is_the_apps: bool = False) -> web.Response:
    """LinkedIn says neither how many are left nor until when, but whose limit it is."""
    whose = "APPLICATION" if is_the_apps else "APPLICATION_AND_MEMBER"
    return error(
        429,
        f"Resource level throttle {whose} DAY limit for calls to this resource is reached.",
        code="TOO_MANY_REQUESTS",
        number=101,
    )


def inactive_version(version: str) -> web.Response:
    return error(426, f"Requested version {version}01 is not active", code="NONEXISTENT_VERSION")


def bad_query(message: str = "Invalid query parameters passed to request") -> web.Response:
    return error(400, message, code="ILLEGAL_ARGUMENT")


def bad_input(code: str, description: str, field: str = "", *, message: str = "") -> web.Response:
    """`field` is a path such as /commentary."""
    return web.json_response(
        {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": message or description,
            "errorDetails": {
                "inputErrors": [
                    {
                        "description": description,
                        "input": {"inputPath": {"fieldPath": field}} if field else {},
                        "code": code,
                    }
                ]
            },
            "status": 422,
        },
        status=422,
    )


def duplicate_of(urn: str) -> web.Response:
    return bad_input(
        "DUPLICATE_POST",
        "Duplicate post is detected",
        message="com.linkedin.content.common.exception.BadRequestResponseException: Content is a "
        f"duplicate of {urn}",
    )


def oauth_error(trouble: OAuthError, *, renewing: bool = False) -> web.Response:
    """LinkedIn calls a bad code and a bad refresh token invalid requests."""
    told, description = trouble.error, trouble.description
    if told == "invalid_grant":
        told = "invalid_request"
        description = (
            "The provided authorization grant or refresh token is invalid, expired or revoked"
            if renewing
            else _BAD_CODE
        )
    elif told == "invalid_client":
        description = "Client authentication failed"
    return web.json_response(
        {"error": told, "error_description": description}, status=trouble.status
    )


def created(restli_id: str, body: Json | None = None) -> web.Response:
    headers = {"x-restli-id": restli_id, "x-linkedin-id": restli_id}
    if body is None:
        return web.Response(status=201, headers=headers)
    return web.json_response(body, status=201, headers=headers)


def page(elements: Sequence[Json], start: int, count: int) -> web.Response:
    shown = elements[start : start + count]
    paging = {"start": start, "count": count, "total": len(elements), "links": []}
    return web.json_response({"elements": shown, "paging": paging})


def batch(found: Mapping[str, Json], missing: Sequence[str], what: str) -> web.Response:
    errors: dict[str, Any] = {
        key: {"status": 404, "message": f"Could not find entity {what} {key}"} for key in missing
    }
    statuses = dict.fromkeys(found, 200) | dict.fromkeys(missing, 404)
    return web.json_response({"results": found, "statuses": statuses, "errors": errors})
