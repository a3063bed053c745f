"""Searching posts, narrowing the list, and keeping a search."""

from datetime import timedelta

import pytest
from django.test import Client

from parvis.compose.content import Said, UsedMedia
from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import SavedView, User, Workspace
from tests.cast import connect, draft, kept_picture, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


def shown(desk: Client, **query: object) -> str:
    answer = desk.get("/posts/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_hits_are_marked_whatever_their_accents_and_endings(desk: Client, ponts: Account) -> None:
    draft(ponts, text="Les bouquinistes reviennent cet été")
    draft(ponts, text="Nothing of the kind")
    page = shown(desk, q="bouquiniste ETE")
    assert "Les <mark>bouquinistes</mark> reviennent cet <mark>été</mark>" in page
    assert "Nothing of the kind" not in page


def test_the_excerpt_shows_the_text_that_was_found(desk: Client, ponts: Account) -> None:
    said = {ponts.pk: Said(text="Aubergines, said here alone")}
    draft(ponts, text="The shared text", said=said)
    page = shown(desk, q="aubergine")
    assert "<mark>Aubergines</mark>, said here alone" in page


def test_what_is_searched_for_cannot_become_part_of_the_page(desk: Client, ponts: Account) -> None:
    draft(ponts, text="<script>alert(1)</script> words")
    page = shown(desk, q='"><script>alert(2)</script> script')
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "q", ["'", '"', "-", "((", "a & | !", ":*", "\\", "\0", "-the", "x" * 5000]
)
def test_no_question_breaks_the_page(desk: Client, ponts: Account, q: str) -> None:
    draft(ponts)
    shown(desk, q=q)


def test_each_filter_finds_its_posts_alone(
    desk: Client, alice: User, workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    picture = kept_picture(workspace)
    wanted = draft(ponts, text="Wanted", media=(UsedMedia(media_id=picture.pk, alt="Stalls"),))
    draft(ponts_mastodon, text="Another")
    campaign = Campaign.objects.create(workspace=workspace, name="Spring")
    tag = Tag.objects.create(workspace=workspace, name="fair")
    wanted.tags.add(tag)
    moment = database_now() - timedelta(days=400)
    Post.objects.filter(pk=wanted.pk).update(campaign=campaign, author=alice, planned_at=moment)
    day = moment.astimezone(workspace.zone).date()
    for query in (
        {"account": ponts.pk},
        {"network": "bluesky"},
        {"campaign": campaign.pk},
        {"tag": tag.pk},
        {"media": "with"},
        {"author": alice.pk},
        {"until": day},
        {"since": day, "until": day},
    ):
        page = shown(desk, **query)
        assert ("Wanted</a>" in page, "Another</a>" in page) == (True, False), query
    page = shown(desk, media="without")
    assert ("Wanted</a>" in page, "Another</a>" in page) == (False, True)


def test_a_state_beside_an_account_is_the_state_there(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    scheduled(ponts, ponts_mastodon, text="Refused at one")
    Delivery.objects.filter(account=ponts).update(state=State.REFUSED)
    assert "Refused at one</a>" in shown(desk, state="refused", account=ponts.pk)
    assert "Refused at one</a>" not in shown(desk, state="refused", account=ponts_mastodon.pk)


def test_filters_that_make_no_sense_are_left_out(desk: Client, ponts: Account) -> None:
    draft(ponts, text="The one draft")
    page = shown(desk, account="x", tag="9" * 30, since="yesterday", until="0001-01-01", state="?")
    assert "The one draft</a>" in page


def test_posts_of_another_workspace_are_not_found(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    draft(connect(other, handle="bob.example.org"), text="Bob’s own words")
    assert "No post is like that." in shown(desk, q="words")


def test_a_search_asks_the_database_as_often_for_many(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    scheduled(ponts, text="The square", in_=timedelta(days=1))
    few = queries(desk, "/posts/?q=square&media=without")
    for number in range(12):
        account = connect(workspace, handle=f"shop{number}.example.org")
        campaign = Campaign.objects.create(workspace=workspace, name=f"Campaign {number}")
        post = draft(account, text=f"The square, {number}")
        Post.objects.filter(pk=post.pk).update(campaign=campaign)
        post.tags.add(Tag.objects.create(workspace=workspace, name=f"tag {number}"))
    assert queries(desk, "/posts/?q=square&media=without") == few


def test_a_search_is_kept_renamed_and_forgotten(desk: Client, ponts: Account) -> None:
    draft(ponts)
    desk.post("/posts/searches/", {"name": "The square", "query": "q=square&junk=1&show=drafts"})
    view = SavedView.objects.get()
    assert view.query == "show=drafts&q=square"
    assert '<a href="/posts/?show=drafts&amp;q=square">The square</a>' in shown(desk)
    desk.post(f"/posts/searches/{view.pk}/", {"name": "Squares"})
    assert SavedView.objects.get().name == "Squares"
    desk.post(f"/posts/searches/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_two_searches_cannot_have_one_name(desk: Client) -> None:
    for query in ("q=one", "q=two"):
        answer = desk.post("/posts/searches/", {"name": "Mine", "query": query}, follow=True)
    assert "Another search of yours has this name." in answer.content.decode()
    assert SavedView.objects.get().query == "q=one"


def test_searches_of_somebody_else_are_not_there(desk: Client, workspace: Workspace) -> None:
    bob = User.objects.create_user("bob@example.org", "x", name="Bob", language="en")
    view = SavedView.objects.create(user=bob, workspace=workspace, name="Bob’s", query="q=1")
    assert desk.post(f"/posts/searches/{view.pk}/delete/").status_code == 404
    assert "Bob’s" not in shown(desk)
