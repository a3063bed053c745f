"""A process that is killed while it makes a post of an entry."""

import os
import signal
import subprocess
import sys
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.intake.feed_models import Becomes, Entry, Fate
from parvis.intake.feed_posting import post_what_waits
from tests.intake.feeding import feeds, followed
from tests.servers.feeds import FeedServer

__all__ = ["feeds"]
pytestmark = pytest.mark.django_db(transaction=True)

# Everything of the post is written, and nothing is committed yet.
DOES_ALL_BUT_COMMIT = """
import threading
import django
django.setup()
from parvis.intake import feed_posting
from parvis.intake.feed_models import Feed
end = feed_posting._end
def end_and_wait(*told, **how):
    end(*told, **how)
    print("written", flush=True)
    threading.Event().wait()
feed_posting._end = end_and_wait
feed_posting.post_what_waits(Feed.objects.get())
"""


def test_a_process_killed_before_it_commits_leaves_an_entry_that_is_posted_once(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE)
    Entry.objects.update(fate=Fate.WAITING)
    killed = subprocess.Popen(
        [sys.executable, "-c", DOES_ALL_BUT_COMMIT],
        stdout=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": address_of_this_database()},
    )
    with killed:
        try:
            assert killed.stdout is not None
            assert killed.stdout.readline() == b"written\n"
            assert Post.objects.count() == 0
        finally:
            killed.send_signal(signal.SIGKILL)
    assert [post_what_waits(feed), post_what_waits(feed)] == [1, 0]
    assert Post.objects.count() == 1
    assert Delivery.objects.count() == 1
    assert Entry.objects.get().fate == Fate.SCHEDULED


def address_of_this_database() -> str:
    """Another process is given the tests' own, not the one that it would be made from."""
    told = connection.settings_dict
    place = urlencode({"host": told["HOST"], "port": told["PORT"]})
    who = f"{quote(told['USER'], safe='')}:{quote(told['PASSWORD'], safe='')}"
    return f"postgresql://{who}@/{quote(told['NAME'])}?{place}"
