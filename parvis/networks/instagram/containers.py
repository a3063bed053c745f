"""Containers: what is to be published is described first, and Instagram fetches the media itself.

A container lives for 24 hours and is published once, which makes its id the post's own key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from parvis.networks.contract import Account, Json, Part, Progress
from parvis.networks.errors import NotSent, PrepareAnew, Refused
from parvis.networks.graph.call import word
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.waiting import PAUSES, wait_until
from parvis.networks.http import Http
from parvis.networks.instagram.api import API
from parvis.networks.part import MediaFile
from parvis.networks.secret import Secret
from parvis.networks.traits import Format

Form = dict[str, str | Secret]

_BUILDER_GONE = (2207006, 2207008, 2207020)
# In what a container says of its error: it could not be fetched, or took too long to come.
_UNREACHABLE = ("2207052", "2207003")


class Status(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    HIDDEN = ""
    """Instagram denies knowing it, which it has done of living ones (postiz-app issue 1562)."""


_LIVING = (Status.IN_PROGRESS, Status.FINISHED, Status.PUBLISHED)


@dataclass(frozen=True, slots=True)
class State:
    """`said` is what Instagram tells of an error, fit to be shown."""

    status: Status
    said: str = ""


async def read_state(
    http: Http, account: Account, container_id: str, *, purpose: str = "check container"
) -> State:
    answer = await API.get(
        http,
        account.server,
        container_id,
        account.tokens.access,
        purpose=purpose,
        query={"fields": "status_code,status"},
    )
    fault = read_fault(answer)
    if is_missing(fault) or (fault is not None and fault.subcode in _BUILDER_GONE):
        return State(Status.HIDDEN)
    told = API.accepted(answer)
    try:
        return State(Status(str(told["status_code"])), answer.clean(str(told.get("status") or "")))
    except (KeyError, ValueError):
        raise answer.unreadable() from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Containers:
    """Makes the containers of one part, each once: what was made is kept and used again while
    Instagram still has it."""

    http: Http
    account: Account
    progress: Progress
    pauses: Sequence[float] = PAUSES

    async def ready(self, part: Part) -> str:
        """The id of the container to publish, once it is finished."""
        if len(part.media) == 1:
            form = build_single(part, part.media[0])
            return await self._ready("container", form)
        children = [
            await self._made(f"child-{number}", build_child(file))
            for number, file in enumerate(part.media)
        ]
        for number, child in enumerate(children):
            await self._wait(child, f"child-{number}")
        return await self._ready("container", build_carousel(part, children))

    async def _ready(self, step: str, form: Form) -> str:
        container_id = await self._made(step, form)
        await self._wait(container_id, step)
        return container_id

    async def _made(self, step: str, form: Form) -> str:
        """The kept container counts only for the same children: of new children a new one is
        made. Reads as gone what ended badly, so that a person may have it tried again."""
        kept = self.progress.read(step)
        children = form.get("children", "")
        if kept and kept.get("children", "") == children:
            state = await read_state(self.http, self.account, str(kept["id"]))
            if state.status in _LIVING:
                return str(kept["id"])
        answer = await API.post(
            self.http,
            self.account.server,
            f"{self.account.remote_id}/media",
            self.account.tokens.access,
            purpose="prepare",
            form=form,
        )
        container_id = word(answer, "id")
        made: Json = {"id": container_id, "children": children}
        await self.progress.keep(step, made)
        return container_id

    async def _wait(self, container_id: str, step: str) -> None:
        async def is_finished() -> bool:
            state = await read_state(self.http, self.account, container_id)
            refuse_unfit(state)
            return state.status is not Status.IN_PROGRESS

        await wait_until(is_finished, API.label, self.pauses)


def refuse_unfit(state: State) -> None:
    """Raises what a container that will never be finished means for the post."""
    if state.status in (Status.EXPIRED, Status.HIDDEN):
        raise PrepareAnew(
            "container-lost",
            "Instagram no longer has what was prepared. Nothing was posted; it is prepared anew.",
        )
    if state.status is not Status.ERROR:
        return
    if any(code in state.said for code in _UNREACHABLE):
        raise NotSent(
            "media-unreachable",
            "Instagram could not fetch the media from their public address. Nothing was posted; "
            "it is tried again. See that the address can be reached from outside.",
        )
    raise Refused(
        "media-refused",
        f"Instagram could not work with a picture or video: “{state.said}” Nothing was posted; "
        "replace it and send the post again.",
        said=state.said,
    )


def build_single(part: Part, file: MediaFile) -> Form:
    """A video alone is a reel, whatever it was meant as; a story carries neither caption nor
    description."""
    if part.format is Format.STORY:
        return {"media_type": "STORIES", **_source(file)}
    form = _source(file) | ({"caption": part.text} if part.text else {})
    if file.is_video:
        return {"media_type": "REELS", **form}
    return form | _alt(file)


def build_child(file: MediaFile) -> Form:
    kind: Form = {"media_type": "VIDEO"} if file.is_video else {}
    return {"is_carousel_item": "true", **kind, **_source(file), **_alt(file)}


def build_carousel(part: Part, children: Sequence[str]) -> Form:
    caption: Form = {"caption": part.text} if part.text else {}
    return {"media_type": "CAROUSEL", "children": ",".join(children), **caption}


def _alt(file: MediaFile) -> Form:
    return {"alt_text": file.alt} if file.alt and not file.is_video else {}


def _source(file: MediaFile) -> Form:
    """The address opens the file to whoever knows it, so it is kept out of whatever is said."""
    if not file.public_url:
        raise Refused(
            "no-public-address",
            "Instagram fetches media from a public address, and Parvis has none. Nothing was "
            "posted; set the public https address of this server in the settings.",
        )
    return {"video_url" if file.is_video else "image_url": Secret(file.public_url)}
