"""Campaigns and tags."""

from datetime import date, timedelta

import pytest
from django.test import Client

from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.people.models import Workspace
from tests.cast import connect, draft, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

SPRING = {
    "name": "Spring",
    "colour": "verdigris",
    "starts_on": "2031-03-01",
    "ends_on": "2031-05-31",
    "utm_source": "social",
}


def shown(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_campaign_is_started_changed_ended_and_goes_on(desk: Client) -> None:
    desk.post("/campaigns/start/", SPRING)
    campaign = Campaign.objects.get()
    assert (campaign.colour, campaign.starts_on) == ("verdigris", date(2031, 3, 1))
    assert campaign.utm == {"source": "social"}
    page = f"/campaigns/{campaign.pk}/"
    desk.post(f"{page}change/", {**SPRING, "name": "Spring fair", "utm_source": ""})
    campaign.refresh_from_db()
    assert (campaign.name, campaign.utm) == ("Spring fair", {})
    desk.post(f"{page}end/")
    assert "Let it go on" in shown(desk, page)
    desk.post(f"{page}reopen/")
    assert Campaign.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Taken"}, "Another campaign has this name."),
        ({"ends_on": "2031-02-01"}, "It cannot end before it begins."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_an_outline_is_said_and_what_was_typed_is_kept(
    desk: Client, workspace: Workspace, wrong: dict[str, str], sentence: str
) -> None:
    Campaign.objects.create(workspace=workspace, name="Taken")
    answer = desk.post("/campaigns/start/", {**SPRING, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="social"' in page
    assert Campaign.objects.count() == 1


def test_a_campaign_counts_its_posts_by_state_and_leads_to_them(
    desk: Client, ponts: Account
) -> None:
    campaign = Campaign.objects.create(workspace=ponts.workspace, name="Spring")
    draft(ponts, text="Written for spring")
    scheduled(ponts, text="Planned for spring", in_=timedelta(days=1))
    Post.objects.update(campaign=campaign)
    draft(ponts, text="Not for spring")
    page = shown(desk, f"/campaigns/{campaign.pk}/")
    for shelf in ("drafts", "scheduled"):
        assert f'?show={shelf}&amp;campaign={campaign.pk}">1</a>' in page
    assert f'?show=published&amp;campaign={campaign.pk}">0</a>' in page
    assert "Planned for spring</a>" in page
    assert "Not for spring" not in page


def test_the_pages_ask_the_database_as_often_for_many(desk: Client, ponts: Account) -> None:
    campaign = Campaign.objects.create(workspace=ponts.workspace, name="Spring")
    page = f"/campaigns/{campaign.pk}/"
    Post.objects.filter(pk=scheduled(ponts, in_=timedelta(days=1)).post_id).update(
        campaign=campaign
    )
    few = queries(desk, "/campaigns/"), queries(desk, page)
    for number in range(8):
        scheduled(connect(ponts.workspace, handle=f"shop{number}.example.org"), text=f"{number}")
        Campaign.objects.create(workspace=ponts.workspace, name=f"Campaign {number}")
    Post.objects.update(campaign=campaign)
    assert (queries(desk, "/campaigns/"), queries(desk, page)) == few


def test_campaigns_of_another_workspace_are_not_there(desk: Client) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    campaign = Campaign.objects.create(workspace=other, name="Bob’s own")
    assert desk.get(f"/campaigns/{campaign.pk}/").status_code == 404
    assert desk.post(f"/campaigns/{campaign.pk}/end/").status_code == 404
    assert "Bob’s own" not in shown(desk, "/campaigns/")


def test_a_tag_is_renamed_on_every_post_and_deleted_without_them(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts)
    tag = Tag.objects.create(workspace=ponts.workspace, name="fair")
    post.tags.add(tag)
    desk.post(f"/posts/tags/{tag.pk}/", {"name": "market"})
    assert "#market" in shown(desk, "/posts/")
    desk.post(f"/posts/tags/{tag.pk}/delete/")
    assert Post.objects.filter(tags=None).count() == 1


def test_two_tags_cannot_have_one_name_whatever_its_capitals(
    desk: Client, workspace: Workspace
) -> None:
    Tag.objects.create(workspace=workspace, name="fair")
    tag = Tag.objects.create(workspace=workspace, name="market")
    answer = desk.post(f"/posts/tags/{tag.pk}/", {"name": "FAIR"}, follow=True)
    assert "Another tag has this name." in answer.content.decode()
    assert Tag.objects.filter(name="market").exists()
