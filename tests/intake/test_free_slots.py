"""Evergreen posts: what fills slots that stay free, how often, and in which order."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver import pausing
from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake import free_slots, recurring, turns
from parvis.intake.recurring import NotRepeatable
from parvis.people.models import Workspace
from parvis.schedule.evergreen import Candidate, Shelf, fairest
from parvis.schedule.models import Occurrence, Series
from parvis.schedule.recurrence import Improper
from parvis.schedule.slots import WeeklyTime, free_slots_for, set_slots
from tests.cast import connect, draft
from tests.intake.series import HOURS, OTHER_HOURS, begun, plan, shelf

MORNING = datetime(2031, 5, 5, 7, tzinfo=UTC)
LONG = Shelf(times=300, rest_days=1, ends_on=date(2033, 1, 1))


def slotted(account: Account, *times: int) -> Account:
    """Every day at these hours."""
    set_slots(account, [WeeklyTime(day, time(hour)) for day in range(7) for hour in times])
    return account


def said(account: Account) -> list[str]:
    rows = Occurrence.objects.filter(account=account, post__deleted_at=None).order_by("at")
    return [row.post.text for row in rows.select_related("post") if row.post]


def last_slot_is_left(account: Account) -> bool:
    """What is filled is near; slots further on stay free for people."""
    return next(free_slots_for([account], database_now() + free_slots.AHEAD)) is not None


@pytest.mark.django_db
def test_slots_that_are_still_free_shortly_before_are_filled(ponts: Account) -> None:
    slotted(ponts, 9)
    begun(ponts, rule=shelf(ponts, rest_days=1))
    assert turns.make_what_is_due() == 2
    assert said(ponts) == [HOURS, HOURS]
    assert last_slot_is_left(ponts)
    assert turns.make_what_is_due() == 0


@pytest.mark.django_db
def test_a_post_rests_before_it_comes_again_on_an_account(ponts: Account) -> None:
    slotted(ponts, 9, 12, 18)
    begun(ponts, rule=shelf(ponts, rest_days=7))
    turns.make_what_is_due()
    assert said(ponts) == [HOURS]


@pytest.mark.django_db
def test_it_rests_from_when_the_post_went_out_that_it_was_made_of(ponts: Account) -> None:
    slotted(ponts, 9, 12, 18)
    post = draft(ponts, text=HOURS)
    deliver.schedule(post, database_now() + timedelta(minutes=1))
    begun(ponts, post=post, rule=shelf(ponts, rest_days=7))
    turns.make_what_is_due()
    assert said(ponts) == []


@pytest.mark.django_db
def test_the_shelf_takes_turns(ponts: Account) -> None:
    slotted(ponts, 9, 12, 18)
    begun(ponts, rule=shelf(ponts, rest_days=1))
    begun(ponts, texts=(OTHER_HOURS,), rule=shelf(ponts, rest_days=1))
    turns.make_what_is_due()
    assert said(ponts)[:2] == [HOURS, OTHER_HOURS]
    assert len(said(ponts)) >= 3


@pytest.mark.django_db
def test_it_comes_no_more_often_than_it_may(ponts: Account) -> None:
    slotted(ponts, 9)
    series = begun(ponts, rule=shelf(ponts, times=1, rest_days=1))
    turns.make_what_is_due()
    assert said(ponts) == [HOURS]
    Occurrence.objects.update(at=database_now() - timedelta(days=9))
    Post.objects.update(planned_at=database_now() - timedelta(days=9))
    turns.look_at(series)
    assert Series.objects.get().ended_at is not None


@pytest.mark.django_db
def test_what_a_person_has_put_into_a_slot_stays_alone_there(ponts: Account) -> None:
    slotted(ponts, 9)
    begun(ponts, rule=shelf(ponts, rest_days=1))
    first = next(free_slots_for([ponts], database_now()))
    deliver.schedule(draft(ponts), first)
    turns.make_what_is_due()
    due = list(Delivery.objects.order_by("due_at").values_list("due_at", flat=True))
    assert all(one + timedelta(minutes=1) <= other for one, other in pairwise(due))
    assert len(said(ponts)) == 1


@pytest.mark.django_db
def test_a_slot_that_a_person_has_emptied_is_not_filled_again(ponts: Account) -> None:
    slotted(ponts, 9)
    begun(ponts, rule=shelf(ponts, rest_days=1))
    turns.make_what_is_due()
    for row in Occurrence.objects.select_related("post"):
        assert row.post is not None
        deliver.delete(row.post)
    assert turns.make_what_is_due() == 0


@pytest.mark.django_db
def test_each_account_fills_its_own_slots(ponts: Account, ponts_mastodon: Account) -> None:
    slotted(ponts, 9)
    slotted(ponts_mastodon, 12)
    begun(ponts, ponts_mastodon, rule=shelf(ponts))
    turns.make_what_is_due()
    assert (said(ponts), said(ponts_mastodon)) == ([HOURS], [HOURS])
    for delivery in Delivery.objects.all():
        assert Occurrence.objects.get(post=delivery.post_id).account_id == delivery.account_id


@pytest.mark.django_db
def test_nothing_is_filled_while_the_account_is_paused(ponts: Account) -> None:
    slotted(ponts, 9)
    begun(ponts, rule=shelf(ponts))
    pausing.pause(ponts)
    assert turns.make_what_is_due() == 0
    pausing.resume(ponts)
    assert turns.make_what_is_due() == 1


@pytest.mark.django_db
def test_a_draft_that_goes_onto_the_shelf_leaves_the_drafts(ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    begun(ponts, post=post, rule=shelf(ponts))
    post.refresh_from_db()
    assert post.deleted_at is not None


@pytest.mark.django_db
def test_on_x_it_needs_a_text_for_each_time(workspace: Workspace) -> None:
    x = connect(workspace, "x", "librairieponts")
    with pytest.raises(NotRepeatable):
        begun(x, rule=shelf(x, times=2))
    assert begun(x, texts=(HOURS, OTHER_HOURS), rule=shelf(x, times=2))


@pytest.mark.django_db
def test_a_changed_shelf_changes_what_waits(ponts: Account) -> None:
    slotted(ponts, 9)
    series = begun(ponts, rule=shelf(ponts))
    turns.make_what_is_due()
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,), rule=shelf(ponts)))
    assert said(ponts) == [OTHER_HOURS]


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "code"), [(-1, "ends-before"), (800, "ends-too-late")])
def test_its_end_lies_ahead_and_within_two_years(ponts: Account, days: int, code: str) -> None:
    ends_on = shelf(ponts).ends_on + timedelta(days=days - 90)
    with pytest.raises(Improper, match=code):
        begun(ponts, rule=shelf(ponts, ends_on=ends_on))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(1, 60))
def test_over_time_every_post_of_a_shelf_gets_its_turn(rests: list[int], slots: int) -> None:
    """Played through: none comes before it has rested, and none waits while a later one comes
    twice."""
    last: dict[int, datetime] = {}
    told: list[int] = []
    for number in range(slots):
        slot = MORNING + timedelta(days=number)
        candidates = [
            Candidate(
                series_id=pk,
                shelf=Shelf(times=300, rest_days=rest, ends_on=LONG.ends_on),
                said=told.count(pk),
                last=last.get(pk),
            )
            for pk, rest in enumerate(rests)
        ]
        chosen = fairest(candidates, slot.date())
        if chosen is None:
            assert all(
                one.last and slot < one.last + timedelta(days=one.shelf.rest_days)
                for one in candidates
            )
            continue
        before = last.get(chosen.series_id)
        assert before is None or slot - before >= timedelta(days=chosen.shelf.rest_days)
        ready = [one for one in candidates if one.may_fill(slot.date())]
        assert all(one.last is None or (before and before <= one.last) for one in ready) or (
            before is None
        )
        last[chosen.series_id] = slot
        told.append(chosen.series_id)
