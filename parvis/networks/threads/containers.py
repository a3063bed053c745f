"""Containers: a post is made in one, waited for, and then published by its id.

A container lives for 24 hours. What was made is kept in the progress, so that a repeat finds it
again; one that will not do any more is made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Json, Part, Progress
from parvis.networks.errors import NetworkError, NotSent, Refused, Unknown
from parvis.networks.graph import read_fault
from parvis.networks.graph.call import word
from parvis.networks.graph.waiting import wait_until
from parvis.networks.http import USUAL_SECONDS, Http
from parvis.networks.threads.api import API, LABEL, is_gone
from parvis.networks.threads.post import Form, build_container, build_item

# Trouble that Meta calls UNKNOWN passes at times, and at times it is the picture.
_TRIES = 3
# With the items ready there is little left to do: all in all a call waits for about a minute.
_PAUSES_AFTER_ITEMS = 3
_CONTAINER = "container"
STATE_FIELDS = "id,status,error_message"


class Status(StrEnum):
    """As documentation/threads/troubleshooting names them; GONE is ours."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    GONE = "GONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    status: Status
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """`turn` counts, from 1, the containers that were made for the same thing."""

    container_id: str
    made_at: datetime
    turn: int

    def to_json(self) -> Json:
        return {
            "id": self.container_id,
            "made_at": self.made_at.isoformat(),
            "turn": self.turn,
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Container":
        return cls(
            container_id=stored["id"],
            made_at=datetime.fromisoformat(stored["made_at"]),
            turn=stored["turn"],
        )


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes what one part needs. `pauses` are the seconds between two looks at it."""

    http: Http
    account: Account
    progress: Progress
    pauses: Sequence[float]

    async def ready(self, part: Part, parent_id: str) -> Container:
        """A container that can be published; NotSent while Threads still works on it."""
        kept = self._kept(_CONTAINER)
        if kept is not None and await self._still_does(kept):
            await self._await([kept], self.pauses)
            return kept
        turn = kept.turn + 1 if kept else 1
        children = await self._items(part, turn) if len(part.media) > 1 else []
        form = build_container(part, parent_id, children)
        made = await self._make(_CONTAINER, form, turn)
        await self._await([made], self.pauses[:_PAUSES_AFTER_ITEMS] if children else self.pauses)
        return made

    async def _items(self, part: Part, turn: int) -> list[str]:
        """All are made before any is waited for, since Threads fetches them side by side."""
        items = [
            await self._item(f"item {turn}.{number}", build_item(file))
            for number, file in enumerate(part.media, start=1)
        ]
        await self._await(items, self.pauses)
        return [item.container_id for item in items]

    async def _item(self, step: str, form: Form) -> Container:
        kept = self._kept(step)
        if kept is not None and await self._still_does(kept):
            return kept
        return await self._make(step, form, kept.turn + 1 if kept else 1)

    def _kept(self, step: str) -> Container | None:
        stored = self.progress.read(step)
        return Container.from_json(stored) if stored else None

    async def _still_does(self, kept: Container) -> bool:
        state = await read_state(self.http, self.account, kept.container_id)
        if state.status is Status.PUBLISHED:
            raise published_already()
        return state.status in (Status.IN_PROGRESS, Status.FINISHED)

    async def _make(self, step: str, form: Form, turn: int) -> Container:
        answer = await API.post(
            self.http,
            self.account.server,
            "me/threads",
            self.account.tokens.access,
            purpose="prepare",
            form=form,
            seconds=USUAL_SECONDS,
        )
        made = Container(container_id=word(answer, "id"), made_at=present.now(), turn=turn)
        await self.progress.keep(step, made.to_json())
        return made

    async def _await(self, containers: Sequence[Container], pauses: Sequence[float]) -> None:
        pending = list(containers)

        async def are_finished() -> bool:
            while pending and await self._is_finished(pending[0]):
                pending.pop(0)
            return not pending

        await wait_until(are_finished, LABEL, pauses)

    async def _is_finished(self, container: Container) -> bool:
        state = await read_state(self.http, self.account, container.container_id)
        if state.status not in (Status.FINISHED, Status.IN_PROGRESS):
            raise _unfit(state, container)
        return state.status is Status.FINISHED


async def read_state(http: Http, account: Account, container_id: str) -> State:
    answer = await API.get(
        http,
        account.server,
        container_id,
        account.tokens.access,
        purpose="check container",
        query={"fields": STATE_FIELDS},
    )
    return interpret_state(answer)


def interpret_state(answer: Answer) -> State:
    """A published container has turned into a post, which has no status: “Tried accessing
    nonexisting field (status)” (exileum/meta-mcp issue 143)."""
    fault = read_fault(answer)
    if fault is not None and fault.code == 100 and "nonexisting field" in fault.message.lower():
        return State(status=Status.PUBLISHED)
    if is_gone(fault):
        return State(status=Status.GONE)
    told = API.accepted(answer)
    try:
        return State(status=Status(told["status"]), error=str(told.get("error_message") or ""))
    except (KeyError, ValueError):
        raise answer.unreadable() from None


def _unfit(state: State, container: Container) -> NetworkError:
    """What a container that will never be FINISHED means for the post. The progress keeps it, so
    that the next call makes another one and counts it."""
    if state.status is Status.PUBLISHED:
        return published_already()
    if state.status is not Status.ERROR:
        return _lost()
    if state.error.startswith("FAILED_DOWNLOADING"):
        return _unreachable()
    if state.error in ("", "UNKNOWN") and container.turn < _TRIES:
        return _failed_once()
    return _media_refused(state.error)


def published_already() -> Unknown:
    return Unknown(
        "published-already",
        f"{LABEL} says that what was prepared is published. Nothing more was posted; look at the "
        "account before you send it again.",
    )


def _lost() -> NotSent:
    return NotSent(
        "container-lost",
        f"{LABEL} no longer has what was prepared. Nothing was posted; it is prepared anew.",
    )


def _unreachable() -> NotSent:
    return NotSent(
        "media-unreachable",
        f"{LABEL} could not fetch the media from their public address. Nothing was posted; it is "
        "tried again. See that the address can be reached from outside.",
    )


def _failed_once() -> NotSent:
    return NotSent(
        "media-failed",
        f"{LABEL} could not process the media and does not say why. Nothing was posted; it is "
        "tried again.",
    )


def _media_refused(error: str) -> Refused:
    return Refused(
        "media-refused",
        f"{LABEL} could not process a picture or video ({error or 'no reason given'}). Nothing was "
        "posted; replace it and send the post again.",
        said=error,
    )
