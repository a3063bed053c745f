"""Bluesky as a Network: prepare, publish, look up and delete."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from parvis.networks.bluesky import permission, xrpc
from parvis.networks.bluesky.finding import read_presence
from parvis.networks.bluesky.identity import Directory, resolve_handle
from parvis.networks.bluesky.keys import KeyClock
from parvis.networks.bluesky.measures import POSTS_AT_ONCE, AppView
from parvis.networks.bluesky.media import upload_media
from parvis.networks.bluesky.post import (
    COLLECTION,
    GATE,
    build_body,
    build_record,
    build_reply,
    mentioned_handles,
    method_of,
    read_receipt,
    uri_of,
)
from parvis.networks.bluesky.traits import TRAITS
from parvis.networks.bluesky.video import VideoServices
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    Found,
    Json,
    Part,
    Prepared,
    Progress,
    Published,
    Tokens,
    Traits,
)
from parvis.networks.errors import Refused
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Standing
from parvis.networks.secret import Secret

PLC_DIRECTORY = "https://plc.directory"
ENTRYWAY = "https://bsky.social"
APPVIEW = "https://public.api.bsky.app"
VIDEO_SERVICE = "https://video.bsky.app"


class Bluesky:
    """`plc_directory` and `entryway` are origins: where DIDs and handles are looked up. Who has a
    directory of their own runs a network of their own, which Bluesky's services do not know."""

    name = xrpc.NETWORK
    label = "Bluesky"
    monogram = "Bs"
    usual_traits = TRAITS
    figures_at_once = POSTS_AT_ONCE
    figures_page = "https://docs.bsky.app/docs/api/app-bsky-feed-get-posts"

    def __init__(self, *, plc_directory: str = PLC_DIRECTORY, entryway: str = ENTRYWAY) -> None:
        self._directory = Directory(
            plc_directory=plc_directory.rstrip("/"), entryway=entryway.rstrip("/")
        )
        is_public = plc_directory == PLC_DIRECTORY
        self._appview = AppView(public=APPVIEW if is_public else "")
        self._videos = VideoServices(public=VIDEO_SERVICE if is_public else "")
        self._keys = KeyClock()

    def new_key(self) -> str:
        return self._keys.new_key()

    async def sign_in(
        self, http: Http, handle: str, password: Secret, server: str = ""
    ) -> Connected:
        if server:
            return await permission.sign_in_at(http, server, handle, password, TRAITS)
        return await permission.sign_in(http, self._directory, handle, password, TRAITS)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """The limits are part of the protocol; a server states none of its own."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        return await permission.present_handle(http, account)

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        return await permission.refresh(http, account)

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
        blobs = await upload_media(http, account, part, self._videos, progress)
        reply = await self._reply(http, account, part, follows)
        record = build_record(part, created_at, dids, blobs, reply)
        return Prepared(key=key, text=part.text, body=build_body(account, key, part, record))

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        answer = await xrpc.procedure(
            http,
            account.server,
            method_of(prepared),
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
        uri = uri_of(account, prepared.key)
        answer = await xrpc.get_record(http, account.server, uri, "look up")
        return read_presence(answer, account, prepared)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        """With the record of who may answer it, if there is one. The server answers the deletion
        of what is not there with success."""
        for collection in (COLLECTION, GATE):
            await self._delete_record(http, account, collection, remote_id.rsplit("/", 1)[-1])

    async def _delete_record(self, http: Http, account: Account, collection: str, key: str) -> None:
        answer = await xrpc.procedure(
            http,
            account.server,
            "com.atproto.repo.deleteRecord",
            "delete",
            {"repo": account.remote_id, "collection": collection, "rkey": key},
            token=account.tokens.access,
        )
        xrpc.read(answer)

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        return await self._appview.read_metrics(http, account, remote_ids)

    async def read_standing(self, http: Http, account: Account) -> Standing:
        return await self._appview.read_standing(http, account)

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

    async def _reply(
        self, http: Http, account: Account, part: Part, follows: Sequence[Published]
    ) -> Json | None:
        if not follows:
            return None
        root, parent = follows[0], follows[0] if part.is_comment else follows[-1]
        return build_reply(
            await self._with_cid(http, account, root), await self._with_cid(http, account, parent)
        )

    async def _with_cid(self, http: Http, account: Account, post: Published) -> Published:
        """A receipt from before threads were known, or from a look-up, may lack its reference."""
        if post.reference.get("cid"):
            return post
        answer = await xrpc.get_record(http, account.server, post.remote_id, "read thread")
        if xrpc.is_record_missing(answer):
            raise _thread_is_gone()
        cid = xrpc.read(answer).get("cid")
        if not isinstance(cid, str):
            raise answer.unreadable()
        return replace(post, reference={"cid": cid})


def _thread_is_gone() -> Refused:
    return Refused(
        "thread-gone",
        "The post that this one answers is no longer on Bluesky. This part was not posted; post "
        "it on its own if it can stand alone.",
    )
