"""Everything that is known of one post: what it says where, and what happened to it there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from parvis.compose.content import content_of
from parvis.compose.models import Media, Post
from parvis.compose.verbs import parts_of
from parvis.deliver.freeze import part_from_json
from parvis.deliver.models import Delivery, Event
from parvis.deliver.states import LEASED, STAYED_HERE, State
from parvis.deliver.verbs import database_now
from parvis.networks.part import Part
from parvis.report.deciding import waits_for_a_person
from parvis.report.decisions import (
    Decision,
    decision_about,
    reason_of,
    what_follows,
    with_way_back,
)
from parvis.report.faces import Speaker, speaker_of
from parvis.report.going_out import GoingOut, going_out, web_address
from parvis.report.sentences import duration_in_words
from parvis.report.trace import Step, trace_of
from parvis.report.turn import Waiting, turns_of

# A delivery this near is watched, so that a reader sees it go out.
NEAR = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPart:
    """One post on the network. `options` are those of its poll, which lasts `poll_lasts`."""

    text: str
    content_warning: str
    is_comment: bool
    options: tuple[str, ...]
    poll_lasts: str
    poll_takes_several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said, and by whom it is said so: the accounts that say the same stand together."""

    parts: tuple[ToldPart, ...]
    places: tuple[Speaker, ...]

    @property
    def is_thread(self) -> bool:
        return len([part for part in self.parts if not part.is_comment]) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaShown:
    """A picture or a video. `part` counts the texts as they were written, from 1."""

    sha256: str
    name: str
    alt: str
    width: int
    height: int
    is_video: bool
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStory:
    """`lateness` is `lateness_allowed`, seconds, in words. `next_at` is the next try or look-up by
    itself, where there is one. `waiting` says why it does not go out although it is due. `worker`
    is on it just now. `rest_can_be_written`: the rest was given up, and can still be written
    anew."""

    delivery_id: int
    account_id: int
    network: str
    handle: str
    is_sandbox: bool
    state: str
    words: str
    due_at: datetime
    lateness_allowed: int
    lateness: str
    settled_at: datetime | None
    next_at: datetime | None
    waiting: Waiting | None
    worker: str
    reason: str
    follows: str
    link: str
    going_out: GoingOut
    rest_can_be_written: bool
    decision: Decision | None
    attempts: int
    trace: tuple[Step, ...]

    @property
    def is_troubled(self) -> bool:
        """A person is needed, or something that went wrong is not over."""
        return self.decision is not None or (bool(self.reason) and self.settled_at is None)

    @property
    def named(self) -> str:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox).named


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStory:
    post_id: int
    is_draft: bool
    is_deleted: bool
    planned_at: datetime | None
    lateness_allowed: int
    lateness: str
    author: str
    created_at: datetime
    language: str
    visibility: str
    told: tuple[Told, ...]
    media: tuple[MediaShown, ...]
    is_written_in_parts: bool
    deliveries: tuple[DeliveryStory, ...]
    is_under_way: bool
    may_be_taken_back: bool
    may_be_moved: bool


