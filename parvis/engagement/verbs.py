"""What a person can say about how posts are followed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, Q, Value, When
from django.db.models.functions import Random

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver.verbs import database_now
from parvis.engagement.models import Following, Pace, Patience, Reading
from parvis.engagement.rhythms import rhythms_of
from parvis.engagement.taking_up import take_up_post
from parvis.people.models import Workspace

# Networks count anew after minutes at best, and on X each look costs money.
NOT_AGAIN_WITHIN = timedelta(minutes=1)
_SPREAD = timedelta(days=1)


class NothingToRead(Exception):
    """None of the post's parts is on an account that can be read."""


class ReadJustNow(Exception):
    """It was read within the last minute."""


def read_now(post: Post) -> int:
    """The next turn of a worker reads the post's figures and new replies, as far as limits allow;
    answers how many parts that are. Raises NothingToRead or ReadJustNow."""
    now = database_now()
    take_up_post(post, now)
    on_accounts = Following.objects.filter(
        delivery__post=post, account__state=AccountState.CONNECTED, is_gone=False
    )
    if not on_accounts.exists():
        raise NothingToRead
    stale = on_accounts.filter(Q(looked_at=None) | Q(looked_at__lt=now - NOT_AGAIN_WITHIN))
    asked = stale.update(asked_at=now, next_at=now, along_at=now)
    if not asked:
        raise ReadJustNow
    return asked


def set_pace(account: Account, pace: Pace | None) -> None:
    """None for its network's usual pace. What is to be read is reckoned anew."""
    with transaction.atomic():
        Reading.objects.update_or_create(account=account, defaults={"pace": pace or ""})
        _reckon_anew(account, database_now())


def set_patience(workspace: Workspace, days: int | None) -> None:
    """None for ever."""
    with transaction.atomic():
        Patience.objects.update_or_create(workspace=workspace, defaults={"days": days})
        now = database_now()
        for account in workspace.accounts.all():
            _reckon_anew(account, now)


def _reckon_anew(account: Account, now: datetime) -> None:
    """What is still to be followed and was not is looked at within a day, spread over it, and then
    reckons its next look itself; what is not to be followed any more is left alone."""
    rhythm = rhythms_of([account], now.date())[account.pk]
    kept = Following.objects.filter(account=account, is_gone=False)
    if rhythm is None:
        kept.update(next_at=None, along_at=None)
        return
    if rhythm.ends is not None:
        oldest = now - rhythm.ends
        kept.filter(published_at__lte=oldest).update(next_at=None, along_at=None)
        kept = kept.filter(published_at__gt=oldest)
    wait = ExpressionWrapper(Random() * Value(_SPREAD), output_field=DurationField())
    soon = ExpressionWrapper(Value(now) + wait, output_field=DateTimeField())
    young = When(published_at__gt=now - _SPREAD, then=Value(now))
    at = Case(young, default=soon, output_field=DateTimeField())
    kept.filter(next_at=None).update(next_at=at, along_at=at)
