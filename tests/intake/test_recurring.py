"""Posts that come back at set times: each turn is a post of its own, and comes once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from parvis.compose.content import Said, UsedMedia, content_of
from parvis.compose.models import Post
from parvis.compose.verbs import plan as plan_for
from parvis.compose.verbs import save_draft
from parvis.connections.models import Account
from parvis.connections.verbs import disconnect
from parvis.deliver import pausing
from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.unused_media import StillUsed, delete_unused
from parvis.deliver.verbs import database_now
from parvis.intake import occurrences, recurring, turns
from parvis.intake.recurring import GoneBy, HasEnded, NotRepeatable, Scope
from parvis.people.models import Workspace
from parvis.schedule.models import Occurrence, Series, Standing
from parvis.schedule.recurrence import LAST, Every, Improper, Recurrence, turns_of
from tests.cast import connect, draft, kept_picture
from tests.intake.series import HOURS, OTHER_HOURS, begun, daily, made, plan, texts, times, today

pytestmark = pytest.mark.django_db


def scheduled_at(series: Series) -> list[object]:
    waiting = Delivery.objects.filter(post__occurrence__series=series, state=State.SCHEDULED)
    return list(waiting.order_by("due_at").values_list("due_at", flat=True))


def look(series: Series) -> int:
    return turns.look_at(series)


def passes(series: Series, **span: float) -> None:
    """As if so much time had gone by: all that is kept moves into the past instead."""
    ago = timedelta(**span)
    for row in made(series):
        Occurrence.objects.filter(pk=row.pk).update(at=row.at - ago, day=row.day - ago)
    series.refresh_from_db()
    rule = {**series.rule}
    starts_on = Recurrence.from_json(rule).starts_on - ago
    rule["starts_on"] = starts_on.isoformat()
    Series.objects.filter(pk=series.pk).update(since=series.since - ago, rule=rule)


def test_each_turn_is_a_scheduled_post_of_its_own(ponts: Account) -> None:
    series = begun(ponts)
    assert [row.post.planned_at for row in made(series) if row.post] == times(series)
    assert scheduled_at(series) == times(series)
    assert len(set(times(series))) == 5


def test_a_draft_is_the_first_turn_itself(ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    series = begun(ponts, post=post)
    assert made(series)[0].post == post
    assert Post.objects.filter(handed_over_at=None, deleted_at=None).count() == 0


def test_a_post_scheduled_for_the_first_moment_is_the_first_turn(ponts: Account) -> None:
    first = begun(ponts)
    at = times(first)[0]
    recurring.end(first, take_off=True)
    post = draft(ponts, text=HOURS)
    deliver.schedule(post, at)
    series = begun(ponts, post=post)
    assert made(series)[0].post_id == post.pk
    assert scheduled_at(series) == times(series)


def test_what_a_post_carries_comes_back_with_it(workspace: Workspace, ponts: Account) -> None:
    media = kept_picture(workspace)
    used = (UsedMedia(media_id=media.pk, alt="Stalls on the square"),)
    series = begun(
        ponts,
        media=used,
        tags=("hours",),
        said={ponts.pk: Said(text="Open till seven.")},
        rule=daily(ponts, times=2),
        post=draft(ponts, text=HOURS, media=used),
    )
    second = made(series)[1].post
    assert second is not None
    content = content_of(second)
    assert (content.media, content.tags) == (used, ("hours",))
    assert content.said == {ponts.pk: Said(text="Open till seven.")}


def test_only_what_lies_within_two_weeks_is_made_and_the_next_in_any_case(ponts: Account) -> None:
    long = begun(ponts, rule=daily(ponts, times=60))
    assert max(times(long)) <= database_now() + turns.AHEAD
    assert 13 <= len(times(long)) <= 14
    rare = Recurrence(
        every=Every.MONTH,
        interval=6,
        day=LAST,
        at=daily(ponts).at,
        starts_on=today(ponts) + timedelta(days=40),
        times=3,
    )
    series = begun(ponts, rule=rare)
    look(series)
    assert len(times(series)) == 1


def test_a_look_at_what_is_made_makes_nothing_more(ponts: Account) -> None:
    series = begun(ponts)
    assert [look(series), look(series)] == [0, 0]
    assert len(made(series)) == 5


def test_a_turn_cannot_be_kept_twice(ponts: Account) -> None:
    series = begun(ponts)
    row = made(series)[0]
    with pytest.raises(IntegrityError):
        Occurrence.objects.create(series=series, day=row.day, at=row.at)


def test_texts_take_turns(ponts: Account) -> None:
    series = begun(ponts, texts=(HOURS, OTHER_HOURS))
    assert texts(series) == [HOURS, OTHER_HOURS, HOURS, OTHER_HOURS, HOURS]


def test_a_deleted_turn_does_not_come_again(ponts: Account) -> None:
    series = begun(ponts)
    post = made(series)[1].post
    assert post is not None
    deliver.delete(post)
    look(series)
    assert len(scheduled_at(series)) == 4


def test_a_changed_series_changes_the_turns_that_wait(ponts: Account) -> None:
    series = begun(ponts)
    before = [row.post_id for row in made(series)]
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,)))
    assert texts(series) == [OTHER_HOURS] * 5
    assert [row.post_id for row in made(series)] == before
    assert scheduled_at(series) == times(series)


def test_a_turn_that_was_changed_by_hand_is_left_in_peace(ponts: Account) -> None:
    series = begun(ponts)
    edit(made(series)[1], "Closed today.")
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,)))
    others = [OTHER_HOURS] * 3
    assert texts(series) == [OTHER_HOURS, "Closed today.", *others]


def test_a_turn_that_was_moved_by_hand_stays_where_it_is(ponts: Account) -> None:
    series = begun(ponts)
    post = made(series)[1].post
    assert post is not None
    to = times(series)[1] + timedelta(hours=3)
    deliver.move(post, to)
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,)))
    post.refresh_from_db()
    assert (post.planned_at, post.text) == (to, HOURS)


def test_another_time_moves_the_turns_that_wait(ponts: Account) -> None:
    series = begun(ponts)
    later = daily(ponts, at=daily(ponts).at.replace(hour=18))
    recurring.change(series, plan(ponts, rule=later))
    assert {at.astimezone(ponts.workspace.zone).hour for at in times(series)} == {18}
    assert scheduled_at(series) == times(series)
    assert len(times(series)) == 5


def test_what_one_turn_says_is_used_from_it_on(ponts: Account) -> None:
    series = begun(ponts)
    row = made(series)[2]
    edit(row, "Open till eight.")
    recurring.use_for(row, Scope.LATER)
    assert texts(series) == [HOURS, HOURS, *["Open till eight."] * 3]
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,)))
    assert texts(series) == [HOURS, HOURS, *[OTHER_HOURS] * 3]


def test_what_one_turn_says_is_used_for_all_that_wait(ponts: Account) -> None:
    series = begun(ponts)
    row = made(series)[2]
    edit(row, "Open till eight.")
    recurring.use_for(row, Scope.ALL)
    assert texts(series) == ["Open till eight."] * 5


def test_one_text_of_several_is_replaced_by_what_its_turn_says(ponts: Account) -> None:
    series = begun(ponts, texts=(HOURS, OTHER_HOURS))
    row = made(series)[1]
    edit(row, "On Sundays we sleep.")
    recurring.use_for(row, Scope.ALL)
    series.refresh_from_db()
    assert series.texts == [HOURS, "On Sundays we sleep."]
    assert texts(series)[:2] == [HOURS, "On Sundays we sleep."]


def test_a_turn_is_skipped_and_put_back(ponts: Account) -> None:
    series = begun(ponts)
    day = made(series)[1].day
    recurring.skip(series, day)
    assert len(scheduled_at(series)) == 4
    look(series)
    assert len(scheduled_at(series)) == 4
    recurring.put_back(series, day)
    assert scheduled_at(series) == times(series)


def test_a_turn_that_is_not_made_yet_can_be_skipped(ponts: Account) -> None:
    series = begun(ponts, rule=daily(ponts, times=60))
    day = today(ponts) + timedelta(days=30)
    recurring.skip(series, day)
    assert Occurrence.objects.get(day=day).standing == Standing.SKIPPED


@pytest.mark.parametrize("days", [-1, 200])
def test_what_is_no_turn_to_come_cannot_be_skipped(ponts: Account, days: int) -> None:
    series = begun(ponts)
    with pytest.raises(GoneBy):
        recurring.skip(series, today(ponts) + timedelta(days=days))


def test_an_end_takes_what_waits_off_the_desk_or_leaves_it(ponts: Account) -> None:
    left, taken = begun(ponts), begun(ponts, texts=(OTHER_HOURS,))
    assert recurring.end(left, take_off=False) == 0
    assert recurring.end(taken, take_off=True) == 5
    assert (len(scheduled_at(left)), len(scheduled_at(taken))) == (5, 0)
    assert look(taken) == 0
    with pytest.raises(HasEnded):
        recurring.change(taken, plan(ponts))


def test_a_series_ends_by_itself_after_its_last_turn(ponts: Account) -> None:
    series = begun(ponts, rule=daily(ponts, times=2))
    look(series)
    series.refresh_from_db()
    assert series.ended_at is None
    passes(series, days=3)
    look(series)
    series.refresh_from_db()
    assert series.ended_at is not None
    assert len(made(series)) == 2


def test_while_an_account_is_paused_a_turn_waits_and_the_series_says_why(ponts: Account) -> None:
    series = begun(ponts, rule=daily(ponts, times=30))
    before = len(made(series))
    pausing.pause(ponts)
    passes(series, days=3)
    assert look(series) == 0
    series.refresh_from_db()
    assert series.trouble == {"code": "waits", "accounts": [ponts.pk]}
    pausing.resume(ponts)
    assert look(series) == 3
    series.refresh_from_db()
    assert (len(made(series)), series.trouble) == (before + 3, {})


def test_a_turn_that_has_gone_by_unmade_is_written_down_with_its_reason(ponts: Account) -> None:
    series = begun(ponts, rule=daily(ponts, times=30))
    pausing.pause(ponts)
    passes(series, days=3)
    look(series)
    passes(series, days=14)
    look(series)
    missed = [row for row in made(series) if row.standing == Standing.MISSED]
    assert len(missed) >= 2
    assert {row.reason["code"] for row in missed} == {"waits"}


def test_near_its_time_a_turn_speaks_through_those_who_can(
    ponts: Account, ponts_mastodon: Account
) -> None:
    series = begun(ponts, ponts_mastodon, rule=daily(ponts, times=30))
    pausing.pause(ponts)
    last = made(series)[-1]
    passes(series, days=14)
    look(series)
    made_since = [row for row in made(series) if row.at > last.at and row.post]
    assert len(made_since) <= 1
    near = [row for row in made(series) if row.reason.get("code") == "left-out"]
    assert all(row.reason["accounts"] == [ponts.pk] for row in near)
    speaking = [
        set(row.post.variants.values_list("account", flat=True)) for row in near if row.post
    ]
    assert speaking == [{ponts_mastodon.pk}] * len(near)
    assert near


def test_a_turn_leaves_out_an_account_that_has_gone(
    ponts: Account, ponts_mastodon: Account
) -> None:
    series = begun(ponts, ponts_mastodon, rule=daily(ponts, times=30))
    disconnect(ponts)
    passes(series, days=2)
    look(series)
    last = made(series)[-1]
    assert last.reason == {"code": "left-out", "accounts": [ponts.pk]}
    assert last.post is not None
    assert [v.account_id for v in last.post.variants.all()] == [ponts_mastodon.pk]


def test_x_takes_no_text_twice(workspace: Workspace) -> None:
    x = connect(workspace, "x", "librairieponts")
    with pytest.raises(NotRepeatable) as refused:
        begun(x, texts=(HOURS, OTHER_HOURS), rule=daily(x, times=3))
    (finding,) = refused.value.findings[x]
    assert (finding.code, finding.facts) == ("repeats-forbidden", {"needed": 3, "fresh": 2})
    assert not Series.objects.exists()
    assert texts(begun(x, texts=(HOURS, OTHER_HOURS), rule=daily(x, times=2))) == [
        HOURS,
        OTHER_HOURS,
    ]


def test_a_scheduled_post_is_the_first_turn_and_keeps_accounts_that_the_series_has_not(
    workspace: Workspace, ponts: Account
) -> None:
    x = connect(workspace, "x", "librairieponts")
    post = draft(ponts, x, text=HOURS)
    rule = daily(ponts)
    first = next(iter(turns_of(rule, workspace.zone, since=database_now())))
    deliver.schedule(plan_for(post, first.at), first.at)
    series = begun(ponts, post=post, rule=rule)
    assert made(series)[0].post_id == post.pk
    recurring.change(series, plan(ponts, texts=(OTHER_HOURS,)))
    assert texts(series) == [HOURS] + [OTHER_HOURS] * 4
    assert set(post.deliveries.values_list("account_id", flat=True)) == {ponts.pk, x.pk}


def test_on_x_what_was_said_before_counts(workspace: Workspace) -> None:
    x = connect(workspace, "x", "librairieponts")
    post = draft(x, text=HOURS)
    deliver.schedule(post, database_now() + timedelta(hours=1))
    with pytest.raises(NotRepeatable):
        begun(x, post=post, rule=daily(x, times=1))
    assert begun(x, post=post, texts=(OTHER_HOURS,), rule=daily(x, times=1))


def test_what_cannot_be_said_is_refused_and_nothing_is_kept(ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    with pytest.raises(NotRepeatable) as refused:
        begun(ponts, post=post, texts=(HOURS, "x" * 400))
    assert [finding.code for finding in refused.value.findings[ponts]] == ["too-long"]
    post.refresh_from_db()
    assert post.is_draft
    assert not Series.objects.exists()


def test_what_never_comes_is_refused(ponts: Account) -> None:
    ago = today(ponts) - timedelta(days=9)
    with pytest.raises(Improper, match="nothing-ahead"):
        begun(ponts, rule=daily(ponts, starts_on=ago, ends_on=ago + timedelta(days=2)))


def test_a_picture_of_a_series_is_not_taken_off_the_shelf(
    workspace: Workspace, ponts: Account
) -> None:
    media = kept_picture(workspace)
    used = (UsedMedia(media_id=media.pk),)
    series = begun(ponts, media=used, post=draft(ponts, text=HOURS, media=used))
    recurring.end(series, take_off=True)
    Delivery.objects.all().delete()
    Post.objects.all().delete()
    with pytest.raises(StillUsed) as refused:
        delete_unused(media)
    assert refused.value.code == "series"


def edit(row: Occurrence, text: str) -> None:
    """As a person does: taken back, written anew, scheduled again."""
    assert row.post is not None
    deliver.take_back(row.post)
    post = occurrences.fresh(row.post)
    changed = replace(content_of(post), text=text)
    post = save_draft(post, changed, base_revision=post.revision, saved_by=None)
    deliver.schedule(post, row.at)
