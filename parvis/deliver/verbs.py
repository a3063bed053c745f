"""What can be done about deliveries, by a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from parvis.compose.models import Post
from parvis.compose.verbs import duplicate, start_draft
from parvis.connections.models import Account
from parvis.connections.verbs import paused_since
from parvis.deliver.freeze import freeze
from parvis.deliver.journal import note
from parvis.deliver.models import Delivery, Happened
from parvis.deliver.outcomes import RECONNECT as RECONNECT
from parvis.deliver.outcomes import receipt_to_json
from parvis.deliver.outlasting import LimitOutlasts as LimitOutlasts
from parvis.deliver.outlasting import limit_that_outlasts
from parvis.deliver.rest import content_of_the_rest
from parvis.deliver.states import MAY_BE_CALLED_BACK, STAYED_HERE, State, sources_of
from parvis.networks.contract import Published
from parvis.people.models import User

DUE = "parvis_due"  # the channel that wakes the clock
# Why deliveries of an account are held while it cannot publish.
DISCONNECTED = "disconnected"


class InThePast(Exception):
    """The chosen moment has gone by. Nothing was scheduled; the post is still a draft."""


class AlreadyOnItsWay(Exception):
    """Too late: at least one delivery of this post has been claimed, sent or published."""


class AlreadyHandedOver(Exception):
    """The post is scheduled already: a second click, another tab, a repeated command."""


class NothingToDecide(Exception):
    """Somebody else has decided, or the look-up has found it meanwhile."""


class StillPaused(Exception):
    """Its account, or everything, is paused: nothing was sent, and it is held as before."""


class NothingToLookUp(NothingToDecide):
    """It was never sent by this installation as it is known here: only a person can look."""


def schedule(post: Post, due_at: datetime, *, by: User | None = None) -> list[Delivery]:
    """Freezes the post and hands it over.

    Raises freeze.NotReady, InThePast or AlreadyHandedOver; the post is then still a draft.
    """
    _refuse_the_past(due_at)
    with transaction.atomic():
        held = Post.objects.select_for_update().get(pk=post.pk)
        if not held.is_draft:
            raise AlreadyHandedOver
        deliveries = Delivery.objects.bulk_create(freeze(held, due_at))
        Post.objects.filter(pk=post.pk).update(planned_at=due_at, handed_over_at=Now())
        note([delivery.pk for delivery in deliveries], Happened.SCHEDULED, by=by)
        wake_the_clock()
    return deliveries


def publish_now(post: Post, *, by: User | None = None) -> list[Delivery]:
    return schedule(post, database_now(), by=by)


def move(post: Post, due_at: datetime, *, by: User | None = None) -> None:
    """All deliveries of the post, or none. Raises AlreadyOnItsWay or InThePast.

    What was prepared for an earlier try is prepared anew: it carries the old time.
    """
    _refuse_the_past(due_at)
    with transaction.atomic():
        moved = _called_back(post)
        Delivery.objects.filter(pk__in=moved).update(
            state=State.SCHEDULED,
            due_at=due_at,
            ready_at=due_at,
            began_at=None,
            **_nothing_prepared(),
            **_no_reason(),
        )
        _all_or_none(post, len(moved))
        note(moved, Happened.MOVED, by=by, to=due_at.isoformat())
        Post.objects.filter(pk=post.pk).update(planned_at=due_at)
        wake_the_clock()


def take_back(post: Post, *, by: User | None = None) -> None:
    """Makes a post a draft again when none of it went out; its time is remembered.

    That is so while it is scheduled or held, and after all of it was refused or given up: what
    stood in the way can then be corrected. Raises AlreadyOnItsWay.
    """
    with transaction.atomic():
        called_back = _called_back(post)
        Delivery.objects.filter(pk__in=called_back).update(state=State.CANCELLED, settled_at=Now())
        note(called_back, Happened.TAKEN_BACK, by=by)
        _refuse_what_went_out(post)
        _set_refusals_aside(post, by)
        Post.objects.filter(pk=post.pk).update(handed_over_at=None)


def delete(post: Post, *, by: User | None = None) -> None:
    """Takes a draft or a scheduled post off the desk. What was published stays, as history."""
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        if not current.is_draft:
            take_back(current, by=by)
        Post.objects.filter(pk=post.pk).update(deleted_at=Now())


def release(delivery: Delivery, *, by: User | None = None) -> None:
    """Sends a held delivery after all, prepared anew: networks forget uploads that lie unused.

    Raises NothingToDecide, StillPaused or LimitOutlasts.
    """
    refuse_while_paused(delivery.account)
    if until := limit_that_outlasts(delivery, database_now()):
        raise LimitOutlasts(until)
    _decide(
        delivery,
        Happened.RELEASED,
        by=by,
        from_states=(State.HELD,),
        state=State.SCHEDULED,
        **_nothing_prepared(),
        **_due_now(),
    )


def release_after_limit(delivery: Delivery, *, by: User | None = None) -> None:
    """Sends a held delivery when its account may post again; now, if it may by now.

    Raises NothingToDecide or StillPaused.
    """
    if until := limit_that_outlasts(delivery, database_now()):
        move_alone(delivery, until, by=by)
    else:
        release(delivery, by=by)


def move_alone(delivery: Delivery, due_at: datetime, *, by: User | None = None) -> None:
    """Gives a held delivery a time of its own: others of its post may be out.

    Raises InThePast or NothingToDecide.
    """
    _refuse_the_past(due_at)
    _decide(
        delivery,
        Happened.MOVED,
        by=by,
        facts={"to": due_at.isoformat()},
        from_states=(State.HELD,),
        state=State.SCHEDULED,
        due_at=due_at,
        ready_at=due_at,
        began_at=None,
        **_nothing_prepared(),
    )


def it_is_there(delivery: Delivery, published: Published, *, by: User | None = None) -> None:
    """A person has found the post on the network. The parts that come after it go out, unless it
    is known by its address alone: a network lets nothing answer that, so the rest is given up."""
    receipts = [*delivery.receipts, receipt_to_json(published)]
    changes: dict[str, Any] = {"state": State.CANCELLED, "settled_at": Now()}
    if len(receipts) == len(delivery.parts):
        changes = {"state": State.PUBLISHED, "settled_at": Now()}
    elif published.remote_id:
        changes = {"state": State.SCHEDULED, **_due_now()}
    _decide(
        delivery,
        Happened.DECIDED,
        "there",
        by=by,
        from_states=(State.UNKNOWN,),
        receipts=receipts,
        **changes,
    )


def look_again(delivery: Delivery, *, by: User | None = None) -> None:
    """Raises NothingToLookUp after a restore, when no attempt tells what to look for."""
    _refuse_without_a_request(delivery)
    _decide(
        delivery,
        Happened.DECIDED,
        "look",
        by=by,
        from_states=(State.UNKNOWN,),
        state=State.CHECKING,
        ready_at=Now(),
        lookups=0,
    )


def send_again(delivery: Delivery, *, by: User | None = None) -> None:
    """A person has seen that it is not there. The same identity is sent again.

    Raises NothingToDecide, or StillPaused.
    """
    refuse_while_paused(delivery.account)
    _decide(
        delivery,
        Happened.DECIDED,
        "again",
        by=by,
        from_states=(State.UNKNOWN,),
        state=State.SCHEDULED,
        **_due_now(),
    )


def give_up(delivery: Delivery, *, by: User | None = None) -> None:
    """Nothing more of it is sent. What is out of a thread stays out."""
    _decide(
        delivery,
        Happened.GIVEN_UP,
        by=by,
        from_states=(State.UNKNOWN, State.HELD),
        state=State.CANCELLED,
        settled_at=Now(),
    )


def set_aside(delivery: Delivery, *, by: User | None = None) -> None:
    """A person has read why it was refused and leaves it at that."""
    refused = Delivery.objects.filter(pk=delivery.pk, state=State.REFUSED, set_aside_at=None)
    with transaction.atomic():
        if not refused.update(set_aside_at=Now()):
            raise NothingToDecide
        note([delivery.pk], Happened.DECIDED, "set-aside", by=by)


def write_anew(delivery: Delivery, author: User | None) -> Post:
    """A draft of what is not out, for this account alone: elsewhere the post may be out.

    After a refusal, or of a thread that stopped half-way: what waits of it is then given up.
    """
    with transaction.atomic():
        current = Delivery.objects.select_for_update().get(pk=delivery.pk)
        _stop_for_good(current, author)
        if not current.receipts:
            return duplicate(current.post, author, only=current.account)
        return start_draft(current.workspace, author, content_of_the_rest(current))


def hold_for(account: Account, code: str) -> int:
    """Holds what is scheduled for an account that cannot publish; answers how many."""
    with transaction.atomic():
        scheduled = _locked(Delivery.objects.filter(account=account, state=State.SCHEDULED))
        Delivery.objects.filter(pk__in=scheduled).update(state=State.HELD, reason_code=code)
        note(scheduled, Happened.HELD, code)
    return len(scheduled)


def release_for(account: Account, reasons: Sequence[str] = (RECONNECT, DISCONNECTED)) -> int:
    """Schedules again what was held because the account had to be connected again, or for
    another reason that is over. What could not be looked up meanwhile is looked up at once."""
    with transaction.atomic():
        held = _locked(
            Delivery.objects.filter(account=account, state=State.HELD, reason_code__in=reasons)
        )
        Delivery.objects.filter(pk__in=held).update(
            state=State.SCHEDULED, began_at=None, **_nothing_prepared(), **_no_reason()
        )
        note(held, Happened.RELEASED, "account-is-back")
        Delivery.objects.filter(account=account, state=State.CHECKING, lease_until=None).update(
            ready_at=Now(), lookups=0
        )
        wake_the_clock()
    return len(held)


def database_now() -> datetime:
    """The database's clock is the only one that decides what is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


