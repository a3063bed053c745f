"""How late a post may go out: remembered with the draft, and frozen when it is scheduled."""

import pytest

from parvis.compose.content import Content, LatenessOutOfRange, content_of
from parvis.compose.lateness import DAY, HOUR, USUAL
from parvis.compose.models import Post
from parvis.compose.verbs import duplicate, start_draft
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import take_back, write_anew
from parvis.people.models import User, Workspace
from tests.cast import scheduled

pytestmark = pytest.mark.django_db


def test_a_post_goes_out_up_to_twelve_hours_late_unless_it_says_otherwise(ponts: Account) -> None:
    assert scheduled(ponts).lateness_allowed == USUAL == 12 * HOUR


def test_what_a_post_allows_is_frozen_into_its_deliveries(
    ponts: Account, ponts_mastodon: Account
) -> None:
    scheduled(ponts, ponts_mastodon, lateness_allowed=3 * HOUR)
    assert [each.lateness_allowed for each in Delivery.objects.all()] == [3 * HOUR] * 2


def test_it_comes_back_with_the_draft_and_with_a_version(workspace: Workspace, alice: User) -> None:
    written = Content(text="Open late", lateness_allowed=DAY)
    post = start_draft(workspace, alice, written)
    assert content_of(Post.objects.get(pk=post.pk)) == written
    assert Content.from_json(written.to_json()) == written


def test_a_version_from_before_lateness_allows_the_usual() -> None:
    stored = Content(text="Older").to_json()
    del stored["lateness_allowed"]
    assert Content.from_json(stored).lateness_allowed == USUAL


def test_a_copy_and_a_post_taken_back_keep_it(ponts: Account, alice: User) -> None:
    post = scheduled(ponts, lateness_allowed=HOUR).post
    take_back(post)
    post.refresh_from_db()
    assert duplicate(post, alice).lateness_allowed == post.lateness_allowed == HOUR


def test_the_rest_that_is_written_anew_keeps_it(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts, thread=("And on Sunday.",), lateness_allowed=HOUR)
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    Delivery.objects.update(state=State.REFUSED, receipts=[receipt])
    delivery.refresh_from_db()
    assert write_anew(delivery, alice).lateness_allowed == HOUR


@pytest.mark.parametrize("seconds", [-1, 0, 59, 30 * DAY + 1])
def test_less_than_a_minute_and_more_than_thirty_days_are_no_lateness(seconds: int) -> None:
    with pytest.raises(LatenessOutOfRange):
        Content(lateness_allowed=seconds)
