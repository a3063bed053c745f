"""LinkedIn's API: its two hosts, and what its refusals mean.

An error is JSON, `{"status", "code", "message", "serviceErrorCode"}`, or from the newer resources
`{"status", "message", "errorDetails": {"inputErrors": [{"code", "description"}]}}`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from parvis.networks import present
from parvis.networks.contract import Account
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
)
from parvis.networks.hosts import beside
from parvis.networks.http import Answer
from parvis.networks.limits import A_DAY, bucket_of, read_retry_time

NETWORK = "linkedin"
SERVER = "https://api.linkedin.com"
SITE = "https://www.linkedin.com"
NO_PERMISSION = "no-permission"

# learn.microsoft.com, error handling: 65601 revoked, 65602 expired (the numbers from others'
# code: they are on no page that was read).
_REVOKED = ("REVOKED_ACCESS_TOKEN", 65601)
_DUPLICATE = "DUPLICATE_POST"
# MEDIA_ASSET_PROCESSING and the like, from memory: the media are not ready yet.
_PROCESSING = "PROCESSING"
_THE_APPS_DAY = re.compile(r"\bthrottle APPLICATION\b", re.I)
_POST_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
# The phrases are from memory: "… exceeded the maximum allowed (3000 characters)".
_TOO_LONG = ("exceed", "too long", "too_long")


def site_of(server: str) -> str:
    """Where people sign in and read: the sandbox serves both at one origin."""
    return beside(server, SERVER, SITE)


def is_organisation(account: Account) -> bool:
    return account.remote_id.startswith("urn:li:organization:")


def failure(answer: Answer) -> NetworkError:
    """The error that an answer outside of 2xx means."""
    if answer.status == 429:
        return _throttled(answer, present.now())
    if answer.is_unclear:
        return answer.in_trouble()
    said = error_of(answer)
    if said is None:
        return answer.not_from("LinkedIn’s API")
    if answer.status == 401:
        return _dead(said)
    if answer.status == 426:
        return _version_retired(answer, said)
    return _refusal(answer, said)


def error_of(answer: Answer) -> Mapping[str, Any] | None:
    """What LinkedIn said; None when something else than LinkedIn's API spoke."""
    said = answer.json_or_none()
    if not isinstance(said, Mapping) or not ("message" in said or "code" in said):
        return None
    return said


def is_gone(answer: Answer) -> bool:
    """Whether LinkedIn itself says that there is no such thing."""
    return answer.status in (404, 410) and error_of(answer) is not None


def next_midnight(now: datetime) -> datetime:
    """LinkedIn counts by the day, of UTC (developer.linkedin.com, rate limits)."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _throttled(answer: Answer, now: datetime) -> SlowDown:
    """Each resource is counted by itself, for the app as a whole and for each of its members:
    “Resource level throttle APPLICATION DAY limit for calls to this resource is reached.”, or
    “APPLICATION_AND_MEMBER DAY” (both as several public clients quote them). Where it does not say
    which, the other accounts find out for themselves."""
    said = str((error_of(answer) or {}).get("message", ""))
    return SlowDown(
        "rate-limit",
        "LinkedIn takes no more requests from this app or member today. Nothing was posted; it is "
        "tried again after midnight UTC.",
        until=read_retry_time(answer.headers, now) or next_midnight(now),
        scope="app" if _THE_APPS_DAY.search(said) else "account",
        bucket=bucket_of(answer.purpose) + A_DAY,
        host=answer.host,
        network=NETWORK,
    )


def _dead(said: Mapping[str, Any]) -> NetworkError:
    """Whatever is wrong with a token, a new one tells: only revocation is known to be final."""
    if said.get("code") in _REVOKED or said.get("serviceErrorCode") in _REVOKED:
        return Reconnect(
            "token-revoked",
            "The permission for this account was taken back on LinkedIn. Nothing was posted; "
            "connect the account again.",
        )
    return Expired(
        "token-expired",
        "LinkedIn no longer accepts the access that it gave for this account. Nothing was posted; "
        "the access is renewed, or the account connected again.",
    )


def _version_retired(answer: Answer, said: Mapping[str, Any]) -> Blocked:
    """{"status": 426, "code": "NONEXISTENT_VERSION", "message": "Requested version 20250401 is not
    active"}, as GitHub n8n-io/n8n issue 28967 quotes it."""
    return Blocked(
        "version-retired",
        f"LinkedIn has retired the version of its API that this Parvis speaks: "
        f"“{answer.clean(str(said.get('message', '')))}” Nothing was posted; update Parvis.",
    )


def _refusal(answer: Answer, said: Mapping[str, Any]) -> NetworkError:
    words = answer.clean(_words(said))
    if any(code.endswith(_PROCESSING) for code in _codes(said)):
        return still_processing()
    if _DUPLICATE in _codes(said):
        return _duplicate(words)
    if answer.status == 403:
        return _not_permitted(words)
    if answer.status == 413:
        return Refused(
            "media-too-large",
            "LinkedIn takes no file this large. Nothing was posted; attach a smaller one.",
        )
    if any(phrase in words.lower() for phrase in _TOO_LONG):
        return Refused(
            "too-long", f"LinkedIn refused: “{words}” Nothing was posted; shorten the text."
        )
    return Refused(
        "rejected",
        f"LinkedIn refused the request: “{words}” Nothing was posted; change the post or read "
        "there what stands in the way.",
        said=words,
    )


def still_processing() -> NotSent:
    return NotSent(
        "processing",
        "LinkedIn is still working on the media. Nothing was posted; it can be tried again.",
    )


def _duplicate(words: str) -> Duplicate:
    """“Content is a duplicate of urn:li:share:…”. The post that it names may be gone since:
    GitHub ComposioHQ/composio issue 2710."""
    named = _POST_URN.search(words)
    return Duplicate(
        "duplicate",
        "LinkedIn holds an equal post already, and takes none twice. Nothing was posted; change "
        "the text.",
        remote_id=named.group() if named else "",
    )


def _not_permitted(words: str) -> Refused:
    return Refused(
        NO_PERMISSION,
        f"LinkedIn does not let this account do that: “{words}” Nothing was posted; connect the "
        "account again and allow what is asked, or ask who administers the page.",
        said=words,
    )


def _codes(said: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(said.get("code", "")), *(str(one.get("code", "")) for one in _input_errors(said)))


def _words(said: Mapping[str, Any]) -> str:
    described = (str(one.get("description", "")) for one in _input_errors(said))
    return " ".join(word for word in (str(said.get("message", "")), *described) if word)


def _input_errors(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    details = said.get("errorDetails")
    listed = details.get("inputErrors") if isinstance(details, Mapping) else None
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
