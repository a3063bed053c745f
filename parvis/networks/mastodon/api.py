"""Mastodon's client API: what its refusals mean.

An error is JSON, `{"error": …}`. Which status stands for what differs between servers: a text
that is too long is 422 on Mastodon, an empty one 422 there and 400 on GoToSocial.
"""

from collections.abc import Mapping

from parvis.networks.errors import NetworkError, NotSent, Reconnect, Refused
from parvis.networks.http import Answer

NETWORK = "mastodon"

# Phrases of Mastodon's config/locales/en.yml and activerecord messages, in lower case.
_STILL_PROCESSING = "not finished processing"
_TOO_LONG = ("character limit", "too long")
_SCOPES = "authorized scopes"


def failure(answer: Answer) -> NetworkError:
    """The error that an answer outside of 2xx means."""
    if answer.status == 429:
        return answer.slow_down()
    if answer.is_unclear:
        return answer.in_trouble()
    if answer.status == 413:
        return Refused(
            "image-too-large", f"{answer.host} takes no image this large. Nothing was posted."
        )
    said = error_of(answer)
    if said is None:
        return _not_the_server(answer)
    return _refusal(answer, answer.clean(said))


def is_gone(answer: Answer) -> bool:
    """Whether the server itself says that there is no such thing."""
    return answer.status in (404, 410) and error_of(answer) is not None


def error_of(answer: Answer) -> str | None:
    """What the server said; None when something else than a Mastodon server spoke."""
    said = answer.json_or_none()
    if not isinstance(said, Mapping) or "error" not in said:
        return None
    return str(said.get("error_description") or said["error"])


def _refusal(answer: Answer, said: str) -> NetworkError:
    phrase = said.lower()
    if answer.status == 401:
        return _dead(answer)
    if answer.status == 403 and _SCOPES in phrase:
        return _scope_missing(answer)
    if _STILL_PROCESSING in phrase:
        return _not_ready(answer)
    if any(words in phrase for words in _TOO_LONG):
        return Refused("too-long", f"{answer.host} refused: “{said}” Nothing was posted.")
    return Refused(
        "rejected",
        f"{answer.host} refused the request: “{said}” Nothing was posted.",
        host=answer.host,
        said=said,
    )


def _dead(answer: Answer) -> Reconnect:
    return Reconnect(
        "token-dead",
        f"{answer.host} no longer accepts the permission that it gave. Nothing was posted; connect "
        "the account again.",
        host=answer.host,
    )


def _scope_missing(answer: Answer) -> Reconnect:
    return Reconnect(
        "scope-missing",
        f"{answer.host} was not asked for a permission that this needs. Nothing was posted; "
        "connect the account again and allow what is asked.",
        host=answer.host,
    )


def _not_ready(answer: Answer) -> NotSent:
    return NotSent(
        "image-not-ready",
        f"{answer.host} is still working on an image. Nothing was posted; it can be tried again.",
        host=answer.host,
    )


def _not_the_server(answer: Answer) -> NotSent:
    """A 4xx that is no Mastodon error comes from a proxy or a wall in front of the server, which
    did not let the request through."""
    return NotSent(
        "odd-answer",
        f"{answer.host} answered {answer.status} and not as a Mastodon server does. Nothing was "
        "posted; it can be tried again.",
        host=answer.host,
        status=answer.status,
    )
