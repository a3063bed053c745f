"""From published to followed on all seven networks, as the sandbox shows them."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.engagement import claims, keeping
from parvis.engagement.models import Following, Pace, Reading, Reply, Snapshot
from parvis.engagement.verbs import (
    NothingToRead,
    ReadJustNow,
    read_now,
    set_pace,
    set_patience,
)
from parvis.networks import present
from parvis.networks.measures import Metric, Metrics
from tests.deliver.rehearsing import KINDS
from tests.engagement.following import (
    Observed,
    on,
    read_what_is_due,
    snapshots_of,
)

pytestmark = pytest.mark.django_db

# LinkedIn lets few apps read a member's figures, and the usual permission does not ask for it.
READABLE = [kind for kind in KINDS if kind != "linkedin member"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The sandbox's own word for each figure, where all networks mean the same by it there.
BOOKED = {
    Metric.IMPRESSIONS: "views",
    Metric.VIEWS: "views",
    Metric.REACH: "reach",
    Metric.LIKES: "likes",
    Metric.REACTIONS: "likes",
    Metric.REPLIES: "replies",
    Metric.COMMENTS: "replies",
    Metric.REPOSTS: "reposts",
    Metric.QUOTES: "quotes",
    Metric.BOOKMARKS: "bookmarks",
}


def following_of(delivery: Delivery) -> Following:
    return Following.objects.get(delivery=delivery)


@on(*READABLE)
def test_the_figures_of_a_day_are_those_of_the_sandboxs_own_books(observed: Observed) -> None:
    delivery = observed.published()
    observed.hold_the_clock()
    observed.turn()
    observed.go_on(DAY)

    assert observed.turn() == 1

    told = following_of(delivery).counts
    booked = asdict(observed.booked())
    assert told, Reading.objects.values()
    assert {n: told[n] for n in told if n in BOOKED} == {
        name: booked[word] for name, word in BOOKED.items() if name in told
    }
    assert max(told.values()) > 0


@on("x", "facebook", "threads", "mastodon", "bluesky")
def test_thirty_days_take_few_looks_and_each_is_as_the_books_were_then(observed: Observed) -> None:
    delivery = observed.published()

    looks = observed.live(30 * DAY)

    snapshots = snapshots_of(delivery)
    assert 3 <= len(snapshots) <= looks < 0.03 * 30 * 24
    second = timedelta(seconds=2)
    for one in snapshots:
        early, late = observed.booked_at(one.at - second), observed.booked_at(one.at + second)
        for name, word in BOOKED.items():
            if name in one.counts and word != "replies":
                assert getattr(early, word) <= one.counts[name] <= getattr(late, word)


@on("bluesky")
def test_figures_that_stay_the_same_are_one_row_with_the_span_that_they_held(
    observed: Observed,
) -> None:
    delivery = observed.published()
    observed.go_on(25 * DAY)
    observed.turn()
    observed.go_on(10 * DAY)
    observed.turn()

    (snapshot,) = snapshots_of(delivery)
    assert snapshot.until - snapshot.at > 6 * DAY
    assert following_of(delivery).looked_at == snapshot.until


@on("mastodon")
def test_every_part_of_a_thread_is_followed_by_itself(observed: Observed) -> None:
    delivery = observed.rehearsal.schedule("One\n---\nTwo")
    Delivery.objects.filter(pk=delivery.pk).update(
        parts=[dict(delivery.parts[0], text=text) for text in ("One", "Two")],
        keys=[delivery.keys[0], f"{delivery.keys[0]}-2"],
    )
    observed.rehearsal.deliver()
    observed.go_on(HOUR)
    observed.turn()

    assert list(Following.objects.order_by("part").values_list("part", flat=True)) == [0, 1]
    assert Snapshot.objects.values("following").distinct().count() == 2


@on("bluesky")
def test_many_posts_of_an_account_are_read_with_one_call(observed: Observed) -> None:
    for number in range(4):
        observed.published(f"Number {number}")
    observed.go_on(HOUR)
    observed.turn()

    assert len(observed.rehearsal.calls("metrics")) == 1
    assert Snapshot.objects.count() == 4


@on("bluesky")
def test_a_post_that_is_soon_due_is_read_along_with_one_that_is_due(observed: Observed) -> None:
    early, late = observed.published("Early"), observed.published("Late")
    observed.go_on(HOUR)
    observed.turn()
    now = present.now()
    Following.objects.filter(delivery=early).update(next_at=now, along_at=now)
    Following.objects.filter(delivery=late).update(next_at=now + HOUR, along_at=now)

    assert observed.turn() == 2


@on("threads")
def test_an_account_with_much_that_is_due_is_read_a_hand_at_a_time(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "IN_ONE_HAND", 2)
    asked = [observed.published(f"Number {number}") for number in range(3)][-1]
    observed.turn()
    Following.objects.update(next_at=present.now())
    Following.objects.filter(delivery=asked).update(asked_at=present.now())

    (hand,) = claims.take_due(present.now())
    assert len(hand.followings) == 2
    assert asked.pk in {one.delivery_id for one in hand.followings}
    (rest,) = claims.take_due(present.now())
    assert len(rest.followings) == 1


@on("bluesky")
def test_two_workers_do_not_read_the_same(observed: Observed) -> None:
    observed.published()
    observed.go_on(HOUR)
    observed.turn()
    Following.objects.update(next_at=present.now())

    first, second = claims.take_due(present.now()), claims.take_due(present.now())

    assert [len(hand.followings) for hand in first] == [1]
    assert second == []
    assert [len(hand.followings) for hand in claims.take_due(present.now() + claims.LEASE)] == [1]


@on("bluesky")
def test_who_lost_the_claim_writes_nothing(observed: Observed) -> None:
    delivery = observed.published()
    observed.turn()
    Following.objects.update(next_at=present.now())
    (lost,) = claims.take_due(present.now())
    (taken,) = claims.take_due(present.now() + claims.LEASE)
    seen = Metrics(remote_id=lost.remote_ids[0], counts={Metric.LIKES: 3}, read_at=present.now())

    assert keeping.keep(lost, [seen], present.now()) == []
    assert snapshots_of(delivery) == []
    assert len(keeping.keep(taken, [seen], present.now())) == 1
    assert len(snapshots_of(delivery)) == 1


@on("mastodon")
def test_a_limit_is_waited_for_and_reading_goes_on_after_it(observed: Observed) -> None:
    delivery = observed.published()
    observed.go_on(HOUR)
    observed.rehearsal.order("rate-limit", on="metrics", seconds=600)

    observed.turn()
    assert snapshots_of(delivery) == []
    assert observed.turn() == 0
    observed.go_on(timedelta(minutes=11))
    Account.objects.update(waits_until=None)
    observed.turn()

    assert len(snapshots_of(delivery)) == 1
    assert Reading.objects.get().trouble_code == ""


@on(*READABLE)
def test_what_the_network_refuses_to_tell_once_is_told_later(observed: Observed) -> None:
    delivery = observed.published()
    observed.go_on(HOUR)
    observed.rehearsal.order("refuse", on="metrics", times=None)

    observed.turn()
    assert following_of(delivery).counts == {}
    assert snapshots_of(delivery) == []
    observed.rehearsal.sandbox.forget_orders()
    for _ in range(3):  # A busy machine may be too slow for one of the turns.
        observed.go_on(2 * DAY)
        observed.turn()
        if snapshots_of(delivery):
            break

    assert len(snapshots_of(delivery)) == 1
    assert not Reading.objects.exclude(trouble_code="").exists()


@on("linkedin member")
def test_without_the_permission_the_reason_is_kept_and_asked_about_once_a_day(
    observed: Observed,
) -> None:
    observed.published()
    observed.go_on(HOUR)
    observed.turn()
    asked = len(observed.rehearsal.calls("metrics"))

    observed.go_on(12 * HOUR)
    assert observed.turn() == 0
    observed.go_on(13 * HOUR)
    assert observed.turn() == 1

    assert Reading.objects.get().trouble_code == "no-permission"
    assert len(observed.rehearsal.calls("metrics")) == 2 * asked


@on("x", "mastodon", "threads", "instagram", "facebook")
def test_a_post_that_is_gone_keeps_its_figures_and_is_followed_no_more(observed: Observed) -> None:
    delivery = observed.published()
    observed.go_on(DAY)
    observed.turn()
    before = following_of(delivery).counts
    observed.rehearsal.sandbox.take_down(
        observed.rehearsal.network, str(delivery.receipts[0]["remote_id"])
    )
    observed.go_on(5 * DAY)
    observed.turn()

    after = following_of(delivery)
    assert (after.is_gone, after.next_at, after.counts) == (True, None, before)


@on("bluesky")
def test_a_disconnected_account_is_not_asked(observed: Observed) -> None:
    observed.published()
    observed.go_on(HOUR)
    Account.objects.update(state=AccountState.NEEDS_RECONNECT)

    assert observed.turn() == 0


@on("bluesky")
def test_reading_goes_on_while_publishing_is_paused(observed: Observed) -> None:
    observed.published()
    observed.go_on(HOUR)
    Account.objects.update(paused_at=present.now())

    assert observed.turn() == 1


@on("bluesky")
def test_replies_are_gathered_once_and_told_as_they_are_now(observed: Observed) -> None:
    delivery = observed.published()
    observed.go_on(3 * DAY)
    observed.turn()
    observed.go_on(3 * DAY)
    observed.turn()

    remote_id = str(delivery.receipts[0]["remote_id"])
    written = observed.rehearsal.sandbox.answers_to("bluesky", remote_id)
    kept = Reply.objects.filter(following__delivery=delivery)
    assert written
    assert sorted(one.text for one in kept) == sorted(str(one["text"]) for one in written)


@on("x")
def test_x_is_read_sparingly_unless_the_owner_says_otherwise(observed: Observed) -> None:
    observed.published()
    sparing = observed.live(3 * DAY)
    assert not Reply.objects.exists()
    set_pace(observed.account, Pace.NORMAL)
    observed.published("Once more")
    assert observed.live(3 * DAY) > 2 * sparing
    assert Reply.objects.exists()


@on("bluesky")
def test_what_is_not_followed_is_taken_up_again_when_the_owner_says_so(observed: Observed) -> None:
    observed.published()
    set_pace(observed.account, Pace.OFF)
    observed.go_on(DAY)
    assert observed.turn() == 0
    set_pace(observed.account, None)
    observed.go_on(DAY)
    assert observed.turn() == 1


@on("bluesky")
def test_a_workspace_may_stop_following_after_some_days(observed: Observed) -> None:
    delivery = observed.published()
    set_patience(observed.account.workspace, 2)
    observed.live(4 * DAY)
    following = following_of(delivery)
    assert following.next_at is None
    assert following.looked_at is not None
    assert 2 * DAY <= following.looked_at - following.published_at < 3 * DAY


@on("x")
def test_a_person_may_have_a_post_read_at_once_but_not_again_at_once(observed: Observed) -> None:
    delivery = observed.published()
    assert read_now(delivery.post) == 1
    assert read_what_is_due() == 1
    assert following_of(delivery).looked_at is not None
    with pytest.raises(ReadJustNow):
        read_now(delivery.post)


@on("bluesky")
def test_what_is_not_out_cannot_be_read(observed: Observed) -> None:
    with pytest.raises(NothingToRead):
        read_now(observed.rehearsal.schedule().post)
