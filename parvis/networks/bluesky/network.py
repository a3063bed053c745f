"""Bluesky as a Network: prepare, publish, look up and delete."""

from collections.abc import Sequence
from datetime import datetime

from parvis.networks.bluesky import session, xrpc
from parvis.networks.bluesky.appview import AppView
from parvis.networks.bluesky.identity import Directory, resolve_handle
from parvis.networks.bluesky.keys import KeyClock
from parvis.networks.bluesky.record import (
    COLLECTION,
    build_put,
    build_record,
    mentioned_handles,
    page_of,
)
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    Found,
    Json,
    MediaFile,
    Part,
    Prepared,
    Presence,
    Progress,
    Published,
    Tokens,
    Traits,
)
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Answer, Http
from parvis.networks.measures import Metrics, Replies
from parvis.networks.secret import Secret

PLC_DIRECTORY = "https://plc.directory"
ENTRYWAY = "https://bsky.social"
APPVIEW = "https://public.api.bsky.app"

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
    """`plc_directory` and `entryway` are origins: where DIDs and handles are looked up. Who has a
    directory of their own runs a network of their own, which Bluesky's AppView does not know."""

    name = xrpc.NETWORK
    label = "Bluesky"
    monogram = "Bs"
    usual_traits = TRAITS

    def __init__(self, *, plc_directory: str = PLC_DIRECTORY, entryway: str = ENTRYWAY) -> None:
        self._directory = Directory(
            plc_directory=plc_directory.rstrip("/"), entryway=entryway.rstrip("/")
        )
        self._appview = AppView(public=APPVIEW if plc_directory == PLC_DIRECTORY else "")
        self._keys = KeyClock()

    def new_key(self) -> str:
        return self._keys.new_key()

    async def sign_in(
        self, http: Http, handle: str, password: Secret, server: str = ""
    ) -> Connected:
        if server:
            return await session.sign_in_at(http, server, handle, password, TRAITS)
        return await session.sign_in(http, self._directory, handle, password, TRAITS)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """The limits are part of the protocol; a server states none of its own."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        return await session.present_handle(http, account)

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        return await session.refresh(http, account)

    async def prepare(
        self,
        http: Http,
        account: Account,
        part: Part,
        *,
        key: str,
        created_at: datetime,
        follows: Sequence[Published],
        progress: Progress,
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

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        return await self._appview.read_metrics(http, account, remote_ids)

    async def read_replies(
        self, http: Http, account: Account, remote_id: str, cursor: str | None = None
    ) -> Replies:
        """All replies come at once."""
        return await self._appview.read_replies(http, account, remote_id)

    async def _resolve_mentions(self, http: Http, account: Account, text: str) -> dict[str, str]:
        dids = {}
        for handle in mentioned_handles(text):
            if did := await resolve_handle(http, account.server, handle):
                dids[handle] = did
        return dids

    async def _upload(self, http: Http, account: Account, image: MediaFile) -> Json:
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
    if xrpc.is_record_missing(answer):
        return Found(presence=Presence.ABSENT)
    if answer.status == 429 or answer.is_unclear:
        raise xrpc.failure(answer)
    return Found(presence=Presence.CANNOT_TELL)


def _uri(account: Account, prepared: Prepared) -> str:
    return f"at://{account.remote_id}/{COLLECTION}/{prepared.key}"


def _published(account: Account, prepared: Prepared) -> Published:
    return Published(
        remote_id=_uri(account, prepared),
        url=page_of(account.server, _uri(account, prepared)),
        published_at=datetime.fromisoformat(prepared.body["record"]["createdAt"]),
    )
