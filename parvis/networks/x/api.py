"""X's API: its hosts, and what its refusals mean.

A refusal is a problem in JSON (RFC 7807): `type`, `title`, `detail`, and at times `errors`, a list
of them. `type` is a URL whose last word is stable, or about:blank: then the words of `detail`
decide, which are matched in small letters.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from parvis.networks.contract import Account
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
)
from parvis.networks.hosts import beside
from parvis.networks.http import Answer
from parvis.networks.limits import A_DAY, PUBLISH

NETWORK = "x"
API = "https://api.x.com"
SITE = "https://x.com"

# The first id that X gave in its present scheme counts milliseconds from here: Snowflake, whose
# source was published in 2010. That ids still do so is from memory, and seen in every id read.
_ID_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_ID_TIME_SHIFT = 22


def site_of(server: str) -> str:
    """Where people go: X has a host of its own for that, the sandbox has one for all."""
    return beside(server, API, SITE)


def url_of(server: str, handle: str, remote_id: str) -> str:
    return f"{site_of(server)}/{handle}/status/{remote_id}"


def moment_of(remote_id: str) -> datetime | None:
    """When the id was given; None when it is no id of X."""
    try:
        return _ID_EPOCH + timedelta(milliseconds=int(remote_id) >> _ID_TIME_SHIFT)
    except (ValueError, OverflowError):
        return None


def failure(answer: Answer, account: Account | None = None) -> NetworkError:
    """The error that an answer outside of 2xx means. `account` tells whether a lapsed permission
    can be renewed: X's 401 does not say whether the token lapsed or was revoked."""
    if answer.status == 402 or _kinds(answer) & _OUT_OF_CREDIT:
        return _out_of_credit(answer)
    if answer.status == 429:
        return answer.slow_down()
    if answer.status == 410:
        return _retired(answer)
    if answer.is_unclear:
        return answer.in_trouble()
    if answer.status == 413:
        return Refused("media-too-large", f"{answer.host} takes no file this large. {_NOTHING}")
    if problem_of(answer) is None:
        return answer.not_from("X")
    if answer.status == 401:
        return _unauthorised(answer, account)
    return _refusal(answer)


def problem_of(answer: Answer) -> Mapping[str, Any] | None:
    """What X said; None when something else than X spoke."""
    said = answer.json_or_none()
    if not isinstance(said, Mapping):
        return None
    known = ("title", "detail", "type", "errors", "error")
    return said if any(name in said for name in known) else None


