"""What is kept of feeds: what a person wants of each, what it said, and what became of that."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from parvis.compose.models import Campaign, Post
from parvis.connections.models import Account
from parvis.people.models import User, Workspace


class Becomes(models.TextChoices):
    """What an entry becomes by itself."""

    DRAFT = "draft", pgettext_lazy("entry of a feed becomes", "a draft to look over")
    SLOT = "slot", pgettext_lazy("entry of a feed becomes", "a post in the next free slot")
    AT_ONCE = "at once", pgettext_lazy("entry of a feed becomes", "a post that goes out soon after")


class Feed(models.Model):
    """An RSS, Atom or JSON feed, and the rule by which its entries become posts.

    address        where it is asked for; follows permanent moves
    site           the page that it is the feed of; empty where it names none
    language       in BCP 47 as the feed says it; empty where it does not
    template       the text of its posts, with {title}, {link}, {summary} and {author}
    delay_minutes  between finding an entry and sending it, where that is what it becomes
    most_a_day     of the workspace's days; None for as many as come
    words, without, categories   lists of texts: any of the first and of the last must be found, and
                   none of the second; an empty list asks for nothing
    from_before    how many of the entries that were there at first become drafts
    switched_on_at None while its rule is still being made: nothing of it becomes a post
    begins_anew    what the next look finds came while nobody asked: it is listed, no more
    etag, modified what its server gave to ask by whether it has changed
    failures       how many looks in a row brought nothing to read
    problem_seen   whether a person has been told of the trouble and put it aside
    lease_until    who looks has it until then; `fence` counts who had it
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="feeds")
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    address = models.TextField()
    title = models.CharField(max_length=200)
    site = models.TextField(blank=True)
    language = models.CharField(max_length=35, blank=True)

    accounts = models.ManyToManyField(Account, related_name="+")
    template = models.TextField()
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="+")
    tags = models.JSONField(default=list)
    utm = models.JSONField(default=dict)
    becomes = models.CharField(max_length=10, choices=Becomes.choices, default=Becomes.DRAFT)
    delay_minutes = models.PositiveIntegerField(default=15)
    most_a_day = models.PositiveSmallIntegerField(null=True)
    words = models.JSONField(default=list)
    without = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    from_before = models.PositiveSmallIntegerField(default=0)

    switched_on_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    begins_anew = models.BooleanField(default=True)

    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    problem_code = models.CharField(max_length=60, blank=True)
    problem_facts = models.JSONField(default=dict)
    problem_seen = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["title", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_look_at"],
                condition=models.Q(
                    switched_on_at__isnull=False, paused_at__isnull=True, deleted_at__isnull=True
                ),
                name="feeds_by_next_look",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_on(self) -> bool:
        return self.switched_on_at is not None and not (self.paused_at or self.deleted_at)


class Fate(models.TextChoices):
    """What became of an entry, or what it waits for."""

    BEFORE = "before", pgettext_lazy("entry of a feed", "was there before")
    LEFT_OUT = "left out", pgettext_lazy("entry of a feed", "left out")
    WAITING = "waiting", pgettext_lazy("entry of a feed", "waits for its turn")
    DRAFT = "draft", pgettext_lazy("entry of a feed", "became a draft")
    SCHEDULED = "scheduled", pgettext_lazy("entry of a feed", "was scheduled")
    SAID = "said", pgettext_lazy("entry of a feed", "was posted already")


class Entry(models.Model):
    """One entry of a feed, as it was when it was first seen.

    key        a hash of its id; of its link, or of what it says, where it has none
    place      a hash of where it leads: the same text in two feeds, or under a new id, is one
    as_draft   a person wants a draft of it, whatever the rule says
    why        a code for why it was left out, or why it is a draft against the rule
    seen       what was found by account about the text that it would have said, as JSON
    ended_at   when it stopped waiting
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="entries", db_index=False)
    key = models.CharField(max_length=64)
    place = models.CharField(max_length=64)
    title = models.TextField(blank=True)
    link = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    author = models.CharField(max_length=200, blank=True)
    categories = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(db_default=Now())
    fate = models.CharField(max_length=10, choices=Fate.choices)
    as_draft = models.BooleanField(default=False)
    why = models.CharField(max_length=40, blank=True)
    seen = models.JSONField(default=dict)
    post = models.OneToOneField(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["feed", "-id"], name="entries_of_a_feed"),
            models.Index(
                fields=["feed", "id"],
                condition=models.Q(fate="waiting"),
                name="entries_that_wait",
            ),
            models.Index(
                fields=["feed", "ended_at"],
                condition=models.Q(post__isnull=False),
                name="entries_that_became_posts",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "key"], name="an_entry_is_kept_once"),
            models.UniqueConstraint(fields=["feed", "place"], name="one_entry_per_place"),
        ]

    def __str__(self) -> str:
        return self.title[:60] or self.link


class Uttered(models.Model):
    """An account says what stands at a place once, in however many feeds it stands. Written in the
    transaction that makes the post."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.CharField(max_length=64)
    entry = models.ForeignKey(Entry, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "place"], name="an_account_says_it_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.place[:8]}"
