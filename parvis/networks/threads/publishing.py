"""The one request that publishes, and what its answer means."""

from datetime import datetime, timedelta

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Prepared, Published
from parvis.networks.errors import NetworkError, PrepareAnew
from parvis.networks.graph import read_fault
from parvis.networks.graph.call import word
from parvis.networks.graph.listings import moment_or_none
from parvis.networks.http import Http
from parvis.networks.threads.api import API, LABEL, NETWORK, is_media_not_found
from parvis.networks.threads.containers import (
    STATE_FIELDS,
    Status,
    interpret_state,
    published_already,
)

# A container that is FINISHED and is not found for so long never will be.
LOST_AFTER = timedelta(minutes=5)
# Containers live for 24 hours; one that is about to end may end on the way.
EXPIRES_AFTER = timedelta(hours=23, minutes=45)
# With a glance after it, this stays within the 15 seconds that publishing may take.
_PUBLISH_SECONDS = 11.0


async def publish(http: Http, account: Account, prepared: Prepared) -> Published:
    await _refuse_older_than(EXPIRES_AFTER, http, account, prepared)
    answer = await http.post(
        API.url(account.server, "me/threads_publish"),
        network=NETWORK,
        purpose="publish",
        form={
            "creation_id": prepared.body["creation_id"],
            "access_token": account.tokens.access,
        },
        publishes=True,
        seconds=_PUBLISH_SECONDS,
    )
    if _is_not_found(answer):
        await _refuse_older_than(LOST_AFTER, http, account, prepared)
    API.accepted(answer)
    return await _receipt(http, account, word(answer, "id"))


def _is_not_found(answer: Answer) -> bool:
    fault = read_fault(answer)
    return not answer.is_unclear and fault is not None and is_media_not_found(fault)


async def _refuse_older_than(
    age: timedelta, http: Http, account: Account, prepared: Prepared
) -> None:
    """Raises PrepareAnew for a container of that age, once it is shown that it was not published:
    another one in its place would be a second post."""
    made_at = datetime.fromisoformat(prepared.body["made_at"])
    if present.now() - made_at <= age:
        return
    answer = await API.glance(
        http,
        account,
        prepared.body["creation_id"],
        fields=STATE_FIELDS,
        purpose="check container",
    )
    if interpret_state(answer).status is Status.PUBLISHED:
        raise published_already()
    raise PrepareAnew(
        "container-lost",
        f"{LABEL} no longer has what was prepared. Nothing was posted; it is prepared anew.",
    )


async def _receipt(http: Http, account: Account, remote_id: str) -> Published:
    """The post is out: whatever goes wrong while its address is asked for changes nothing."""
    try:
        answer = await API.glance(
            http, account, remote_id, fields="permalink,timestamp", purpose="read receipt"
        )
        return read_receipt(answer, remote_id)
    except NetworkError:
        return Published(remote_id=remote_id, url=f"https://www.threads.com/@{account.handle}")


def read_receipt(answer: Answer, remote_id: str) -> Published:
    """The permalink is left out of posts with copyrighted material."""
    told = API.accepted(answer)
    permalink = told.get("permalink")
    if not isinstance(permalink, str) or not permalink:
        raise answer.unreadable()
    return Published(
        remote_id=remote_id, url=permalink, published_at=moment_or_none(told.get("timestamp"))
    )
