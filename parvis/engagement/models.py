"""What is kept of how posts fare. A row of figures is written only when they changed."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.people.models import Workspace


class Pace(models.TextChoices):
    NORMAL = "normal", pgettext_lazy("pace of reading", "as they move")
    LEAN = "lean", pgettext_lazy("pace of reading", "sparingly")
    OFF = "off", pgettext_lazy("pace of reading", "not at all")


class Patience(models.Model):
    """For how many days a workspace follows its posts; without a row for the usual number.

    days  None for ever
    """

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="patience")
    days = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.days} days in {self.workspace_id}"


class Reading(models.Model):
    """How an account's posts are read, where it is not as usual, and what last went wrong.

    pace        empty for the network's usual one
    waits_until when the account is read again, after a limit or a refusal
    trouble     a code with facts for pages, and a plain sentence; empty when all went well
    counted_at  when the account's own figures were last read
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="reading")
    pace = models.CharField(max_length=10, choices=Pace.choices, blank=True)
    waits_until = models.DateTimeField(null=True)
    trouble_code = models.CharField(max_length=60, blank=True)
    trouble = models.TextField(blank=True)
    trouble_facts = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"reading of {self.account_id}"


class Following(models.Model):
    """One post on a network, one part of a thread, that is looked at again and again.

    next_at      the next look; None when it is followed no more
    along_at     from then on it may be read along with others of its account
    asked_at     when a person wanted it read at once; None once it is done
    lease_until  a worker is on it until then; who finds another value may not write any more
    looked_at    the last look that was answered
    misses       looks in a row that were not
    counts       the newest of each figure, {"likes": 12, …}; what a network no longer tells stays
    newest       the snapshot of the last look
    before_at    with before_total: the last look but one, from which the next is reckoned
    replied      the number of replies when they were last gathered
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="followings", db_index=False
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="followings", db_index=False
    )
    part = models.PositiveSmallIntegerField(default=0)
    remote_id = models.CharField(max_length=300)
    published_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    along_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    misses = models.PositiveSmallIntegerField(default=0)
    is_gone = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    newest = models.ForeignKey(
        "Snapshot", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    before_at = models.DateTimeField(null=True)
    before_total = models.BigIntegerField(default=0)
    replied = models.BigIntegerField(default=0)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "part"], name="one_following_per_part"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="following_due",
            ),
            models.Index(
                fields=["account", "along_at"],
                condition=models.Q(next_at__isnull=False),
                name="following_along",
            ),
        ]

    def __str__(self) -> str:
        return f"following of {self.remote_id}"


class Snapshot(models.Model):
    """A post's figures, unchanged from `at` to `until`: those of the first and of the last look
    that saw them. A figure that the network did not give is not in `counts`."""

    following = models.ForeignKey(
        Following, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    at = models.DateTimeField()
    until = models.DateTimeField()
    counts = models.JSONField()
    is_gone = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["following", "at"], name="snapshots_of_a_post"),
        ]

    def __str__(self) -> str:
        return f"figures of {self.following_id} at {self.at:%Y-%m-%d %H:%M}"


class AccountFigures(models.Model):
    """How many follow an account and how many posts it has, once a day; None where its network
    does not say."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="figures", db_index=False
    )
    day = models.DateField()
    followers = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "day"], name="one_count_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.followers} follow {self.account_id} on {self.day}"


class Reply(models.Model):
    """Somebody's answer to a post. What disappears from the network is kept.

    parent_id  what it answers: the post, or another reply
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="replies", db_index=False
    )
    following = models.ForeignKey(
        Following, on_delete=models.CASCADE, related_name="replies", db_index=False
    )
    remote_id = models.CharField(max_length=300)
    parent_id = models.CharField(max_length=300)
    url = models.TextField(blank=True)
    author_id = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)
    author_name = models.TextField(blank=True)
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()
    is_hidden = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "remote_id"], name="one_row_per_reply"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["following", "-written_at"], name="replies_of_a_post"),
        ]

    def __str__(self) -> str:
        return f"reply {self.remote_id}"
