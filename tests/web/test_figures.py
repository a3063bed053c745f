"""Figures on the desk: on Today, on a post's page, and how they are followed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.engagement.models import Following, Pace, Patience, Reading, Reply, Snapshot
from parvis.people.models import Membership, Role, Workspace
from parvis.report.waits import when_in_words
from tests.cast import connect, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def published(*accounts: Account, hours: int = 6) -> list[Delivery]:
    """A post that went out so long ago."""
    post = scheduled(*accounts).post
    at = database_now() - hours * HOUR
    for delivery in post.deliveries.all():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.PUBLISHED,
            settled_at=at,
            receipts=[{"remote_id": f"r{delivery.pk}", "url": "https://example.org/r"}],
        )
    return list(post.deliveries.order_by("pk"))


def followed(delivery: Delivery, *told: dict[str, int], part: int = 0) -> Following:
    """Read once an hour from an hour after it went out."""
    delivery.refresh_from_db()
    assert delivery.settled_at is not None
    following = Following.objects.create(
        delivery=delivery,
        account=delivery.account,
        part=part,
        remote_id=f"r{delivery.pk}-{part}",
        published_at=delivery.settled_at,
        next_at=database_now() + 2.8 * HOUR,
    )
    for number, counts in enumerate(told, start=1):
        at = delivery.settled_at + number * HOUR
        snapshot = Snapshot.objects.create(following=following, at=at, until=at, counts=counts)
        following.newest, following.looked_at = snapshot, at
        following.counts = {**following.counts, **counts}
    following.save()
    return following


def page_of(desk: Client, delivery: Delivery) -> str:
    return desk.get(f"/posts/{delivery.post_id}/").content.decode()


def test_today_tells_first_figures_under_each_networks_own_words(
    desk: Client, ponts: Account, workspace: Workspace
) -> None:
    threads = connect(workspace, "threads", "librairie.ponts")
    there, here = published(ponts, threads, hours=0)
    followed(there, {"likes": 31, "reposts": 1})
    followed(here, {"views": 1204, "likes": 2})
    page = desk.get("/").content.decode()
    assert "31 likes · 1 repost" in page
    assert "1,204 views · 2 likes" in page


def test_nothing_is_told_of_figures_that_nobody_has_read(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts, hours=0)
    followed(delivery)
    assert "0 likes" not in desk.get("/").content.decode()
    page = page_of(desk, delivery)
    first_look = Following.objects.get().next_at
    assert first_look is not None
    with timezone.override(ponts.workspace.zone):
        assert f"it is read for the first time {when_in_words(first_look)}." in page


def test_a_post_that_could_not_be_read_so_far_says_when_that_is_tried_again(
    desk: Client, ponts: Account
) -> None:
    (delivery,) = published(ponts, hours=0)
    followed(delivery)
    Following.objects.update(misses=1)
    assert "Not read yet. Next in 3 hours." in page_of(desk, delivery)


def test_a_posts_page_tells_the_figures_and_when_they_are_read_next(
    desk: Client, ponts: Account
) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 3, "bookmarks": 0}, {"likes": 12, "bookmarks": 1})
    page = page_of(desk, delivery)
    assert "<dt>Likes</dt>" in page
    assert '<span class="count">12</span>' in page
    assert "Last read 4 hours ago. Next in 3 hours." in page
    assert "How many accounts keep it among their saved posts." in page


def test_the_curve_goes_from_nought_to_the_newest_reading(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5}, {"likes": 10}, {"likes": 10})
    page = page_of(desk, delivery)
    # log 2 / log 4 of the way after one of three hours.
    assert 'd="M0.00 40.00 L50.00 21.00 L79.25 2.00 L100.00 2.00"' in page
    assert 'aria-label="Likes over 3 hours, from 0 to 10"' in page


def test_nought_is_not_told_beside_a_first_figure(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts, hours=0)
    followed(delivery, {"likes": 0, "replies": 0, "reposts": 3})
    assert "0 likes · 3 reposts" in desk.get("/").content.decode()


def test_a_single_reading_draws_no_curve(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    assert "<path" not in page_of(desk, delivery).partition('id="figures"')[2]


def test_every_reading_stands_in_a_table(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5, "replies": 1}, {"likes": 10})
    rows = page_of(desk, delivery).partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 2
    assert rows.index(">10<") < rows.index(">5<")
    assert '<td class="n">–</td>' in rows


def test_a_figure_that_is_told_no_more_says_when_it_was(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5, "link clicks": 7}, {"likes": 10})
    assert page_of(desk, delivery).count("told ") == 1


def test_each_part_of_a_thread_has_its_own(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    followed(delivery, {"likes": 77}, part=1)
    page = page_of(desk, delivery)
    assert "<h3>Part 2</h3>" in page
    assert '<span class="count">77</span>' in page


def test_a_post_that_is_gone_keeps_its_figures(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    Following.objects.update(is_gone=True, next_at=None)
    page = page_of(desk, delivery)
    assert "Bluesky no longer shows it. The figures stay as they were last told." in page
    assert '<span class="count">5</span>' in page


def test_a_reply_of_a_hostile_stranger_is_text_alone(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    Reply.objects.create(
        account=ponts,
        following=followed(delivery, {"replies": 1}),
        remote_id="1",
        parent_id="r",
        url="javascript:alert(1)",
        author_name=hostile,
        author_handle=hostile,
        text=hostile,
        written_at=database_now(),
        is_hidden=True,
    )
    page = page_of(desk, delivery)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "javascript:alert" not in page
    assert ">hidden</span>" in page


def test_missing_permission_is_said_with_when_it_is_asked_again(
    desk: Client, ponts: Account
) -> None:
    (delivery,) = published(ponts)
    followed(delivery)
    Reading.objects.create(
        account=ponts, trouble_code="no-permission", waits_until=database_now() + 20 * HOUR
    )
    page = page_of(desk, delivery)
    assert "Bluesky does not let Parvis read the figures of this account" in page


def test_what_a_look_costs_is_said_where_it_costs_something(
    desk: Client, workspace: Workspace
) -> None:
    x = connect(workspace, "x", "librairieponts")
    (delivery,) = published(x)
    followed(delivery, {"likes": 1})
    page = page_of(desk, delivery)
    assert "X charges for each look, so posts are read sparingly." in page
    assert "X charges $0.005 for each post and each reply that is read" in page


def test_reading_now_is_asked_of_the_worker_and_said(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    answer = desk.post(f"/posts/{delivery.post_id}/read-figures/", follow=True)
    page = answer.content.decode()
    assert "It is being read now." in page
    assert 'hx-trigger="every 3s"' in page.partition('id="figures"')[2]
    assert Following.objects.get().asked_at is not None


def test_what_waits_for_a_limit_is_not_said_to_be_read(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    Reading.objects.create(account=ponts, waits_until=database_now() + HOUR)
    desk.post(f"/posts/{delivery.post_id}/read-figures/")
    page = page_of(desk, delivery)
    assert "Little is left of what Bluesky allows" in page
    assert "It is being read now." not in page
    assert "hx-trigger" not in page.partition('id="figures"')[2].partition("</section>")[0]


def test_nobody_reads_the_post_of_another_workspace(desk: Client, ponts: Account) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    (delivery,) = published(connect(other, handle="bob.example.org"))
    followed(delivery, {"likes": 5})
    assert desk.post(f"/posts/{delivery.post_id}/read-figures/").status_code == 404
    assert Following.objects.get().asked_at is None


def test_without_a_connection_nothing_is_read(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    Account.objects.update(state=AccountState.NEEDS_RECONNECT)
    assert "Nothing is read while Bluesky is not connected." in page_of(desk, delivery)
    answer = desk.post(f"/posts/{delivery.post_id}/read-figures/", follow=True)
    assert "None of this post is on an account" in answer.content.decode()


def test_an_owner_says_for_how_long_posts_are_followed(desk: Client, workspace: Workspace) -> None:
    desk.post("/settings/figures/days/", {"days": "0"})
    assert Patience.objects.get(workspace=workspace).days is None
    assert '<option value="0" selected>' in desk.get("/settings/figures/").content.decode()
    assert desk.post("/settings/figures/days/", {"days": "7000"}).status_code == 422


def test_an_owner_says_how_often_an_account_is_read(desk: Client, ponts: Account) -> None:
    (delivery,) = published(ponts)
    followed(delivery, {"likes": 5})
    desk.post(f"/settings/figures/{ponts.pk}/pace/", {"pace": "off"})
    assert Reading.objects.get().pace == Pace.OFF
    assert Following.objects.get().next_at is None
    assert "Posts of this account are not read by themselves." in page_of(desk, delivery)
    desk.post(f"/settings/figures/{ponts.pk}/pace/", {"pace": ""})
    assert Following.objects.get().next_at is not None


def test_a_member_does_not_change_how_posts_are_followed(desk: Client, ponts: Account) -> None:
    Membership.objects.update(role=Role.MEMBER)
    assert desk.get("/settings/figures/").status_code == 403
    assert desk.post("/settings/figures/days/", {"days": "0"}).status_code == 403
    assert not Patience.objects.exists()


def test_a_posts_page_asks_the_database_as_often_for_many_readings(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    (one,) = published(ponts)
    followed(one, {"likes": 1})
    few = queries(desk, f"/posts/{one.post_id}/")
    accounts = [connect(workspace, handle=f"shop{n}.example.org") for n in range(4)]
    many = published(*accounts)
    for delivery in many:
        for part in range(3):
            following = followed(delivery, *({"likes": n} for n in range(9)), part=part)
            Reply.objects.create(
                account=delivery.account,
                following=following,
                remote_id=f"{following.pk}",
                parent_id="r",
                text="Merci",
                written_at=database_now(),
            )
    assert queries(desk, f"/posts/{many[0].post_id}/") == few


def test_the_settings_ask_as_often_for_many_accounts(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    few = queries(desk, "/settings/figures/")
    for number in range(5):
        connect(workspace, handle=f"shop{number}.example.org")
    assert queries(desk, "/settings/figures/") == few