def refuse_while_paused(account: Account) -> None:
    if paused_since(account):
        raise StillPaused


def wake_the_clock() -> None:
    """PostgreSQL delivers the notice when the transaction commits, and not if it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [DUE])


def _refuse_the_past(due_at: datetime) -> None:
    if due_at < database_now() - timedelta(minutes=1):
        raise InThePast


def _called_back(post: Post) -> list[int]:
    return _locked(Delivery.objects.filter(post=post, state__in=MAY_BE_CALLED_BACK, receipts=[]))


def _locked(deliveries: QuerySet[Delivery]) -> list[int]:
    """Nobody else changes them before the end of the transaction."""
    return list(
        deliveries.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    )


def _all_or_none(post: Post, moved: int) -> None:
    if not moved:
        raise AlreadyOnItsWay
    _refuse_what_went_out(post, but=MAY_BE_CALLED_BACK)


def _refuse_what_went_out(post: Post, *, but: Iterable[State] = ()) -> None:
    """Of a thread that was refused or given up half-way, the first parts are out."""
    stayed_here = Q(state__in={*STAYED_HERE, *but}, receipts=[])
    if Delivery.objects.filter(post=post).exclude(stayed_here).exists():
        raise AlreadyOnItsWay


def _stop_for_good(delivery: Delivery, by: User | None) -> None:
    """Raises NothingToDecide unless it was refused, or is a part of a post whose rest waits here
    or was given up."""
    if delivery.state == State.REFUSED:
        set_aside(delivery, by=by)
    elif delivery.state == State.HELD and delivery.receipts:
        give_up(delivery, by=by)
    elif not delivery.rest_is_given_up:
        raise NothingToDecide


def _set_refusals_aside(post: Post, by: User | None) -> None:
    refused = _locked(Delivery.objects.filter(post=post, state=State.REFUSED, set_aside_at=None))
    Delivery.objects.filter(pk__in=refused).update(set_aside_at=Now())
    note(refused, Happened.TAKEN_BACK, by=by)


def _decide(
    delivery: Delivery,
    kind: Happened,
    code: str = "",
    *,
    by: User | None,
    facts: Mapping[str, str] | None = None,
    from_states: Iterable[State],
    **changes: Any,
) -> None:
    allowed = set(from_states) & set(sources_of(changes["state"]))
    with transaction.atomic():
        decided = Delivery.objects.filter(pk=delivery.pk, state__in=allowed).update(
            **{**_no_reason(), **changes}
        )
        if not decided:
            raise NothingToDecide
        note([delivery.pk], kind, code, by=by, **(facts or {}))
        wake_the_clock()


def _refuse_without_a_request(delivery: Delivery) -> None:
    """A look-up without one would take it for surely absent, and it would be sent."""
    part = len(delivery.receipts)
    attempted = delivery.attempts.filter(part=part, request__has_key="key").exists()
    if not attempted or str(part) not in delivery.prepared:
        raise NothingToLookUp


def _due_now() -> dict[str, Any]:
    """A delivery that was too late is due now, or the clock would hold it again."""
    return {"due_at": Now(), "ready_at": Now(), "began_at": None}


def _nothing_prepared() -> dict[str, Any]:
    return {"prepared": {}, "progress": {}}


def _no_reason() -> dict[str, Any]:
    return {"reason_code": "", "reason": "", "reason_facts": {}, "candidates": []}
