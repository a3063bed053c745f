"""X's ways of saying no. Where users of the API have quoted a body, it is theirs."""

from typing import Any

from aiohttp import web

_TYPES = "https://api.x.com/2/problems"
# Some problems still carry the older host in their type.
_OLDER_TYPES = "https://api.twitter.com/2/problems"


def forbidden(detail: str) -> web.Response:
    return _answer(
        403, {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}
    )


def duplicate() -> web.Response:
    return forbidden("You are not allowed to create a Tweet with duplicate content.")


def not_permitted() -> web.Response:
    return forbidden("You are not permitted to perform this action.")


def reply_not_allowed() -> web.Response:
    return forbidden(
        "Reply to this conversation is not allowed because you have not been mentioned or "
        "otherwise engaged by the author of the post you are replying to."
    )


def parent_gone() -> web.Response:
    return forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")


def locked() -> web.Response:
    return forbidden(
        "To protect our users from spam and other malicious activity, this account is temporarily "
        "locked. Please log in to https://twitter.com to unlock your account."
    )


def suspended() -> web.Response:
    return forbidden("Your account is suspended and is not permitted to access this feature.")


def app_suspended() -> web.Response:
    return forbidden("This application is suspended from accessing the X API.")


def spam() -> web.Response:
    return forbidden(
        "This request looks like it might be automated. To protect our users from spam and other "
        "malicious activity, we can't complete this action right now."
    )


def too_long() -> web.Response:
    return _answer(
        400,
        {
            "detail": "Your Tweet text is too long. For more information on how Twitter "
            "determines text length see https://github.com/twitter/twitter-text.",
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
        },
    )


def not_enrolled() -> web.Response:
    return _answer(
        403,
        {
            "title": "Client Forbidden",
            "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use "
            "keys and tokens from a Twitter developer App that is attached to a Project.",
            "type": f"{_OLDER_TYPES}/client-forbidden",
            "reason": "client-not-enrolled",
            "required_enrollment": "Appropriate Level of API Access",
            "client_id": "30000001",
        },
    )


def scope_missing() -> web.Response:
    """Of OAuth 2.0 no body was found; this is the one of OAuth 1.0a, with the other's name."""
    return _answer(
        403,
        {
            "title": "Forbidden",
            "detail": "Your client app is not configured with the appropriate oauth2 app "
            "permissions for this endpoint.",
            "type": f"{_OLDER_TYPES}/oauth2-permissions",
            "status": 403,
        },
    )


def unauthorized() -> web.Response:
    return _answer(
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
    )


def too_many() -> web.Response:
    return _answer(
        429,
        {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        },
    )


def usage_capped() -> web.Response:
    return _answer(
        429,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": f"{_OLDER_TYPES}/usage-capped",
            "period": "Monthly",
            "scope": "Product",
            "account_id": 1,
        },
    )


def credits_depleted() -> web.Response:
    return _answer(
        402,
        {
            "title": "CreditsDepleted",
            "detail": "Your enrolled account [1] does not have any credits to fulfill this "
            "request.",
            "type": f"{_OLDER_TYPES}/credits",
            "account_id": 1,
        },
    )


def invalid(parameter: str, value: object, message: str) -> web.Response:
    return _answer(
        400,
        {
            "errors": [{"parameters": {parameter: [str(value)]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{_TYPES}/invalid-request",
        },
    )


def not_found(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """A partial error: it comes with 200."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{_TYPES}/resource-not-found",
    }


def withheld_field(field: str, post_id: str) -> dict[str, Any]:
    return {
        "resource_id": post_id,
        "parameter": "ids",
        "resource_type": "tweet",
        "section": "data",
        "field": field,
        "title": "Field Authorization Error",
        "value": post_id,
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with ids: "
        f"[{post_id}].",
        "type": f"{_TYPES}/not-authorized-for-field",
    }


def oauth_error(error: str, description: str, status: int = 400) -> web.Response:
    return _answer(status, {"error": error, "error_description": description})


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    kind = "application/problem+json" if "type" in body else "application/json"
    return web.json_response(body, status=status, content_type=kind)
