"""Meta's error body, and what each of its codes decides.

`{"error": {"message", "type", "code", "error_subcode", "is_transient", "error_user_msg"}}`. The
HTTP status says little: a rate limit, a dead token and a bad picture are all 400.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling and
/docs/instagram-platform/instagram-graph-api/reference/error-codes, read in stored copies
(2026-06); what is from elsewhere is said beside the line.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from parvis.networks.answer import Answer
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
)

_MISSING = 33
_UNKNOWN_ALIAS = 803
_EXPIRED = 463
_RETIRED = re.compile(
    r"\bversion\b.*\b(deprecated|no longer|retired|sunset)|\b(deprecated|retired) version", re.I
)
_APP_BLOCKED = re.compile(
    r"\bapi access (is )?blocked|\bapp(lication)? (is|has been) (disabled|deleted|suspended)", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`said` is what Meta wrote for a person, or else for the developer; not yet redacted."""

    code: int
    subcode: int
    message: str
    said: str
    is_transient: bool


def read_fault(answer: Answer) -> Fault | None:
    """None when something else than the Graph API spoke."""
    told = answer.json_or_none()
    error = told.get("error") if isinstance(told, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    message = str(error.get("message") or "")
    return Fault(
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        message=message,
        said=str(error.get("error_user_msg") or message),
        is_transient=error.get("is_transient") is True,
    )


def _number(told: Any) -> int:
    try:
        return int(told)
    except (TypeError, ValueError):
        return 0


def is_missing(fault: Fault | None) -> bool:
    """Whether Meta says that there is no such thing, or none that this token may see. Reading has
    failed like this with nothing being wrong (postiz-app issue 1562): no proof of absence."""
    if fault is None:
        return False
    return (fault.code, fault.subcode) == (100, _MISSING) or fault.code == _UNKNOWN_ALIAS


def failure(answer: Answer, label: str) -> NetworkError:
    """The error that an answer outside of 2xx, or a 2xx with an error in it, means.

    A 5xx leaves open what was done, whatever its body says: Facebook has answered 500 with code 2
    to a photo that it had posted (koala issue 699).
    """
    fault = read_fault(answer)
    if answer.is_unclear:
        return answer.in_trouble()
    if fault is None:
        return answer.slow_down() if answer.status == 429 else answer.not_from(label)
    return _decided(answer, fault, label)


def _decided(answer: Answer, fault: Fault, label: str) -> NetworkError:
    decision = _BY_SUBCODE.get(fault.subcode) or _by_words(fault) or _BY_CODE.get(fault.code)
    if decision is None and answer.status == 429:
        decision = _slow_down
    if decision is None and fault.is_transient:
        decision = _in_trouble
    return (decision or _refused)(answer, fault, label)


def _by_words(fault: Fault) -> "_Decision | None":
    for phrase, decision in _BY_WORDS:
        if phrase.search(fault.message):
            return decision
    return None


def _slow_down(answer: Answer, fault: Fault, label: str) -> NetworkError:
    """A limit of the token's: a person's or, as the Pages', an account's. A custom one (613) does
    not say whose it is; of the account it holds up the fewest."""
    return answer.slow_down("account")


def _slow_down_app(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return answer.slow_down("app")


def _in_trouble(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return answer.in_trouble()


def _dead_token(answer: Answer, fault: Fault, label: str) -> NetworkError:
    """Meta renews no token that has lapsed, so a person is always needed."""
    return Reconnect(
        "token-dead",
        f"{label} no longer accepts the permission that it gave. Nothing was posted; connect the "
        "account again.",
        lapsed=int(fault.subcode == _EXPIRED),
    )


def _lacking(answer: Answer, fault: Fault, label: str) -> NetworkError:
    """A permission that was never given or a role on the Page that was lost: either way every
    post of this account would fare the same, so they wait until it is connected again."""
    return Reconnect(
        "scope-missing",
        f"{label} gave no permission for this: “{answer.clean(fault.said)}” Nothing was posted; "
        "connect the account again and allow what is asked.",
        host=answer.host,
    )


def _version_retired(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Blocked(
        "version-retired",
        f"{label} no longer serves the version of its API that Parvis speaks. Nothing was posted; "
        "what waits is kept. Update Parvis.",
    )


def _app_blocked(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Blocked(
        "app-blocked",
        f"{label} has blocked the developer app: “{answer.clean(fault.said)}” Nothing was posted; "
        "what waits is kept. See the app’s page at Meta.",
    )


def _account_restricted(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Blocked(
        "account-restricted",
        f"{label} has restricted the account: “{answer.clean(fault.said)}” Nothing was posted; "
        "what waits is kept. Sign in to the account there and do what is asked.",
    )


def _spam(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Refused(
        "refused-as-spam",
        f"{label} took the post for spam: “{answer.clean(fault.said)}” Nothing was posted; wait "
        "some hours, or write it differently.",
    )


def _duplicate(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Duplicate(
        "duplicate",
        f"{label} refused the post as equal to one just posted. Nothing more was posted; look at "
        "the account before you send it again.",
    )


def _refused(answer: Answer, fault: Fault, label: str) -> NetworkError:
    said = answer.clean(fault.said)
    return Refused(
        "rejected",
        f"{label} refused the request: “{said}” Nothing was posted; change what it names and send "
        "it again.",
        host=answer.host,
        said=said,
    )


def _media_refused(answer: Answer, fault: Fault, label: str) -> NetworkError:
    said = answer.clean(fault.said)
    return Refused(
        "media-refused",
        f"{label} refused a picture or video: “{said}” Nothing was posted; replace it and send the "
        "post again.",
        said=said,
    )


def _too_long(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return Refused(
        "too-long",
        f"{label} refused the text: “{answer.clean(fault.said)}” Nothing was posted; shorten it.",
    )


def _media_unreachable(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return NotSent(
        "media-unreachable",
        f"{label} could not fetch the media from their public address: "
        f"“{answer.clean(fault.said)}” Nothing was posted; it is tried again. See that the address "
        "can be reached from outside.",
    )


def _media_not_ready(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return NotSent(
        "processing",
        f"{label} is still working on the media. Nothing was posted; it is tried again.",
    )


def _container_lost(answer: Answer, fault: Fault, label: str) -> NetworkError:
    return PrepareAnew(
        "container-lost",
        f"{label} no longer has what was prepared. Nothing was posted; it is prepared anew.",
    )


_Decision = Callable[[Answer, Fault, str], NetworkError]

_BY_SUBCODE: Mapping[int, _Decision] = {
    2207001: _in_trouble,
    2207003: _media_unreachable,
    2207004: _media_refused,
    2207005: _media_refused,
    2207006: _container_lost,
    # “The media builder does not exist or has expired” (as several public clients quote it).
    2207008: _container_lost,
    2207009: _media_refused,
    2207010: _too_long,
    2207020: _container_lost,
    2207026: _media_refused,
    2207027: _media_not_ready,
    2207028: _refused,
    2207032: _container_lost,
    2207042: _slow_down,
    2207050: _account_restricted,
    2207051: _spam,
    2207052: _media_unreachable,
    2207053: _container_lost,
}
_BY_WORDS: tuple[tuple[re.Pattern[str], _Decision], ...] = (
    (_RETIRED, _version_retired),
    (_APP_BLOCKED, _app_blocked),
)
_BY_CODE: Mapping[int, _Decision] = {
    # Trouble of its own, and time-outs of its own.
    **dict.fromkeys((-2, -1, 1, 2), _in_trouble),
    # 80000 to 80014 are the business use cases: 80001 Pages, 80002 Instagram.
    **dict.fromkeys((17, 32, 613, *range(80000, 80015)), _slow_down),
    # 341: “Application limit reached”.
    **dict.fromkeys((4, 341), _slow_down_app),
    **dict.fromkeys((102, 104, 190, 463, 467), _dead_token),
    **dict.fromkeys((10, *range(200, 300)), _lacking),
    # Of the Marketing API's list: that other products answer with it is not confirmed, which is
    # why the words are looked at too.
    2635: _version_retired,
    # “Application does not have the capability to make this API call”: no App Review.
    3: _app_blocked,
    352: _media_refused,
    368: _spam,
    # 389 and 6000: a video that cannot be fetched, or not be read [from memory].
    389: _media_unreachable,
    506: _duplicate,
    6000: _media_refused,
    9004: _media_unreachable,
    9007: _media_not_ready,
    36000: _media_refused,
    36001: _media_refused,
    36003: _media_refused,
    36004: _too_long,
}
