"""The look-up: what the account's own server answered when it was asked for the record."""

from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.post import receipt_of
from parvis.networks.contract import Account, Found, Prepared, Presence
from parvis.networks.http import Answer


def read_presence(answer: Answer, account: Account, prepared: Prepared) -> Found:
    """What getRecord answered. Only RecordNotFound, said by the account's own server, is proof
    that the post is not there."""
    if answer.ok:
        published = receipt_of(answer, answer.json_object(), account, prepared)
        return Found(presence=Presence.PRESENT, published=published)
    if xrpc.is_record_missing(answer):
        return Found(presence=Presence.ABSENT)
    if answer.status == 429 or answer.is_unclear:
        raise xrpc.failure(answer)
    return Found(presence=Presence.CANNOT_TELL)
