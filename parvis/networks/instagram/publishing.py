"""Preparing what publishes, sending it, and reading what Instagram answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from parvis.networks.contract import Account, Json, Part, Prepared, Progress, Published
from parvis.networks.errors import NetworkError, NotSent, Refused, SlowDown, Unknown
from parvis.networks.graph.call import word
from parvis.networks.graph.listings import moment_or_none
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Http
from parvis.networks.instagram.api import API, site_of
from parvis.networks.instagram.containers import Containers, Status, read_state
from parvis.networks.instagram.post import build_comment, build_post, refuse_unfit_story
from parvis.networks.limits import A_DAY, PUBLISH


async def prepare(
    http: Http,
    account: Account,
    part: Part,
    follows: Sequence[Published],
    progress: Progress,
    pauses: Sequence[float] = PAUSES,
) -> Json:
    """The body of Prepared: `path` and `form` are the request, the rest tells the post from any
    other."""
    if part.is_comment:
        return build_comment(part, follows)
    refuse_unfit_story(part)
    await refuse_above_quota(http, account)
    containers = Containers(http=http, account=account, progress=progress, pauses=pauses)
    return build_post(account, part, await containers.ready(part))


async def refuse_above_quota(http: Http, account: Account) -> None:
    """Instagram's pages disagree on how many posts a day are allowed, so it is asked. Where it does
    not answer, the post itself will tell."""
    try:
        told = await API.read(
            http,
            account.server,
            f"{account.remote_id}/content_publishing_limit",
            account.tokens.access,
            purpose="read quota",
            query={"fields": "quota_usage,config"},
        )
    except (NotSent, Refused):
        return
    used, total = read_quota(told)
    if total and used >= total:
        raise SlowDown(
            "publishing-limit",
            f"Instagram has taken {used} posts of {total} that it takes from one account in 24 "
            "hours. Nothing was posted; it is tried again as soon as there is room.",
            bucket=PUBLISH + A_DAY,
            used=used,
            limit=total,
        )


def read_quota(told: Json) -> tuple[int, int]:
    """How many posts were taken and how many are allowed; 0 where it is not told."""
    data = told.get("data")
    quota = data[0] if isinstance(data, list) and data and isinstance(data[0], Mapping) else {}
    config = quota.get("config")
    total = config.get("quota_total") if isinstance(config, Mapping) else None
    return _number(quota.get("quota_usage")), _number(total)


def _number(told: Any) -> int:
    return told if isinstance(told, int) else 0


async def publish(http: Http, account: Account, prepared: Prepared) -> Published:
    body = prepared.body
    try:
        answer = await API.post(
            http,
            account.server,
            body["path"],
            account.tokens.access,
            purpose="publish",
            form=body["form"],
            publishes=True,
        )
    except (NotSent, Refused) as refusal:
        raise await _confirmed(http, account, body, refusal) from None
    remote_id = word(answer, "id")
    if body["kind"] == "comment":
        return Published(remote_id=remote_id, url=str(body["post_url"]))
    return await receipt(http, account, remote_id)


async def _confirmed(
    http: Http, account: Account, body: Json, refusal: NetworkError
) -> NetworkError:
    """A container that was published before is refused as if it were broken: what Instagram then
    says is not documented. So no refusal is believed of a container that is published."""
    container_id = body.get("container_id")
    try:
        is_published = (
            container_id is not None
            and (await read_state(http, account, str(container_id))).status is Status.PUBLISHED
        )
    except NetworkError:
        return refusal
    if not is_published:
        return refusal
    return Unknown(
        "published-already",
        "Instagram refused the request and shows what was prepared as published. Nothing more was "
        "posted; it is looked up.",
    )


async def receipt(http: Http, account: Account, remote_id: str) -> Published:
    """With the post's address, which only a second request tells; whatever becomes of that one,
    the post is out."""
    try:
        told = await API.read(
            http,
            account.server,
            remote_id,
            account.tokens.access,
            purpose="read receipt",
            query={"fields": "permalink,timestamp"},
        )
    except NetworkError:
        told = {}
    return Published(
        remote_id=remote_id,
        url=str(told.get("permalink") or f"{site_of(account.server)}/{account.handle}/"),
        published_at=moment_or_none(told.get("timestamp")),
    )
