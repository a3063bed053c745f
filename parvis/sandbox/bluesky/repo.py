"""The repositories: records by key. As the reference PDS 0.5.35 answers, seen on it.

call, with a key that is taken      equal record          another record
createRecord, applyWrites#create    500                   500
putRecord                           200, no commit        200, written over
putRecord with swapRecord null      200, no commit        400 InvalidSwap
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.accounts import Accounts
from parvis.sandbox.bluesky.blobs import Blobs, media_in
from parvis.sandbox.bluesky.cids import cid_of_record, tid_at
from parvis.sandbox.bluesky.lexicon import (
    GATE,
    POST,
    Unfit,
    check_record,
    is_record_key,
)
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Answered, Handler, Route, SandboxNetwork
from parvis.sandbox.records import Item, Json, Person, Post
from parvis.sandbox.shelf import Collection

_WRITES = "com.atproto.repo.applyWrites"
_MOST_WRITES = 200
_POINTS = {"create": 3, "update": 2, "delete": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One of a commit. `value` is None for a deletion."""

    action: str
    collection: str
    rkey: str
    value: Json | None = None
    is_known: bool = False

    @property
    def cid(self) -> str:
        return cid_of_record(self.value)


class Repo:
    def __init__(self, network: SandboxNetwork, accounts: Accounts, blobs: Blobs) -> None:
        self._network = network
        self._accounts = accounts
        self._blobs = blobs

    def routes(self) -> Iterable[Route]:
        repo = "/xrpc/com.atproto.repo."
        yield Route("POST", repo + "putRecord", self._behind(self.put), Purpose.PUBLISH)
        yield Route("POST", repo + "createRecord", self._behind(self.create), Purpose.PUBLISH)
        yield Route("POST", repo + "applyWrites", self._behind(self.apply), Purpose.PUBLISH)
        yield Route("POST", repo + "deleteRecord", self._behind(self.delete), Purpose.DELETE)
        yield Route("GET", repo + "getRecord", self._behind(self.show), Purpose.LOOK_UP)
        yield Route("GET", repo + "listRecords", self._behind(self.list_records), Purpose.LOOK_UP)
        yield Route("GET", repo + "describeRepo", self._behind(self.describe), Purpose.ACCOUNT)

    def _behind(self, handle: Handler) -> Handler:
        return xrpc.limited(self._network, handle)

    @property
    def records(self) -> Collection[Item]:
        """By at:// address; `extra` holds `value`, `cid`, `collection` and `rkey`."""
        return self._network.shelf.items("record")

    # Writing records.

    async def put(self, request: web.Request) -> web.Response:
        stated, person = await self._asked(request, collection=str, rkey=str, record=dict)
        self._take_points(request, person, "update")
        uri = uri_of(person, stated["collection"], stated["rkey"])
        current = self.records.get(uri)
        write = self._checked("update" if current else "create", stated, stated["record"])
        if current is not None and current.extra["cid"] == write.cid:
            return self._receipt(uri, write, None)
        self._check_swap(stated, current)
        return self._receipt(uri, write, self._commit(person, [write]))

    async def create(self, request: web.Request) -> web.Response:
        stated, person = await self._asked(request, collection=str, record=dict)
        self._take_points(request, person, "create")
        write = self._checked("create", stated, stated["record"])
        uri = uri_of(person, write.collection, write.rkey)
        return self._receipt(uri, write, self._commit(person, [write]))

    async def apply(self, request: web.Request) -> web.Response:
        stated, person = await self._asked(request, writes=list)
        if len(stated["writes"]) > _MOST_WRITES:
            raise xrpc.refuse(f"Too many writes. Max: {_MOST_WRITES}")
        writes = [self._write_of(each, n) for n, each in enumerate(stated["writes"])]
        self._take_points(request, person, *(write.action for write in writes))
        commit = self._commit(person, writes)
        results = [_result(person, write) for write in writes]
        return web.json_response({"commit": commit, "results": results})

    async def delete(self, request: web.Request) -> web.Response:
        stated, person = await self._asked(request, collection=str, rkey=str)
        self._take_points(request, person, "delete")
        uri = uri_of(person, stated["collection"], stated["rkey"])
        if uri not in self.records:
            return web.json_response({})
        write = Write(action="delete", collection=stated["collection"], rkey=stated["rkey"])
        return web.json_response({"commit": self._commit(person, [write])})

    async def _asked(self, request: web.Request, **kinds: type) -> tuple[Json, Person]:
        """The arguments, and the account that may write here."""
        speaker = self._accounts.speaker(request)
        stated = await xrpc.arguments(request, repo=str, **kinds)
        person = self._accounts.find(stated["repo"])
        if person is None:
            raise xrpc.refuse("Account not found", "AccountNotFound", 403)
        if person.id != speaker.id:
            raise xrpc.refuse("Authentication Required", "AuthenticationRequired", 401)
        if "rkey" in stated and not is_record_key(stated["rkey"]):
            raise xrpc.refuse(f'Invalid record key (got "{stated["rkey"]}") at $.rkey')
        return stated, person

    def _take_points(self, request: web.Request, person: Person, *actions: str) -> None:
        cost = sum(_POINTS[action] for action in actions)
        for seconds, limit in ((xrpc.HOUR, 5_000), (xrpc.DAY, 35_000)):
            key = f"write/{seconds}/{person.id}"
            xrpc.take(self._network, request, key, limit=limit, seconds=seconds, cost=cost)

    def _write_of(self, stated: Any, number: int) -> Write:
        kind = stated.get("$type") if isinstance(stated, dict) else None
        action = str(kind).removeprefix(f"{_WRITES}#")
        if action not in _POINTS:
            raise xrpc.refuse(f"Action not supported: {kind}")
        if action == "delete":
            collection, rkey = str(stated.get("collection")), str(stated.get("rkey"))
            return Write(action=action, collection=collection, rkey=rkey)
        return self._checked(action, stated, stated.get("value"), f"$.writes[{number}].record")

    def _checked(
        self, action: str, stated: Mapping[str, Any], value: Any, path: str = "$.record"
    ) -> Write:
        collection = str(stated.get("collection"))
        rkey = stated.get("rkey") or tid_at(self._network.clock.now(), len(self.records) % 1024)
        try:
            is_known = check_record(collection, rkey, value, path)
            whole = {"$type": collection, **value}
            cid_of_record(whole)
        except (Unfit, TypeError) as unfit:
            raise xrpc.refuse(str(unfit)) from None
        return Write(
            action=action, collection=collection, rkey=rkey, value=whole, is_known=is_known
        )

    def _check_swap(self, stated: Mapping[str, Any], current: Item | None) -> None:
        if "swapRecord" not in stated:
            return
        there = current.extra["cid"] if current else None
        if there != stated["swapRecord"]:
            raise xrpc.refuse(f"Record was at {there or 'null'}", "InvalidSwap")

    def _commit(self, person: Person, writes: Iterable[Write]) -> Json:
        """All or nothing."""
        writes = list(writes)
        for write in writes:
            is_there = uri_of(person, write.collection, write.rkey) in self.records
            if is_there is (write.action == "create"):
                raise Answered(xrpc.server_error())
            self._blobs.check(person, write.value)
        # Gates first: whether the audience may answer is known when the post is shown.
        for write in sorted(writes, key=lambda each: each.collection == POST):
            self._do(person, write)
        rev = tid_at(self._network.clock.now(), len(self.records) % 1024)
        return {"cid": cid_of_record({"rev": rev, "did": person.id}), "rev": rev}

    def _do(self, person: Person, write: Write) -> None:
        uri = uri_of(person, write.collection, write.rkey)
        if write.value is None:
            self.records.remove(uri)
            if (post := self._network.shelf.posts.living(uri)) is not None:
                self._network.delete_post(post)
            return
        self.keep(person, write.collection, write.rkey, write.value)
        self._blobs.refer_to(person, write.value)
        if write.collection == POST:
            self._show(person, uri, write)

    def keep(self, person: Person, collection: str, rkey: str, value: Json) -> Item:
        return self.records.put(
            Item(
                id=uri_of(person, collection, rkey),
                created_at=self._network.clock.now(),
                owner_id=person.id,
                extra={
                    "value": value,
                    "cid": cid_of_record(value),
                    "collection": collection,
                    "rkey": rkey,
                },
            )
        )

    def _show(self, person: Person, uri: str, write: Write) -> None:
        """Puts the post on the pages, and before the audience if it is new."""
        assert write.value is not None
        reply = write.value.get("reply", {})
        shown = Post(
            id=uri,
            author_id=person.id,
            text=write.value["text"],
            created_at=self._network.clock.now(),
            media_ids=tuple(self._media_of(person, write)),
            parent_id=reply.get("parent", {}).get("uri", ""),
            root_id=reply.get("root", {}).get("uri", ""),
            extra=_extras(write.value),
        )
        earlier = self._network.shelf.posts.living(uri)
        if earlier is None:
            self._network.keep_post(shown)
        else:
            self._network.shelf.posts.put(replace(shown, created_at=earlier.created_at))

    def _media_of(self, person: Person, write: Write) -> Iterable[str]:
        """Each picture of a post is kept with its own alt text, as one blob may be in many."""
        for place, (blob, alt) in enumerate(media_in(write.value or {})):
            stored = self._blobs.living(person, blob)
            copy = replace(stored, id=f"{write.rkey}.{place}.{person.id}", alt=alt)
            yield self._network.shelf.media.put(copy).id

    def _receipt(self, uri: str, write: Write, commit: Json | None) -> web.Response:
        status = {"validationStatus": "valid" if write.is_known else "unknown"}
        named = {"uri": uri, "cid": write.cid}
        return web.json_response(named | ({"commit": commit} if commit else {}) | status)

    # Reading records.

    async def show(self, request: web.Request) -> web.Response:
        method = "com.atproto.repo.getRecord"
        repo, collection, rkey = (
            xrpc.parameter(request, method, name) for name in ("repo", "collection", "rkey")
        )
        person = self._accounts.find(repo)
        if person is None:
            raise xrpc.refuse(f"Could not locate record: at://{repo}/{collection}/{rkey}")
        uri = uri_of(person, collection, rkey)
        found = self.records.get(uri)
        if found is None or request.query.get("cid", found.extra["cid"]) != found.extra["cid"]:
            raise xrpc.refuse(f"Could not locate record: {uri}", "RecordNotFound")
        return web.json_response(_told(found))

    async def list_records(self, request: web.Request) -> web.Response:
        method = "com.atproto.repo.listRecords"
        person = self._repo(request, method)
        collection = xrpc.parameter(request, method, "collection")
        limit = xrpc.number(request, method, usual=50, least=1, most=100)
        found = sorted(self._of(person, collection), key=lambda each: str(each.extra["rkey"]))
        if request.query.get("reverse") != "true":
            found.reverse()
        page = _after(found, request.query.get("cursor", ""))[:limit]
        cursor = {"cursor": page[-1].extra["rkey"]} if page else {}
        return web.json_response({"records": [_told(each) for each in page], **cursor})

    async def describe(self, request: web.Request) -> web.Response:
        person = self._repo(request, "com.atproto.repo.describeRepo")
        own = (each for each in self.records if each.owner_id == person.id)
        return web.json_response(
            {
                "handle": person.handle,
                "did": person.id,
                "didDoc": self._accounts.document_of(person),
                "collections": sorted({each.extra["collection"] for each in own}),
                "handleIsCorrect": True,
            }
        )

    def _repo(self, request: web.Request, method: str) -> Person:
        repo = xrpc.parameter(request, method, "repo")
        person = self._accounts.find(repo)
        if person is None:
            raise xrpc.refuse(f"Could not find repo: {repo}")
        return person

    def _of(self, person: Person, collection: str) -> Iterable[Item]:
        for each in self.records:
            if each.owner_id == person.id and each.extra["collection"] == collection:
                yield each

    def lets_audience_answer(self, post: Post) -> bool:
        """The audience follows the owners and is followed by none."""
        gate = self.records.get(post.id.replace(POST, GATE))
        allowed = gate.extra["value"].get("allow") if gate else None
        return allowed is None or {"$type": f"{GATE}#followerRule"} in allowed


def uri_of(person: Person, collection: str, rkey: str) -> str:
    return f"at://{person.id}/{collection}/{rkey}"


def _extras(record: Json) -> Json:
    link = record.get("embed", {}).get("external", {}).get("uri")
    return {"link": link} if link else {}


def _told(record: Item) -> Json:
    return {"uri": record.id, "cid": record.extra["cid"], "value": record.extra["value"]}


def _result(person: Person, write: Write) -> Json:
    kind = {"$type": f"{_WRITES}#{write.action}Result"}
    if write.value is None:
        return kind
    status = "valid" if write.is_known else "unknown"
    uri = uri_of(person, write.collection, write.rkey)
    return {"uri": uri, "cid": write.cid, "validationStatus": status, **kind}


def _after(records: list[Item], rkey: str) -> list[Item]:
    keys = [each.extra["rkey"] for each in records]
    return records[keys.index(rkey) + 1 :] if rkey in keys else records
