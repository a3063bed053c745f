"""The pages of feeds."""

from datetime import timedelta

import pytest
from django.test import Client

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed
from parvis.intake.feed_verbs import pause
from parvis.people.models import Workspace
from tests.cast import connect
from tests.intake.feeding import PATH, added, feeds, followed, publish
from tests.servers.feeds import FeedServer, item, rss
from tests.web.counting import queries

__all__ = ["feeds"]
pytestmark = pytest.mark.django_db

PAGE = """<html><head><title>Ponts</title>
<link rel="alternate" type="application/rss+xml" title="Carnet" href="/feed"></head></html>"""


def shown(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def rule(*accounts: Account, **typed: object) -> dict[str, object]:
    usual = {
        "accounts": [account.pk for account in accounts],
        "template": "{title}",
        "becomes": Becomes.DRAFT,
        "delay_minutes": 15,
        "from_before": 0,
        "do": "keep",
    }
    return {**usual, **typed}


def test_without_feeds_the_page_says_what_to_do(desk: Client) -> None:
    assert "No feeds yet." in shown(desk, "/feeds/")


def test_a_feed_is_added_by_the_address_of_its_page(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    page = feeds.show("/", PAGE, content_type="text/html")
    answer = desk.post("/feeds/find/", {"address": page}, follow=True)
    feed = Feed.objects.get()
    assert answer.redirect_chain == [(f"/feeds/{feed.pk}/rule/", 302)]
    assert (feed.title, feed.address) == ("Le carnet de Ponts", feeds.url + PATH)
    assert "Entry 1" in answer.content.decode()
    assert not Post.objects.exists()


def test_where_a_page_has_several_feeds_one_is_chosen(desk: Client, feeds: FeedServer) -> None:
    two = PAGE.replace("</head>", "<link rel=alternate type=application/atom+xml href=/b></head>")
    page = feeds.show("/", two, content_type="text/html")
    said = desk.post("/feeds/find/", {"address": page}).content.decode()
    assert f'name="address" value="{feeds.url}/feed"' in said
    assert f'name="address" value="{feeds.url}/b"' in said
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"hello", 200, "What stands there is no feed"),
        (b"<html></html>", 200, "This page names no feed."),
        (b"", 404, "has nothing at this address (404)."),
    ],
)
def test_what_is_no_feed_is_told_and_what_was_typed_is_kept(
    desk: Client, feeds: FeedServer, body: bytes, status: int, sentence: str
) -> None:
    address = feeds.show("/none", body, status=status)
    answer = desk.post("/feeds/find/", {"address": address})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{address}"' in page


def test_a_private_address_is_not_asked(desk: Client) -> None:
    answer = desk.post("/feeds/find/", {"address": "https://192.168.0.1/feed"})
    assert "leads to a private address" in answer.content.decode()


def test_what_is_no_site_is_quoted_in_the_answer(desk: Client) -> None:
    answer = desk.post("/feeds/find/", {"address": "not a site"})
    assert "No server named “not a site” could be found." in answer.content.decode()


def test_a_rule_is_tried_before_it_is_kept(
    desk: Client, feeds: FeedServer, ponts: Account, ponts_mastodon: Account
) -> None:
    feeds.show(PATH, rss(item(2, "Deux"), item(1, "Un")))
    feed = added(ponts.workspace, feeds)
    page = f"/feeds/{feed.pk}/rule/"
    tried = desk.post(
        page, rule(ponts, ponts_mastodon, template="Lu : {title}", without="un", do="try")
    ).content.decode()
    assert "Lu : Deux" in tried
    assert "Left out" in tried
    assert "It has a word that keeps it out." in tried
    feed.refresh_from_db()
    assert (feed.template, feed.without) == ("{title}\n\n{link}", [])