def problems(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The partial errors of an answer that is otherwise good."""
    listed = said.get("errors")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield one


def kind_of(problem: Mapping[str, Any]) -> str:
    """The last word of its type, for example "resource-not-found"."""
    return str(problem.get("type") or "").rstrip("/").rsplit("/", 1)[-1]


def is_gone(answer: Answer) -> bool:
    """Whether X itself says that there is no such thing."""
    return answer.status == 404 and problem_of(answer) is not None


_Meaning = Callable[[Answer], NetworkError]

_NOTHING = "Nothing was posted."
_OUT_OF_CREDIT = frozenset({"credits", "credits-depleted", "usage-capped"})
_NOT_ENROLLED = frozenset({"client-forbidden", "unsupported-authentication"})
_SCOPES = frozenset({"oauth1-permissions", "oauth2-permissions"})

# Phrases of X in lower case, as third parties quote them (2023–2026).
_DUPLICATE = ("duplicate content",)
_TOO_LONG = ("too long", "needs to be a bit shorter")
_MEDIA_GONE = ("media ids are invalid", "media id is invalid", "invalid media id")
_REPLY_CLOSED = ("reply to this conversation is not allowed", "restricted who can reply")
_PARENT_GONE = ("deleted or not visible to you",)
_LOCKED = ("temporarily locked", "unlock your account")
_SUSPENDED = ("account is suspended", "account has been suspended", "user has been suspended")
_APP_STOPPED = ("app is suspended", "app has been suspended", "application is suspended")
_DAILY_LIMIT = ("daily status update limit", "daily limit")
_SPAM = ("might be automated", "spam")


def _refusal(answer: Answer) -> NetworkError:
    """4xx with a problem: the type decides, or the words do."""
    kinds, phrase = _kinds(answer), _phrase(answer)
    if kinds & _NOT_ENROLLED:
        return _not_enrolled(answer)
    if kinds & _SCOPES or "app permissions" in phrase:
        return _scope_missing(answer)
    for words, build in _MEANINGS:
        if any(word in phrase for word in words):
            return build(answer)
    return _rejected(answer)


def _unauthorised(answer: Answer, account: Account | None) -> NetworkError:
    if account is not None and account.tokens.refresh is not None:
        return Expired("token-expired", f"The permission of {answer.host} lapsed. {_NOTHING}")
    return token_dead(answer)


def token_dead(answer: Answer) -> Reconnect:
    return Reconnect(
        "token-dead",
        f"{answer.host} no longer accepts the permission that it gave. {_NOTHING} Connect the "
        "account again.",
        host=answer.host,
    )


def _scope_missing(answer: Answer) -> Reconnect:
    return Reconnect(
        "scope-missing",
        f"{answer.host} was not asked for a permission that this needs. {_NOTHING} Connect the "
        "account again and allow what is asked.",
        host=answer.host,
    )


def _out_of_credit(answer: Answer) -> Blocked:
    return Blocked(
        "out-of-credit",
        f"The developer account at {answer.host} has no credit left, or reached its cap. "
        f"{_NOTHING} Buy credit or raise the cap in X’s developer console.",
        host=answer.host,
    )


def _not_enrolled(answer: Answer) -> Blocked:
    return Blocked(
        "app-not-enrolled",
        f"{answer.host} does not let this developer app do that: “{_words(answer)}” {_NOTHING} "
        "Look at the app’s project and access in X’s developer console.",
        host=answer.host,
        said=_words(answer),
    )


def _retired(answer: Answer) -> Blocked:
    return Blocked(
        "retired",
        f"{answer.host} no longer offers what was asked for. {_NOTHING} A newer version of Parvis "
        "may know its successor.",
        host=answer.host,
    )


def _app_stopped(answer: Answer) -> Blocked:
    return Blocked(
        "app-suspended",
        f"{answer.host} has suspended the developer app. {_NOTHING} X’s developer console tells "
        "why.",
        host=answer.host,
    )


def _locked(answer: Answer) -> Blocked:
    return Blocked(
        "account-locked",
        f"{answer.host} has locked the account for now. {_NOTHING} Sign in at x.com to unlock it.",
        host=answer.host,
    )


def _suspended(answer: Answer) -> Blocked:
    return Blocked(
        "account-suspended",
        f"{answer.host} has suspended the account. {_NOTHING} Sign in at x.com to see why.",
        host=answer.host,
    )


def _duplicate(answer: Answer) -> Duplicate:
    """X does not name the earlier post."""
    return Duplicate(
        "duplicate",
        f"{answer.host} holds a post with the same text already. {_NOTHING} Change the text to "
        "post it again.",
        host=answer.host,
    )


def _daily_limit(answer: Answer) -> SlowDown:
    """Until when is only told by the headers of a day; those of the window promise too early an
    end."""
    reached = answer.reached("account")
    return SlowDown(
        "daily-limit",
        f"The account has posted as often as {answer.host} allows in a day. {_NOTHING} It is "
        "tried again later.",
        until=reached.reset_at if reached.bucket.endswith(A_DAY) else None,
        bucket=PUBLISH + A_DAY,
        host=answer.host,
        network=answer.network,
    )


def _media_gone(answer: Answer) -> PrepareAnew:
    return PrepareAnew(
        "media-gone",
        f"{answer.host} no longer knows an uploaded file. {_NOTHING} It is uploaded again.",
        host=answer.host,
    )


def _refused(code: str, reason: str) -> _Meaning:
    def build(answer: Answer) -> Refused:
        said = _words(answer)
        return Refused(
            code, f"{answer.host} {reason}: “{said}” {_NOTHING}", host=answer.host, said=said
        )

    return build


_rejected = _refused("rejected", "refused the request")

# The first that fits is taken: “temporarily locked” is said together with “spam”.
_MEANINGS: tuple[tuple[tuple[str, ...], _Meaning], ...] = (
    (_DUPLICATE, _duplicate),
    (_MEDIA_GONE, _media_gone),
    (_TOO_LONG, _refused("too-long", "finds the text too long")),
    (_REPLY_CLOSED, _refused("reply-closed", "lets this account not answer that post")),
    (_PARENT_GONE, _refused("parent-gone", "no longer has the post to be answered")),
    (_LOCKED, _locked),
    (_APP_STOPPED, _app_stopped),
    (_SUSPENDED, _suspended),
    (_DAILY_LIMIT, _daily_limit),
    (_SPAM, _refused("spam", "takes the post for spam")),
    # What X says since 2025 of a text beyond 280, among other things (third party).
    (("not permitted to perform this action",), _refused("not-permitted", "does not permit it")),
)


def _kinds(answer: Answer) -> frozenset[str]:
    said = problem_of(answer)
    return frozenset({kind_of(one) for one in (said, *problems(said))}) if said else frozenset()


def _phrase(answer: Answer) -> str:
    """Everything that was said, for matching."""
    said = problem_of(answer) or {}
    spoken = [
        str(one.get(name) or "")
        for one in (said, *problems(said))
        for name in ("title", "detail", "message", "error_description")
    ]
    return " ".join(spoken).lower()


def _words(answer: Answer) -> str:
    """The most telling sentence, for a person."""
    said = problem_of(answer) or {}
    for one in (*problems(said), said):
        for name in ("message", "detail", "error_description", "title"):
            if one.get(name):
                return answer.clean(str(one[name]))
    return str(answer.status)
