"""Mastodon's client API: what its refusals mean.

An error is JSON, `{"error": …}`. Which status stands for what differs between servers: a text
that is too long is 422 on Mastodon, an empty one 422 there and 400 on GoToSocial.
"""

import re
from collections.abc import Mapping

from parvis.networks.contract import Tokens
from parvis.networks.errors import Blocked, Expired, NetworkError, NotSent, Reconnect, Refused
from parvis.networks.http import Answer

NETWORK = "mastodon"

# Phrases of Mastodon's config/locales/en.yml, activerecord messages and api/base_controller.rb, in
# lower case.
_STILL_PROCESSING = "not finished processing"
_TOO_LONG = ("character limit", "too long")
_SCOPES = "authorized scopes"
_LOGIN = "your login is"
_NOBODY = "requires an authenticated user"
_NO_PARENT = "you are trying to reply to"
# Mastodon's own, and GoToSocial's "media … not found" and "media … already attached to status".
_NO_MEDIA = re.compile(r"already attached|\bmedia \S+ not found")


def failure(answer: Answer, tokens: Tokens | None = None) -> NetworkError:
    """The error that an answer outside of 2xx means, to what was asked with these tokens."""
    if answer.status == 429:
        return answer.slow_down()
    if answer.is_unclear:
        return answer.in_trouble()
    if answer.status == 413:
        return Refused(
            "image-too-large", f"{answer.host} takes no file this large. Nothing was posted."
        )
    said = error_of(answer)
    if said is None:
        return answer.not_from("a Mastodon server")
    return _refusal(answer, answer.clean(said), tokens)


def is_about_media(answer: Answer) -> bool:
    """Whether it says that uploads are unknown, or shown by another status already. Mastodon says
    so since 4.4; before, it posted without them (post_status_service.rb; the version from memory,
    not confirmed)."""
    if answer.status not in (400, 422):
        return False
    return _NO_MEDIA.search((error_of(answer) or "").lower()) is not None


def is_gone(answer: Answer) -> bool:
    """Whether the server itself says that there is no such thing."""
    return answer.status in (404, 410) and error_of(answer) is not None


def error_of(answer: Answer) -> str | None:
    """What the server said; None when something else than a Mastodon server spoke."""
    said = answer.json_or_none()
    if not isinstance(said, Mapping) or "error" not in said:
        return None
    return str(said.get("error_description") or said["error"])


def _refusal(answer: Answer, said: str, tokens: Tokens | None) -> NetworkError:
    phrase = said.lower()
    if answer.status == 401 or _NOBODY in phrase:
        return _dead(answer, tokens)
    if answer.status == 403 and _SCOPES in phrase:
        return _scope_missing(answer)
    if answer.status == 403 and _LOGIN in phrase:
        return _shut_out(answer, said)
    if _STILL_PROCESSING in phrase:
        return still_processing(answer.host)
    code = "rejected"
    if any(words in phrase for words in _TOO_LONG):
        code = "too-long"
    elif _NO_PARENT in phrase:
        code = "parent-gone"
    sentence = f"{answer.host} refused the request: “{said}” Nothing was posted."
    return Refused(code, sentence, host=answer.host, said=said)


def _dead(answer: Answer, tokens: Tokens | None) -> NetworkError:
    """Mastodon's own tokens do not lapse; those of a server that gave a refresh token do."""
    if tokens is not None and tokens.refresh is not None:
        return Expired(
            "token-expired",
            f"{answer.host} no longer accepts the access token. Nothing was posted; it is renewed.",
            host=answer.host,
        )
    return token_dead(answer.host)


def token_dead(host: str) -> Reconnect:
    return Reconnect(
        "token-dead",
        f"{host} no longer accepts the permission that it gave. Nothing was posted; connect the "
        "account again.",
        host=host,
    )


def _scope_missing(answer: Answer) -> Reconnect:
    return Reconnect(
        "scope-missing",
        f"{answer.host} was not asked for a permission that this needs. Nothing was posted; "
        "connect the account again and allow what is asked.",
        host=answer.host,
    )


def _shut_out(answer: Answer, said: str) -> Blocked:
    return Blocked(
        "account-disabled",
        f"{answer.host} lets this account do nothing at present: “{said}” Nothing was posted; sign "
        "in there and see to it.",
        host=answer.host,
        said=said,
    )


def still_processing(host: str) -> NotSent:
    return NotSent(
        "processing",
        f"{host} is still working on an image or a video. Nothing was posted; what was sent is "
        "kept there, and it is asked again.",
        host=host,
    )