def test_a_trial_tells_what_would_be_in_the_way(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = added(ponts.workspace, feeds)
    long = rule(ponts, template="a" * 400, becomes=Becomes.AT_ONCE, do="try")
    tried = desk.post(f"/feeds/{feed.pk}/rule/", long).content.decode()
    assert "It could not go out as it is:" in tried
    assert "finding error" in tried


def test_a_feed_is_switched_on_with_its_rule(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = added(ponts.workspace, feeds)
    desk.post(
        f"/feeds/{feed.pk}/rule/",
        rule(ponts, do="on", words="café, Thé", tags="#livres", most_a_day=3, utm_source="feed"),
    )
    feed.refresh_from_db()
    assert feed.is_on
    assert (feed.words, feed.tags, feed.most_a_day) == (["café", "Thé"], ["livres"], 3)
    assert feed.utm == {"source": "feed"}
    assert list(feed.accounts.all()) == [ponts]


def test_without_an_account_it_is_not_switched_on_and_the_rule_is_kept(
    desk: Client, feeds: FeedServer, workspace: Workspace
) -> None:
    feed = added(workspace, feeds)
    answer = desk.post(f"/feeds/{feed.pk}/rule/", rule(do="on", words="café"))
    assert "Choose an account at least" in answer.content.decode()
    feed.refresh_from_db()
    assert (feed.is_on, feed.words) == (False, ["café"])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"template": "{titel}"}, "{titel} stands for nothing."),
        ({"template": ""}, "This field is required."),
        ({"tags": "a" * 60}, "A tag has at most 50 characters."),
        ({"from_before": 900}, "less than or equal to 20"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(
    desk: Client, feeds: FeedServer, ponts: Account, typed: dict[str, object], sentence: str
) -> None:
    feed = added(ponts.workspace, feeds)
    answer = desk.post(f"/feeds/{feed.pk}/rule/", rule(ponts, **typed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_feeds_page_tells_what_became_of_each_entry(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE, template="{link}", without=["annulé"])
    long = f"<title>Long</title><link>https://ponts.example.org/{'a' * 900}</link>"
    publish(feeds, feed, item(3, "Annulé"), long, item(2), item(1))
    page = shown(desk, f"/feeds/{feed.pk}/")
    for said in (
        "Was there before",
        "Was scheduled",
        "Became a draft",
        "It could not go out as it is:",
        "finding error",
        "It has a word that keeps it out.",
    ):
        assert said in page
    alone = shown(desk, f"/feeds/{feed.pk}/?show=scheduled")
    assert "Entry 2" in alone
    assert "Annulé" not in alone


def test_a_post_tells_which_feed_it_came_from(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    publish(feeds, feed, item(2), item(1))
    page = shown(desk, f"/posts/{Post.objects.get().pk}/")
    assert f'<a href="/feeds/{feed.pk}/" dir="auto">Le carnet de Ponts</a>' in page
    assert 'href="https://ponts.example.org/2"' in page


def test_a_feed_is_looked_at_paused_resumed_deleted_and_put_back(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    page = f"/feeds/{feed.pk}/"
    feeds.show(PATH, rss(item(2), item(1)))
    said = desk.post(f"{page}look/", follow=True).content.decode()
    assert "1 new entry. 1 post was made." in said
    desk.post(f"{page}pause/")
    assert "Paused" in shown(desk, page)
    desk.post(f"{page}resume/")
    assert "Switched on" in shown(desk, page)
    desk.post(f"{page}delete/")
    assert "Put it back" in shown(desk, "/feeds/")
    desk.post(f"{page}restore/")
    assert Feed.objects.get().is_on


def test_an_entry_becomes_a_draft_by_hand(desk: Client, feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    entry = Entry.objects.get()
    draft = f"/feeds/{feed.pk}/entries/{entry.pk}/draft/"
    answer = desk.post(draft)
    post = Post.objects.get()
    assert answer.headers["Location"] == f"/write/{post.pk}/"
    assert post.author is not None
    desk.post(draft)
    assert Post.objects.count() == 1


def test_an_entry_that_waits_is_left_out_by_hand(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    waiting = Entry.objects.get(fate=Fate.WAITING)
    desk.post(f"/feeds/{feed.pk}/entries/{waiting.pk}/leave-out/")
    assert "Somebody left it out." in shown(desk, f"/feeds/{feed.pk}/")


def test_today_tells_once_of_a_feed_that_was_silent_for_long(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    sentence = "Nothing was heard of the feed “Le carnet de Ponts” for a while."
    feeds.show(PATH, b"", status=404)
    for _ in range(4):
        assert sentence not in shown(desk, "/")
        desk.post(f"/feeds/{feed.pk}/look/")
    assert sentence in shown(desk, "/")
    desk.post(f"/feeds/{feed.pk}/put-aside/")
    desk.post(f"/feeds/{feed.pk}/look/")
    assert sentence not in shown(desk, "/")
    assert "has nothing at this address (404)." in shown(desk, f"/feeds/{feed.pk}/")


def test_no_script_of_a_feed_reaches_a_page(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;"
    twice = "&amp;lt;img src=x onerror=alert(1)&amp;gt;"
    hostile = (
        f"<title>A{twice}</title><link>javascript:alert(1)</link><category>{bad}{twice}</category>"
        f"<description>{twice}</description><author>{twice}</author>"
    )
    feeds.show(PATH, rss(hostile, title=f"T{twice}", more=f"<language>{bad}</language>"))
    feed = followed(feeds, ponts, template="{title} {summary} {author}", from_before=1)
    for address in ("/feeds/", f"/feeds/{feed.pk}/", f"/feeds/{feed.pk}/rule/", "/posts/"):
        page = shown(desk, address)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "javascript:alert" not in page
    assert "onerror" in shown(desk, f"/feeds/{feed.pk}/")


def test_feeds_of_another_workspace_are_not_there(desk: Client, feeds: FeedServer) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    feed = added(other, feeds)
    entry = Entry.objects.get()
    assert "Le carnet" not in shown(desk, "/feeds/")
    assert desk.get(f"/feeds/{feed.pk}/").status_code == 404
    for what in ("rule/", "look/", "pause/", "delete/", f"entries/{entry.pk}/draft/"):
        assert desk.post(f"/feeds/{feed.pk}/{what}").status_code == 404
    assert Feed.objects.get().deleted_at is None


def test_the_pages_ask_the_database_as_often_for_many(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    silent = {"failures": 4, "problem_code": "not-found", "failing_since": database_now()}
    Feed.objects.update(**silent)
    pages = ["/feeds/", f"/feeds/{feed.pk}/", f"/feeds/{feed.pk}/rule/", "/"]
    few = [queries(desk, page) for page in pages]
    others = [connect(ponts.workspace, handle=f"shop{n}.example.org") for n in range(4)]
    feed.accounts.add(*others)
    long = [f"<title>Entry {n}</title><link>https://a.example/{n}</link>" for n in range(2, 12)]
    publish(feeds, feed, *long, item(1))
    for _ in range(4):
        more = added(ponts.workspace, feeds)
        more.accounts.add(*others)
        pause(more)
    Feed.objects.update(**silent)
    assert [queries(desk, page) for page in pages] == few


def test_a_page_of_many_entries_leads_to_the_older_ones(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feeds.show(PATH, rss(*(item(number) for number in range(40, 0, -1))))
    feed = added(ponts.workspace, feeds)
    page = shown(desk, f"/feeds/{feed.pk}/")
    assert "Entry 40" in page
    assert "Entry 10<" not in page
    oldest_shown = Entry.objects.get(title="Entry 11")
    assert f'href="?before={oldest_shown.pk}"' in page
    assert "Entry 10<" in shown(desk, f"/feeds/{feed.pk}/?before={oldest_shown.pk}")


def test_a_feed_that_will_be_looked_at_says_when(
    desk: Client, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    Feed.objects.update(next_look_at=database_now() - timedelta(minutes=1))
    assert "next: now" in shown(desk, f"/feeds/{feed.pk}/")
