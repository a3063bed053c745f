"""What is done to several posts at once."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.web.views import many_posts
from tests.cast import connect, draft, scheduled

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)


def done(desk: Client, *posts: Post, **order: object) -> str:
    """The page that says what became of each."""
    ticked = {"post": [post.pk for post in posts]} if posts else {"scope": "found"}
    answer = desk.post("/posts/change/", {**ticked, **order}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def exported(desk: Client, *posts: Post, **order: object) -> list[dict[str, str]]:
    ticked = {"post": [post.pk for post in posts]} if posts else {"scope": "found"}
    answer = desk.post("/posts/change/", {"do": "export", **ticked, **order})
    assert answer["Content-Disposition"] == 'attachment; filename="posts.csv"'
    return list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_moving_by_days_keeps_the_time_on_the_clock_and_says_what_stayed(
    desk: Client, ponts: Account
) -> None:
    delivery, out = scheduled(ponts, in_=TOMORROW), scheduled(ponts, text="Gone", in_=TOMORROW)
    Delivery.objects.filter(pk=out.pk).update(state=State.PUBLISHED)
    idle = draft(ponts, text="No time yet")
    page = done(desk, delivery.post, out.post, idle, do="move", by=3, unit="days")
    before = delivery.due_at.astimezone(ponts.workspace.zone)
    delivery.refresh_from_db()
    after = delivery.due_at.astimezone(ponts.workspace.zone)
    assert (after.date() - before.date(), after.time()) == (timedelta(days=3), before.time())
    assert "Done to 1 post" in page
    assert "2 stayed as they were" in page
    assert "Part of it is on its way or has gone out." in page
    assert "No time is chosen for it yet." in page


def test_moving_by_days_past_a_change_of_the_clocks_keeps_the_time_they_show(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts)
    Post.objects.filter(pk=post.pk).update(planned_at="2031-03-29T08:30:00Z")
    done(desk, post, do="move", by=1, unit="days")
    assert Post.objects.get().planned_at.isoformat() == "2031-03-30T07:30:00+00:00"


def test_what_would_move_into_the_past_stays(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    page = done(desk, delivery.post, do="move", by=-30, unit="days")
    assert "The moment it would have moved to has gone by." in page
    assert Delivery.objects.get().due_at == delivery.due_at


def test_posts_are_put_into_a_campaign_and_out_of_it(desk: Client, ponts: Account) -> None:
    post = draft(ponts)
    campaign = Campaign.objects.create(workspace=ponts.workspace, name="Spring")
    done(desk, post, do="campaign", campaign=campaign.pk)
    assert list(campaign.posts.all()) == [post]
    assert "It was so already." in done(desk, post, do="campaign", campaign=campaign.pk)
    done(desk, post, do="campaign", campaign="")
    assert not campaign.posts.exists()


def test_a_tag_comes_into_being_by_being_used_and_is_taken_off_again(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts)
    done(desk, post, do="tag", tag="Fair")
    assert "It was so already." in done(desk, post, do="tag", tag="fair")
    assert [tag.name for tag in post.tags.all()] == ["Fair"]
    done(desk, post, do="untag", tag="FAIR")
    assert not post.tags.exists()
    done(desk, post, do="untag", tag="never heard of")
    assert Tag.objects.count() == 1


def test_posts_are_duplicated_taken_back_deleted_and_put_back(desk: Client, ponts: Account) -> None:
    post = scheduled(ponts, text="Twice", in_=TOMORROW).post
    assert "Open the copy" in done(desk, post, do="duplicate")
    assert Post.objects.filter(text="Twice").count() == 2
    done(desk, post, do="take-back")
    assert "It is a draft already." in done(desk, post, do="take-back")
    done(desk, post, do="delete")
    assert "It is deleted. Put it back first." in done(desk, post, do="tag", tag="late")
    done(desk, post, do="restore")
    post.refresh_from_db()
    assert (post.deleted_at, post.is_draft) == (None, True)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"do": "delete", "post": []}, "Tick the posts that you mean."),
        ({"do": ""}, "Choose what to do with these posts."),
        ({"do": "move", "by": ""}, "Say by how many hours or days."),
        ({"do": "move", "by": "9000", "unit": "days"}, "That is more than a year."),
        ({"do": "tag", "tag": " "}, "Say which tag."),
    ],
)
def test_an_order_that_lacks_something_changes_nothing_and_keeps_the_ticks(
    desk: Client, ponts: Account, order: dict[str, object], sentence: str
) -> None:
    post = draft(ponts)
    answer = desk.post("/posts/change/", {"post": [post.pk], "query": "show=drafts", **order})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert (f'value="{post.pk}" form="many" checked' in page) is bool(order.get("post", True))
    assert Post.objects.filter(deleted_at=None, tags=None).count() == 1


def test_all_that_were_found_are_done_batch_by_batch_and_each_once(
    desk: Client, ponts: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_posts, "BATCH", 2)
    for number in range(5):
        draft(ponts, text=f"A square, {number}")
    other = draft(ponts, text="Nothing of the kind")
    order = {"do": "duplicate", "query": "q=square"}
    pages = [done(desk, **order)]
    while fields := desk.session["posts-done"]["go_on"]:
        pages.append(desk.post("/posts/change/", dict(fields), follow=True).content.decode())
    assert [page.count("Open the copy") for page in pages] == [2, 2, 1]
    assert Post.objects.count() == 11
    assert Post.objects.filter(text=other.text).count() == 1


def test_reading_the_result_anew_does_nothing_again(desk: Client, ponts: Account) -> None:
    done(desk, draft(ponts), do="duplicate")
    desk.get("/posts/changed/")
    assert Post.objects.count() == 2


def test_what_is_exported_can_be_read_by_a_spreadsheet_that_runs_nothing(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts, text='=HYPERLINK("https://example.org")', thread=("Zweitens, été",))
    draft(ponts, text="Another")
    (row,) = exported(desk, post)
    assert row["text"] == "'" + post.text
    assert (row["thread"], row["states"]) == ("Zweitens, été", "draft")
    assert [each["text"] for each in exported(desk, query="q=another")] == ["Another"]


def test_posts_of_another_workspace_stay_as_they_are(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    post = draft(connect(other, handle="bob.example.org"))
    campaign = Campaign.objects.create(workspace=other, name="Bob’s own")
    assert "Done to 0 posts" in done(desk, post, do="delete")
    assert exported(desk, post) == []
    answer = desk.post(
        "/posts/change/", {"post": [post.pk], "do": "campaign", "campaign": campaign.pk}
    )
    assert answer.status_code == 422
    post.refresh_from_db()
    assert (post.deleted_at, post.campaign) == (None, None)
