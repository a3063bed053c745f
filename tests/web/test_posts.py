"""The list of posts and the page of one."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from parvis.compose.content import Said, UsedMedia
from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from tests.cast import connect, draft, kept_picture, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)
TOO_LATE = "Too late: part of this post is on its way or has gone out. Nothing was changed."


def shown(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(desk: Client, delivery: Delivery) -> str:
    return shown(desk, f"/posts/{delivery.post_id}/")


def after(desk: Client, address: str, **form: str) -> str:
    return desk.post(address, form, follow=True).content.decode()


def test_an_empty_list_teaches_the_first_step(desk: Client) -> None:
    assert "Write a first post" in shown(desk, "/posts/")


@pytest.mark.parametrize(
    ("shelf", "text"),
    [
        ("drafts", "A draft"),
        ("scheduled", "A scheduled post"),
        ("published", "A published post"),
        ("to-decide", "A held post"),
        ("deleted", "A deleted post"),
    ],
)
def test_each_shelf_shows_its_posts_alone(
    desk: Client, ponts: Account, shelf: str, text: str
) -> None:
    draft(ponts, text="A draft")
    scheduled(ponts, text="A scheduled post", in_=TOMORROW)
    for said, state in (("A published post", State.PUBLISHED), ("A held post", State.HELD)):
        delivery = scheduled(ponts, text=said)
        Delivery.objects.filter(pk=delivery.pk).update(state=state)
    gone = draft(ponts, text="A deleted post")
    Post.objects.filter(pk=gone.pk).update(deleted_at=database_now())
    page = shown(desk, f"/posts/?show={shelf}")
    said = ["A draft", "A scheduled post", "A published post", "A held post", "A deleted post"]
    assert [one for one in said if f">{one}</a>" in page] == [text]


def led_to(page: str, words: str) -> str:
    """Where the link leads that says this."""
    found = re.search(rf'<a class="btn" rel="\w+" href="([^"]+)">{words}</a>', page)
    assert found is not None
    return "/posts/" + unescape(found.group(1))


def test_the_list_goes_on_page_by_page_and_back(desk: Client, ponts: Account) -> None:
    for number in range(65):
        draft(ponts, text=f"Draft number {number}.")
    first = shown(desk, "/posts/?show=drafts")
    second = shown(desk, led_to(first, "Older"))
    third = shown(desk, led_to(second, "Older"))
    again = shown(desk, led_to(third, "Newer"))
    for page, numbers in ((first, (64, 35)), (second, (34, 5)), (third, (4, 0)), (again, (34, 5))):
        newest, oldest = numbers
        said = [number for number in range(65) if f"Draft number {number}.<" in page]
        assert said == list(range(oldest, newest + 1))
    assert ">Newer<" not in first
    assert ">Older<" not in third


@pytest.mark.parametrize(
    "spot", ["0", "x_1", "2026-11-22_1", "9" * 40, "2026-11-22T05:00:00+00:00_²"]
)
def test_a_spot_that_does_not_exist_is_the_newest(desk: Client, ponts: Account, spot: str) -> None:
    draft(ponts, text="The one draft")
    page = desk.get("/posts/", {"before": spot, "after": spot, "show": "nonsense"})
    assert "The one draft" in page.content.decode()


def test_the_list_asks_the_database_as_often_for_many(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    scheduled(ponts, in_=TOMORROW)
    few = queries(desk, "/posts/")
    shops = [connect(workspace, handle=f"shop{n}.example.org") for n in range(3)]
    for number in range(10):
        scheduled(*shops, text=f"number {number}", in_=TOMORROW)
        draft(*shops, text=f"draft {number}")
    assert queries(desk, "/posts/") == few


def test_the_page_shows_the_text_per_network_and_pictures_with_their_alt(
    desk: Client, workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    picture = kept_picture(workspace)
    delivery = scheduled(
        ponts,
        ponts_mastodon,
        text="The shared text",
        said={ponts.pk: Said(text="Said differently"), ponts_mastodon.pk: Said()},
        media=(UsedMedia(media_id=picture.pk, alt="Stalls at dawn"),),
        in_=TOMORROW,
    )
    page = page_of(desk, delivery)
    assert "The shared text" in page
    assert "Said differently" in page
    assert f'<img src="/media/{picture.sha256}" alt="Stalls at dawn"' in page.replace('/"', '"')


def test_due_times_are_on_the_workspaces_clock(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    here = delivery.due_at.astimezone(ponts.workspace.zone)
    assert f"{here:%H:%M}" in page_of(desk, delivery)


def test_every_attempt_is_told_with_its_answer(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    began = database_now()
    for number, outcome, code, answer in (
        (1, Outcome.NOT_SENT, "unreachable", {"host": "pds.example.org"}),
        (2, Outcome.REFUSED, "new-code", {"sentence": "Said by the network."}),
    ):
        Attempt.objects.create(
            delivery=delivery,
            number=number,
            fence=number,
            worker="w",
            request={"key": "k"},
            started_at=began,
            finished_at=began + timedelta(seconds=1.5),
            outcome=outcome,
            code=code,
            answer=answer,
        )
    page = page_of(desk, delivery)
    assert "2 attempts" in page
    assert "pds.example.org cannot be reached." in page
    assert "Said by the network." in page
    assert "1.5 s" in page


def test_a_published_delivery_links_to_the_network(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    Delivery.objects.update(state=State.PUBLISHED, receipts=[receipt], settled_at=database_now())
    page = page_of(desk, delivery)
    assert 'href="https://bsky.app/1"' in page
    assert "Read it on Bluesky" in page


@pytest.mark.parametrize(
    ("state", "is_watched"),
    [
        (State.CLAIMED, True),
        (State.SENDING, True),
        (State.CHECKING, True),
        (State.PUBLISHED, False),
        (State.UNKNOWN, False),
        (State.REFUSED, False),
    ],
)
def test_the_page_watches_what_is_under_way_and_stops_when_it_is_settled(
    desk: Client, ponts: Account, state: State, is_watched: bool
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=state)
    assert ('hx-trigger="every 2s"' in page_of(desk, delivery)) is is_watched


def test_a_far_delivery_is_not_watched(desk: Client, ponts: Account) -> None:
    assert "every 2s" not in page_of(desk, scheduled(ponts, in_=TOMORROW))


def test_taking_back_leads_to_the_composer(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    answer = desk.post(f"/posts/{delivery.post_id}/take-back/")
    assert answer["Location"] == f"/write/{delivery.post_id}/"
    assert Post.objects.get().is_draft


@pytest.mark.parametrize("verb", ["take-back", "delete"])
def test_what_is_on_its_way_stays_and_that_is_said(desk: Client, ponts: Account, verb: str) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.SENDING)
    assert TOO_LATE in after(desk, f"/posts/{delivery.post_id}/{verb}/")
    assert not Post.objects.get().is_draft


def test_moving_reads_the_time_on_the_workspaces_clock(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    page = after(desk, f"/posts/{delivery.post_id}/move/", date="2031-07-14", time="10:30")
    delivery.refresh_from_db()
    assert delivery.due_at.isoformat() == "2031-07-14T08:30:00+00:00"
    assert "The post was moved." in page


@pytest.mark.parametrize(
    ("date", "time", "sentence", "moments"),
    [
        (
            "2031-03-30",
            "02:30",
            "The clocks skip this time",
            {"2031-03-30T00:30:00Z", "2031-03-30T01:30:00Z"},
        ),
        (
            "2031-10-26",
            "02:30",
            "The clocks show this time twice",
            {"2031-10-26T00:30:00Z", "2031-10-26T01:30:00Z"},
        ),
    ],
)
def test_a_time_that_is_none_or_two_is_explained_with_the_choices(
    desk: Client, ponts: Account, date: str, time: str, sentence: str, moments: set[str]
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    address = f"/posts/{delivery.post_id}/move/"
    answer = desk.post(address, {"date": date, "time": time})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert all(f'name="moment" value="{moment}"' in page for moment in moments)
    chosen = min(moments)
    desk.post(address, {"moment": chosen})
    delivery.refresh_from_db()
    assert f"{delivery.due_at:%Y-%m-%dT%H:%M:%SZ}" == chosen


@pytest.mark.parametrize(
    ("moment", "offset"),
    [("2031-10-26T00:30:00Z", "+02:00"), ("2031-10-26T01:30:00Z", "+01:00")],
)
def test_of_a_time_that_clocks_show_twice_the_page_says_which_one_was_chosen(
    desk: Client, ponts: Account, moment: str, offset: str
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    page = after(desk, f"/posts/{delivery.post_id}/move/", moment=moment)
    assert f"Sunday 26 October 2031, 02:30 (UTC{offset})" in page


def test_a_moment_that_has_gone_by_moves_nothing(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    page = after(desk, f"/posts/{delivery.post_id}/move/", date="2020-01-01", time="10:00")
    assert "This moment has gone by. Nothing was moved" in page
    due_at = delivery.due_at
    delivery.refresh_from_db()
    assert delivery.due_at == due_at


def test_an_empty_time_asks_for_one(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert "Choose a date and a time." in after(desk, f"/posts/{delivery.post_id}/move/")


def test_among_the_deleted_it_is_said_how_long_they_are_kept(desk: Client) -> None:
    assert "Deleted posts are kept for good." in shown(desk, "/posts/?show=deleted")


def test_a_deleted_post_can_be_put_back_as_a_draft(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    after(desk, f"/posts/{delivery.post_id}/delete/")
    assert "Deleted post" in page_of(desk, delivery)
    after(desk, f"/posts/{delivery.post_id}/restore/")
    post = Post.objects.get()
    assert (post.deleted_at, post.is_draft) == (None, True)


def test_duplicating_makes_a_new_draft(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts, text="Say it again", in_=TOMORROW)
    answer = desk.post(f"/posts/{delivery.post_id}/duplicate/")
    copy = Post.objects.get(handed_over_at=None)
    assert answer["Location"] == f"/write/{copy.pk}/"
    assert copy.text == "Say it again"


@pytest.mark.parametrize("verb", ["", "take-back/", "move/", "delete/", "restore/", "duplicate/"])
def test_posts_of_another_workspace_are_not_there(
    desk: Client, workspace: Workspace, verb: str
) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    post = draft(connect(other, handle="bob.example.org"))
    ask = desk.post if verb else desk.get
    assert ask(f"/posts/{post.pk}/{verb}").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_accounts(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    one = scheduled(ponts, in_=TOMORROW)
    many = scheduled(
        *(connect(workspace, handle=f"shop{n}.example.org") for n in range(6)), in_=TOMORROW
    )
    few = queries(desk, f"/posts/{one.post_id}/")
    assert queries(desk, f"/posts/{many.post_id}/") == few
