"""Entries of feeds become posts: by the rule, and each once."""

from datetime import time, timedelta

import pytest

from parvis.compose.content import content_of
from parvis.compose.models import Campaign, Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake.feed_looking import MOST_AT_ONCE
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed, Uttered
from parvis.intake.feed_posting import BecameAPost, draft_of, leave_out
from parvis.intake.feed_verbs import (
    NoAccounts,
    begin_all_anew,
    delete,
    pause,
    restore,
    resume,
    switch_on,
)
from parvis.people.models import Workspace
from parvis.schedule.slots import WeeklyTime, set_slots
from tests.intake.feeding import PATH, added, fates, feeds, followed, publish, tend
from tests.servers.feeds import FeedServer, item, rss

__all__ = ["feeds"]
pytestmark = pytest.mark.django_db

MORNINGS = [WeeklyTime(day, time(9)) for day in range(7)]


def test_what_was_there_before_becomes_nothing(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    assert fates(feed) == [("Entry 1", Fate.BEFORE, "")]
    assert not Post.objects.exists()


def test_a_new_entry_becomes_a_draft(feeds: FeedServer, ponts: Account) -> None:
    spring = Campaign.objects.create(
        workspace=ponts.workspace, name="Spring", utm={"source": "campaign"}
    )
    feed = followed(
        feeds, ponts, campaign=spring, tags=["livres"], utm={"medium": "feed"}, template="{title}"
    )
    publish(feeds, feed, item(2, "Deux"), item(1))
    post = Post.objects.get()
    content = content_of(post)
    assert post.is_draft
    assert (content.text, content.tags, content.campaign_id) == ("Deux", ("livres",), spring.pk)
    assert content.utm == {"medium": "feed"}
    assert list(content.said) == [ponts.pk]
    assert Entry.objects.get(post=post).fate == Fate.DRAFT


def test_a_new_entry_goes_into_the_next_free_slot(feeds: FeedServer, ponts: Account) -> None:
    set_slots(ponts, MORNINGS)
    feed = followed(feeds, ponts, becomes=Becomes.SLOT)
    publish(feeds, feed, item(3), item(2), item(1))
    planned = Delivery.objects.order_by("due_at").values_list("parts__0__text", "due_at")
    (first, due), (second, later) = planned
    assert first.startswith("Entry 2")
    assert second.startswith("Entry 3")
    assert timedelta(hours=22) < later - due < timedelta(hours=26)


def test_a_new_entry_goes_out_after_its_delay(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE, delay_minutes=90)
    publish(feeds, feed, item(2), item(1))
    ahead = Delivery.objects.get().due_at - database_now()
    assert timedelta(minutes=88) < ahead <= timedelta(minutes=90)


def test_without_a_free_slot_it_is_kept_as_a_draft(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.SLOT)
    publish(feeds, feed, item(2), item(1))
    assert fates(feed)[-1] == ("Entry 2", Fate.DRAFT, "no-slot")
    assert Post.objects.get().is_draft


def test_what_cannot_go_out_is_kept_as_a_draft_with_what_is_in_its_way(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE, template="{link}")
    long = f"<title>Long</title><link>https://ponts.example.org/{'a' * 900}</link>"
    publish(feeds, feed, long, item(1))
    entry = Entry.objects.get(title="Long")
    assert (entry.fate, entry.why) == (Fate.DRAFT, "not-ready")
    assert entry.seen[str(ponts.pk)][0]["code"] == "too-long"
    assert Post.objects.get().is_draft


def test_each_account_says_as_much_as_its_network_takes(
    feeds: FeedServer, ponts: Account, ponts_mastodon: Account
) -> None:
    feed = followed(
        feeds,
        ponts,
        ponts_mastodon,
        becomes=Becomes.AT_ONCE,
        template="{title}\n\n{summary}\n\n{link}",
    )
    told = "word " * 76
    publish(
        feeds,
        feed,
        f"<title>Deux</title><link>https://ponts.example.org/2</link><description>{told}"
        "</description>",
    )
    texts = {
        delivery.account: delivery.parts[0]["text"]
        for delivery in Delivery.objects.select_related("account")
    }
    assert texts[ponts_mastodon].count("word") == 76
    assert texts[ponts].endswith("word…\n\nhttps://ponts.example.org/2")
    assert 250 < len(texts[ponts]) <= 300


def test_only_what_passes_the_rule_becomes_a_post(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, words=["café"], without=["annulé"], categories=["Livres"])
    books = "<category>livres</category>"
    publish(
        feeds,
        feed,
        item(5, "Cafétéria", books),
        item(4, "Café"),
        item(3, "CAFE annulé", books),
        item(2, "Le cafe rouvre", books),
    )
    assert fates(feed)[1:] == [
        ("Le cafe rouvre", Fate.DRAFT, ""),
        ("CAFE annulé", Fate.LEFT_OUT, "without"),
        ("Café", Fate.LEFT_OUT, "no-category"),
        ("Cafétéria", Fate.LEFT_OUT, "no-word"),
    ]


def test_the_rest_of_a_days_number_waits_for_the_next_day(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    assert [fate for _, fate, _ in fates(feed)] == [Fate.BEFORE, Fate.DRAFT, Fate.WAITING]
    Entry.objects.filter(fate=Fate.DRAFT).update(ended_at=database_now() - timedelta(days=1))
    tend()
    assert fates(feed)[-1] == ("Entry 3", Fate.DRAFT, "")


def test_what_has_waited_for_days_is_left_out(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    Entry.objects.update(found_at=database_now() - timedelta(days=4))
    tend()
    assert fates(feed)[-1] == ("Entry 3", Fate.LEFT_OUT, "waited-too-long")


def test_the_newest_of_those_before_become_drafts_where_that_is_wished(
    feeds: FeedServer, ponts: Account
) -> None:
    feeds.show(PATH, rss(item(3), item(2), item(1)))
    feed = followed(feeds, ponts, from_before=2, becomes=Becomes.AT_ONCE, words=["nothing"])
    assert [fate for _, fate, _ in fates(feed)] == [Fate.BEFORE, Fate.DRAFT, Fate.DRAFT]
    assert not Delivery.objects.exists()


def test_an_entry_that_was_edited_posts_no_second_time(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, item(2), item(1))
    publish(feeds, feed, item(2, "Edited"), item(1, "Edited too"))
    assert Post.objects.get().text.startswith("Entry 2")


def test_an_entry_whose_id_changes_posts_no_second_time(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, item(2), item(1))
    publish(feeds, feed, item(2).replace("ponts-2", "another"), item(1))
    assert Post.objects.count() == 1


def test_the_same_entry_in_two_feeds_is_said_once_by_each_account(
    feeds: FeedServer, ponts: Account, ponts_mastodon: Account
) -> None:
    feeds.show("/other", rss())
    one = followed(feeds, ponts)
    other = followed(feeds, ponts, ponts_mastodon, path="/other")
    third = followed(feeds, ponts, path="/other")
    publish(feeds, one, item(2), item(1))
    feeds.show("/other", rss(item(2)))
    tend(other)
    tend(third)
    said = [list(content_of(post).said) for post in Post.objects.order_by("pk")]
    assert said == [[ponts.pk], [ponts_mastodon.pk]]
    assert fates(third) == [("Entry 2", Fate.SAID, "")]


def test_of_a_feed_that_was_built_anew_nothing_is_posted(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, *(item(number) for number in range(2, MOST_AT_ONCE + 3)))
    assert not Post.objects.exists()
    assert {why for _, _, why in fates(feed)[1:]} == {"many-at-once"}


def test_what_was_published_long_ago_is_not_posted_when_it_turns_up(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, item(2, more="<pubDate>1 Nov 2024 10:00:00 GMT</pubDate>"), item(1))
    assert fates(feed)[-1] == ("Entry 2", Fate.BEFORE, "old")


def test_an_entry_that_says_nothing_is_left_out(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, template="{author}")
    publish(feeds, feed, item(2), item(1))
    assert fates(feed)[-1] == ("Entry 2", Fate.LEFT_OUT, "nothing-to-say")


def test_a_feed_cannot_be_switched_on_without_an_account(
    feeds: FeedServer, workspace: Workspace
) -> None:
    feed = added(workspace, feeds)
    with pytest.raises(NoAccounts):
        switch_on(feed)


def test_a_feed_whose_accounts_are_gone_makes_drafts_for_nobody(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE)
    Account.objects.update(sealed_tokens=None)
    publish(feeds, feed, item(2), item(1))
    assert fates(feed)[-1] == ("Entry 2", Fate.DRAFT, "no-account")
    assert Post.objects.get().is_draft


def test_what_comes_while_a_feed_is_paused_or_deleted_is_listed_and_not_posted(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    pause(feed)
    publish(feeds, feed, item(2), item(1))
    assert len(fates(feed)) == 1
    resume(feed)
    tend()
    delete(feed)
    publish(feeds, feed, item(3), item(2))
    assert len(fates(feed)) == 2
    restore(feed)
    tend()
    assert [fate for _, fate, _ in fates(feed)] == [Fate.BEFORE] * 3
    assert not Post.objects.exists()


def test_a_feed_that_was_deleted_a_month_ago_is_forgotten_and_its_posts_are_not(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, item(2), item(1))
    delete(feed)
    tend()
    assert Feed.objects.exists()
    Feed.objects.update(deleted_at=database_now() - timedelta(days=31))
    tend()
    assert not Feed.objects.exists()
    assert Post.objects.exists()
    assert Uttered.objects.filter(account=ponts, entry=None).exists()


def test_a_restored_desk_posts_nothing_that_may_be_out_already(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    begin_all_anew()
    publish(feeds, feed, item(4), item(3))
    assert [why for _, fate, why in fates(feed) if fate == Fate.BEFORE] == ["", "restored", ""]
    assert Post.objects.count() == 1


def test_by_hand_any_entry_becomes_a_draft_once(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    entry = Entry.objects.get(feed=feed)
    post = draft_of(entry, None)
    assert post.text == "Entry 1\n\nhttps://ponts.example.org/1"
    with pytest.raises(BecameAPost):
        draft_of(entry, None)


def test_a_draft_by_hand_does_not_count_for_the_day(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    draft_of(Entry.objects.get(feed=feed), None)
    publish(feeds, feed, item(2), item(1))
    assert Post.objects.count() == 2


def test_an_entry_that_waits_can_be_left_out(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    for entry in Entry.objects.filter(feed=feed):
        leave_out(entry)
    assert [why for _, _, why in fates(feed)] == ["", "", "by-hand"]
