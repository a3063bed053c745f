"""Bluesky as a Network: prepare, publish, look up and delete."""

from datetime import datetime

from parvis.networks.bluesky import session, xrpc
from parvis.networks.bluesky.identity import Directory, resolve_handle
from parvis.networks.bluesky.keys import KeyClock
from parvis.networks.bluesky.record import COLLECTION, build_put, build_record, mentioned_handles
from parvis.networks.contract import (
    Account,
    Connected,
    Found,
    Image,
    Json,
    Part,
    Prepared,
    Presence,
    Published,
    Tokens,
    Traits,
)
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Answer, Http
from parvis.networks.secret import Secret

PLC_DIRECTORY = "https://plc.directory"
ENTRYWAY = "https://bsky.social"

# app.bsky.feed.post: 300 graphemes and 3,000 bytes; app.bsky.embed.images: 4 images of
# 2,000,000 bytes. The schema sets no limit for alt texts; 2,000 is the app's.
TRAITS = Traits(
    text_limit=300,
    text_bytes_limit=3000,
    image_limit=4,
    image_bytes_limit=2_000_000,
    image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
    alt_limit=2000,
    native_key_seconds=None,
)


class Bluesky:
    """`plc_directory` and `entryway` are origins: where DIDs and handles are looked up."""

    name = xrpc.NETWORK
    label = "Bluesky"
    monogram = "Bs"
    usual_traits = TRAITS

    def __init__(self, *, plc_directory: str = PLC_DIRECTORY, entryway: str = ENTRYWAY) -> None:
        self._directory = Directory(
            plc_directory=plc_directory.rstrip("/"), entryway=entryway.rstrip("/")
        )
        self._keys = KeyClock()

    def new_key(self) -> str:
        return self._keys.new_key()

    async def sign_in(self, http: Http, handle: str, password: Secret) -> Connected:
        return await session.sign_in(http, self._directory, handle, password, TRAITS)

    async def read_traits(self, http: Http, server: str) -> Traits:
        """The limits are part of the protocol; a server states none of its own."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        return await session.present_handle(http, account)

    async def refresh(self, http: Http, account: Account) -> Tokens:
        return await session.refresh(http, account)

    async def prepare(
        self, http: Http, account: Account, part: Part, key: str, created_at: datetime
    ) -> Prepared:
        refuse_misfit(part, account.traits, self.label)
        dids = await self._resolve_mentions(http, account, part.text)
        blobs = [await self._upload(http, account, image) for image in part.images]
        record = build_record(part, created_at, dids, blobs)
        return Prepared(key=key, text=part.text, body=build_put(account, key, record))

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        answer = await xrpc.procedure(
            http,
            account.server,
            "com.atproto.repo.putRecord",
            "publish",
            prepared.body,
            token=account.tokens.access,
            publishes=True,
        )
        return read_receipt(answer, account, prepared)

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        """The record's key is the post's identity, so neither its text nor the time is asked.
        When the server does not answer, the error says so: the question stays open."""
        answer = await xrpc.query(
            http,
            account.server,
            "com.atproto.repo.getRecord",
            "look up",
            repo=account.remote_id,
            collection=COLLECTION,
            rkey=prepared.key,
        )
        return read_presence(answer, account, prepared)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        arguments = {
            "repo": account.remote_id,
            "collection": COLLECTION,
            "rkey": remote_id.rsplit("/", 1)[-1],
        }
        answer = await xrpc.procedure(
            http,
            account.server,
            "com.atproto.repo.deleteRecord",
            "delete",
            arguments,
            token=account.tokens.access,
        )
        xrpc.read(answer)

    async def _resolve_mentions(self, http: Http, account: Account, text: str) -> dict[str, str]:
        dids = {}
        for handle in mentioned_handles(text):
            if did := await resolve_handle(http, account.server, handle):
                dids[handle] = did
        return dids

    async def _upload(self, http: Http, account: Account, image: Image) -> Json:
        answer = await xrpc.send_file(
            http,
            account.server,
            "com.atproto.repo.uploadBlob",
            "upload image",
            path=image.path,
            media_type=image.media_type,
            token=account.tokens.access,
        )
        blob = xrpc.read(answer).get("blob")
        if not isinstance(blob, dict):
            raise answer.unreadable()
        return blob


def read_receipt(answer: Answer, account: Account, prepared: Prepared) -> Published:
    """What putRecord answered. A repeated, equal request is answered with the same URI."""
    if xrpc.read(answer).get("uri") != _uri(account, prepared):
        raise answer.unreadable()
    return _published(account, prepared)


def read_presence(answer: Answer, account: Account, prepared: Prepared) -> Found:
    """What getRecord answered. Only RecordNotFound, said by the account's own server, is proof
    that the post is not there."""
    if answer.ok:
        if answer.json_object().get("uri") != _uri(account, prepared):
            raise answer.unreadable()
        return Found(presence=Presence.PRESENT, published=_published(account, prepared))
    name, _ = xrpc.error_of(answer)
    if answer.status == 400 and name == "RecordNotFound":
        return Found(presence=Presence.ABSENT)
    if answer.status == 429 or answer.is_unclear:
        raise xrpc.failure(answer)
    return Found(presence=Presence.CANNOT_TELL)


def _uri(account: Account, prepared: Prepared) -> str:
    return f"at://{account.remote_id}/{COLLECTION}/{prepared.key}"


def _published(account: Account, prepared: Prepared) -> Published:
    """The link names the DID: a handle may change hands."""
    return Published(
        remote_id=_uri(account, prepared),
        url=f"https://bsky.app/profile/{account.remote_id}/post/{prepared.key}",
        published_at=datetime.fromisoformat(prepared.body["record"]["createdAt"]),
    )