def story_of(post: Post) -> PostStory:
    """`post` with its author and workspace. A fixed number of queries, however many accounts."""
    deliveries = list(_deliveries_of(post))
    now = database_now()
    turns = turns_of(deliveries, now)
    live = [d for d in deliveries if d.state not in STAYED_HERE or d.receipts]
    stays = all(d.may_be_called_back for d in live)
    return PostStory(
        post_id=post.pk,
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        planned_at=post.planned_at,
        lateness_allowed=post.lateness_allowed,
        lateness=duration_in_words(post.lateness_allowed // 60),
        author=post.author.name if post.author else "",
        created_at=post.created_at,
        language=post.language,
        visibility=post.get_visibility_display(),
        told=tuple(_told(post, deliveries)),
        media=tuple(_media(post)),
        is_written_in_parts=bool(post.thread),
        deliveries=tuple(_story(delivery, turns.get(delivery.pk), now) for delivery in deliveries),
        is_under_way=any(_is_under_way(delivery, now) for delivery in deliveries),
        may_be_taken_back=not post.is_draft and stays,
        may_be_moved=not post.is_draft and bool(live) and stays,
    )


def _deliveries_of(post: Post) -> Iterable[Delivery]:
    """Those that were called back and replaced by a later one are history of little worth."""
    told = with_way_back(Delivery.objects.filter(post=post))
    told = told.select_related("account__workspace", "post")
    events = Prefetch("events", Event.objects.select_related("person"))
    told = told.prefetch_related("attempts", events)
    told = told.order_by("account__network", "account__handle", "pk")
    return [d for d in told if d.state != State.CANCELLED or d.receipts or d.attempts.all()]


def _told(post: Post, deliveries: Iterable[Delivery]) -> Iterable[Told]:
    said: dict[tuple[ToldPart, ...], list[Speaker]] = {}
    for place, parts in _sayings(post, deliveries):
        places = said.setdefault(tuple(_told_part(part) for part in parts), [])
        if place not in places:
            places.append(place)
    for told, places in said.items():
        yield Told(parts=told, places=tuple(places))


def _sayings(
    post: Post, deliveries: Iterable[Delivery]
) -> Iterable[tuple[Speaker, Sequence[Part]]]:
    if post.is_draft:
        said = parts_of(post.workspace, content_of(post))
        for account in sorted(said, key=lambda account: (account.network, account.handle)):
            yield speaker_of(account), said[account]
        return
    for delivery in deliveries:
        yield speaker_of(delivery.account), [part_from_json(part) for part in delivery.parts]


def _told_part(part: Part) -> ToldPart:
    return ToldPart(
        text=part.text,
        content_warning=part.content_warning,
        is_comment=part.is_comment,
        options=part.poll.options if part.poll else (),
        poll_lasts=duration_in_words(part.poll.minutes) if part.poll else "",
        poll_takes_several=bool(part.poll and part.poll.multiple_choice),
    )


def _media(post: Post) -> Iterable[MediaShown]:
    for used in post.used_media.select_related("media"):
        media: Media = used.media
        yield MediaShown(
            sha256=media.sha256,
            name=media.name,
            alt=used.alt,
            width=media.width,
            height=media.height,
            is_video=media.is_video,
            part=used.part + 1,
        )


def _story(delivery: Delivery, waiting: Waiting | None, now: datetime) -> DeliveryStory:
    waits = delivery.state in (State.SCHEDULED, State.CHECKING)
    return DeliveryStory(
        delivery_id=delivery.pk,
        account_id=delivery.account_id,
        network=delivery.account.network,
        handle=delivery.account.handle,
        is_sandbox=delivery.account.is_sandbox,
        state=delivery.state,
        words=delivery.get_state_display(),
        due_at=delivery.due_at,
        lateness_allowed=delivery.lateness_allowed,
        lateness=duration_in_words(delivery.lateness_allowed // 60),
        settled_at=delivery.settled_at,
        next_at=delivery.ready_at if waits and delivery.ready_at > now else None,
        waiting=waiting,
        worker=delivery.worker,
        reason=reason_of(delivery, now if waits_for_a_person(delivery) else None),
        follows=what_follows(delivery) if delivery.reason_code or delivery.is_partly_out else "",
        link=web_address(delivery.link),
        going_out=going_out(delivery),
        rest_can_be_written=delivery.rest_is_given_up,
        decision=decision_about(delivery, now) if waits_for_a_person(delivery) else None,
        attempts=len(delivery.attempts.all()),
        trace=trace_of(delivery),
    )


def _is_under_way(delivery: Delivery, now: datetime) -> bool:
    if delivery.state in LEASED:
        return True
    return delivery.state == State.SCHEDULED and delivery.ready_at < now + NEAR
