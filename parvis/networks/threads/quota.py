"""How many posts and replies a profile may still publish through the API."""

from parvis.networks.contract import Account, Json
from parvis.networks.errors import SlowDown
from parvis.networks.http import Http
from parvis.networks.limits import A_DAY, PUBLISH
from parvis.networks.threads.api import API, LABEL


async def refuse_exhausted(http: Http, account: Account, *, is_reply: bool) -> None:
    """Raises SlowDown when the moving 24 hours are used up: 250 posts and 1,000 replies as Meta
    writes, but what it states for this profile counts. When the first will be free is not told."""
    prefix = "reply_" if is_reply else ""
    used, config = f"{prefix}quota_usage", f"{prefix}config"
    answer = await API.get(
        http,
        account.server,
        "me/threads_publishing_limit",
        account.tokens.access,
        purpose="read quota",
        query={"fields": f"{used},{config}"},
    )
    stated = _first(API.accepted(answer))
    total = _number(_mapping(stated.get(config)).get("quota_total"))
    taken = _number(stated.get(used))
    if total is not None and taken is not None and taken >= total:
        raise _exhausted(taken, total, "replies" if is_reply else "posts")


def _first(told: Json) -> Json:
    data = told.get("data")
    return _mapping(data[0]) if isinstance(data, list) and data else {}


def _mapping(found: object) -> Json:
    return found if isinstance(found, dict) else {}


def _number(found: object) -> int | None:
    return found if isinstance(found, int) else None


def _exhausted(taken: int, total: int, what: str) -> SlowDown:
    return SlowDown(
        "daily-quota",
        f"{LABEL} takes {total} {what} of a profile in 24 hours, and {taken} were published. "
        "Nothing was posted; it is tried again when there is room.",
        bucket=PUBLISH + A_DAY,
        count=taken,
        limit=total,
    )
