"""One turn of a series, made a post of its own, changed while it waits, or taken off the desk."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from parvis.compose.content import Content, content_of
from parvis.compose.models import Post
from parvis.compose.verbs import NoLongerADraft, plan, save_draft, start_draft
from parvis.connections.models import Account, AccountState
from parvis.deliver import verbs as deliver
from parvis.people.models import User
from parvis.schedule.equal_texts import next_text
from parvis.schedule.models import Occurrence, Series, Standing
from parvis.schedule.recurrence import Turn


def make(
    series: Series,
    turn: Turn,
    speaking: Collection[Account],
    *,
    account: Account | None = None,
    reason: dict[str, Any] | None = None,
) -> Occurrence:
    """A new post, scheduled, and the row that keeps the turn from coming again: both or neither.

    Raises freeze.NotReady, and IntegrityError where the turn is settled already.
    """
    text = next_text(series.texts, texts_said(series, account))
    with transaction.atomic():
        row = Occurrence(series=series, account=account, day=turn.day, at=turn.at, text=text)
        row.reason = reason or {}
        row.save()
        content = content_at(series, text, turn.at, {each.pk for each in speaking})
        row.post = start_draft(series.workspace, series.author, content)
        deliver.schedule(row.post, turn.at)
        _note_given(row)
    return row


def adopt(series: Series, turn: Turn, post: Post, *, by: User | None) -> Occurrence:
    """A post that is there already is this turn. A draft is scheduled for it, on the accounts of
    the series; one that is scheduled already keeps its own, and what the series says later is not
    for it where they are others.

    Raises freeze.NotReady, InThePast or AlreadyHandedOver.
    """
    said = Content.from_json(series.content).said
    if post.is_draft:
        content = replace(content_of(post), said=said)
        post = save_draft(post, content, base_revision=post.revision, saved_by=by)
        deliver.schedule(plan(post, turn.at), turn.at, by=by)
    row = Occurrence(series=series, day=turn.day, at=turn.at, text=post.text, post=fresh(post))
    row.stands_alone = set(content_of(post).said) != set(said)
    _note_given(row)
    return row


def say_anew(row: Occurrence, series: Series, text: str, *, by: User | None) -> None:
    """Gives a waiting turn what its series says by now. One that is on its way stays as it is.

    Raises freeze.NotReady: nothing was changed.
    """
    assert row.post is not None
    accounts = series.accounts.exclude(state=AccountState.DISCONNECTED)
    if row.account_id is not None:
        accounts = accounts.filter(pk=row.account_id)
    able = {account.pk for account in accounts if account.can_publish}
    content = content_at(series, text, row.at, able)
    if fingerprint(content) == row.given:
        return
    try:
        with transaction.atomic():
            deliver.take_back(row.post, by=by)
            post = fresh(row.post)
            row.post = save_draft(post, content, base_revision=post.revision, saved_by=by)
            deliver.schedule(row.post, row.at, by=by)
            row.text = text
            _note_given(row)
    except (deliver.AlreadyOnItsWay, NoLongerADraft):
        return


def take_off(row: Occurrence, *, by: User | None) -> bool:
    """Deletes its post, as a person would. False where it is on its way or out."""
    if row.post is None or row.post.deleted_at is not None:
        return True
    try:
        deliver.delete(row.post, by=by)
    except deliver.AlreadyOnItsWay:
        return False
    return True


def content_at(series: Series, text: str, at: datetime, accounts: Collection[int]) -> Content:
    content = Content.from_json(series.content)
    said = {pk: said for pk, said in content.said.items() if pk in accounts}
    return replace(content, text=text, said=said, planned_at=at)


def untouched(series: Series, now: datetime) -> Iterator[Occurrence]:
    """Turns to come that are as the series made them, in order."""
    for row in waiting(series, now).filter(stands_alone=False):
        if row.post is not None and not row.post.is_draft and is_as_given(row):
            yield row


def waiting(series: Series, now: datetime) -> QuerySet[Occurrence]:
    return (
        said_in(series)
        .filter(at__gt=now)
        .select_related("post", "post__workspace")
        .prefetch_related("post__used_media", "post__variants", "post__tags")
    )


def is_as_given(row: Occurrence) -> bool:
    return row.post is not None and row.given == fingerprint(content_of(row.post))


def texts_said(series: Series, account: Account | None = None) -> Sequence[str]:
    """In order, those that wait to go out included."""
    said = said_in(series)
    if account is not None:
        said = said.filter(account=account)
    return list(said.order_by("at").values_list("text", flat=True))


def said_in(series: Series) -> QuerySet[Occurrence]:
    """Its turns that went out or are to; without those whose posts were deleted."""
    made = series.occurrences.filter(standing=Standing.MADE, post__isnull=False)
    return made.filter(post__deleted_at=None)


def note_as_given(row: Occurrence) -> None:
    """What it says now is what the series says."""
    row.stands_alone = False
    _note_given(row)


def fingerprint(content: Content) -> str:
    """Of all that it says, and of when."""
    written = json.dumps(content.to_json(), sort_keys=True, ensure_ascii=False)
    return sha256(written.encode()).hexdigest()


def fresh(post: Post) -> Post:
    return Post.objects.select_related("workspace").get(pk=post.pk)


def _note_given(row: Occurrence) -> None:
    assert row.post is not None
    row.post = fresh(row.post)
    row.given = fingerprint(content_of(row.post))
    row.save()
