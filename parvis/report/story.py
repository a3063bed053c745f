"""Everything that is known of one post: what it says where, and every try to publish it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from parvis.compose.models import Media, Post
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import LEASED, STAYED_HERE, State
from parvis.deliver.verbs import database_now
from parvis.report.deciding import waits_for_a_person
from parvis.report.decisions import (
    Decision,
    decision_about,
    reason_of,
    said_by,
    web_address,
    with_way_back,
)
from parvis.report.faces import Speaker, speaker_of
from parvis.report.sentences import sentence_for_reason, sentence_for_what_follows

# A delivery this near is watched, so that a reader sees it go out.
NEAR = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said, and by whom it is said so: the accounts that say the same stand together."""

    text: str
    content_warning: str
    places: tuple[Speaker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    sha256: str
    name: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt. `told` is what went wrong, in a sentence; `link` what the network gave."""

    number: int
    started_at: datetime
    seconds: float | None
    outcome: str
    told: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStory:
    """`next_at` is the next try or look-up by itself, where there is one."""

    delivery_id: int
    account_id: int
    network: str
    handle: str
    is_sandbox: bool
    state: str
    words: str
    due_at: datetime
    settled_at: datetime | None
    next_at: datetime | None
    reason: str
    follows: str
    link: str
    decision: Decision | None
    tries: tuple[Try, ...]

    @property
    def named(self) -> str:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox).named


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStory:
    post_id: int
    is_draft: bool
    is_deleted: bool
    planned_at: datetime | None
    author: str
    created_at: datetime
    language: str
    visibility: str
    told: tuple[Told, ...]
    pictures: tuple[Picture, ...]
    deliveries: tuple[DeliveryStory, ...]
    is_under_way: bool
    may_be_taken_back: bool
    may_be_moved: bool


def story_of(post: Post) -> PostStory:
    """`post` with its author and workspace. A fixed number of queries, however many accounts."""
    deliveries = list(_deliveries_of(post))
    now = database_now()
    live = [d for d in deliveries if d.state not in STAYED_HERE]
    stays = all(d.may_be_called_back for d in live)
    return PostStory(
        post_id=post.pk,
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        planned_at=post.planned_at,
        author=post.author.name if post.author else "",
        created_at=post.created_at,
        language=post.language,
        visibility=post.get_visibility_display(),
        told=tuple(_told(post, deliveries)),
        pictures=tuple(_pictures(post)),
        deliveries=tuple(_story(delivery, now) for delivery in deliveries),
        is_under_way=any(_is_under_way(delivery, now) for delivery in deliveries),
        may_be_taken_back=not post.is_draft and stays,
        may_be_moved=not post.is_draft and bool(live) and stays,
    )


def _deliveries_of(post: Post) -> Iterable[Delivery]:
    """Those that were called back and replaced by a later one are history of little worth."""
    told = with_way_back(Delivery.objects.filter(post=post)).select_related("account", "post")
    told = told.prefetch_related("attempts").order_by("account__network", "account__handle", "pk")
    return [d for d in told if d.state != State.CANCELLED or d.attempts.all()]


def _told(post: Post, deliveries: Iterable[Delivery]) -> Iterable[Told]:
    said: dict[tuple[str, str], list[Speaker]] = {}
    for place, text, warning in _sayings(post, deliveries):
        places = said.setdefault((text, warning), [])
        if place not in places:
            places.append(place)
    for (text, warning), places in said.items():
        yield Told(text=text, content_warning=warning, places=tuple(places))


def _sayings(post: Post, deliveries: Iterable[Delivery]) -> Iterable[tuple[Speaker, str, str]]:
    if post.is_draft:
        for variant in post.variants.select_related("account"):
            yield speaker_of(variant.account), variant.said_text, post.content_warning
        return
    for delivery in deliveries:
        yield speaker_of(delivery.account), said_by(delivery), delivery.parts[0]["content_warning"]


def _pictures(post: Post) -> Iterable[Picture]:
    for used in post.used_media.select_related("media"):
        media: Media = used.media
        yield Picture(
            sha256=media.sha256,
            name=media.name,
            alt=used.alt,
            width=media.width,
            height=media.height,
        )


def _story(delivery: Delivery, now: datetime) -> DeliveryStory:
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
        settled_at=delivery.settled_at,
        next_at=delivery.ready_at if waits and delivery.ready_at > now else None,
        reason=reason_of(delivery),
        follows=sentence_for_what_follows(delivery.state) if delivery.reason_code else "",
        link=web_address(delivery.link),
        decision=decision_about(delivery) if waits_for_a_person(delivery) else None,
        tries=tuple(_try(attempt) for attempt in delivery.attempts.all()),
    )


def _try(attempt: Attempt) -> Try:
    took = attempt.finished_at - attempt.started_at if attempt.finished_at else None
    return Try(
        number=attempt.number,
        started_at=attempt.started_at,
        seconds=took.total_seconds() if took is not None else None,
        outcome=str(Outcome(attempt.outcome).label),
        told=_what_went_wrong(attempt),
        link=web_address(str(attempt.answer.get("url", ""))),
    )


def _what_went_wrong(attempt: Attempt) -> str:
    if not attempt.code:
        return ""
    return sentence_for_reason(attempt.code, attempt.answer, attempt.answer.get("sentence", ""))


def _is_under_way(delivery: Delivery, now: datetime) -> bool:
    if delivery.state in LEASED:
        return True
    return delivery.state == State.SCHEDULED and delivery.ready_at < now + NEAR
