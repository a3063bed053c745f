"""What the account's own server answered about a post: the receipt, and the look-up."""

from datetime import datetime

from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.post import page_of, uri_of
from parvis.networks.contract import Account, Found, Json, Prepared, Presence, Published
from parvis.networks.http import Answer


def read_receipt(answer: Answer, account: Account, prepared: Prepared) -> Published:
    """What putRecord or applyWrites answered. A repeated, equal putRecord is answered with the
    same URI."""
    said = xrpc.read(answer)
    written = _first_result(said) if is_gated(prepared) else said
    return _published(answer, written, account, prepared)


def _first_result(said: Json) -> Json:
    """Of applyWrites: the results come in the order of the writes, the post first."""
    results = said.get("results")
    first = results[0] if isinstance(results, list) and results else None
    return first if isinstance(first, dict) else {}


def read_presence(answer: Answer, account: Account, prepared: Prepared) -> Found:
    """What getRecord answered. Only RecordNotFound, said by the account's own server, is proof
    that the post is not there."""
    if answer.ok:
        published = _published(answer, answer.json_object(), account, prepared)
        return Found(presence=Presence.PRESENT, published=published)
    if xrpc.is_record_missing(answer):
        return Found(presence=Presence.ABSENT)
    if answer.status == 429 or answer.is_unclear:
        raise xrpc.failure(answer)
    return Found(presence=Presence.CANNOT_TELL)


def _published(answer: Answer, written: Json, account: Account, prepared: Prepared) -> Published:
    uri = uri_of(account, prepared.key)
    if written.get("uri") != uri:
        raise answer.unreadable()
    return Published(
        remote_id=uri,
        url=page_of(account.server, uri),
        published_at=datetime.fromisoformat(_record_in(prepared)["createdAt"]),
        reference={"cid": written["cid"]} if isinstance(written.get("cid"), str) else {},
    )


def is_gated(prepared: Prepared) -> bool:
    return "writes" in prepared.body


def method_of(prepared: Prepared) -> str:
    """The procedure that takes the prepared arguments."""
    verb = "applyWrites" if is_gated(prepared) else "putRecord"
    return f"com.atproto.repo.{verb}"


def _record_in(prepared: Prepared) -> Json:
    record: Json = (
        prepared.body["writes"][0]["value"] if is_gated(prepared) else prepared.body["record"]
    )
    return record
