"""What is kept of the times at which accounts usually speak, and of posts that come back."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.people.models import User, Workspace


class Slot(models.Model):
    """A time of the week at which something of an account may go out, in its workspace's zone.

    weekday  0 is Monday
    """

    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        related_name="slots",
        db_index=False,  # one_slot_per_time begins with it.
    )
    weekday = models.PositiveSmallIntegerField()
    time = models.TimeField()

    class Meta:
        ordering: ClassVar = ["weekday", "time"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "weekday", "time"], name="one_slot_per_time"
            ),
            models.CheckConstraint(condition=models.Q(weekday__lt=7), name="a_day_of_the_week"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.time:%H:%M} of {self.account}"


class Kind(models.TextChoices):
    RECURRING = "recurring", pgettext_lazy("series", "at set times")
    EVERGREEN = "evergreen", pgettext_lazy("series", "in free slots")


class Series(models.Model):
    """A post that comes back, each time as a post of its own.

    rule       of a recurring one a `Recurrence`, of an evergreen a `Shelf`, as JSON
    content    what it says: `compose.content.Content` as JSON
    texts      its wordings, which take turns; the first is the content's text
    accounts   those of its content
    began_from the post that it was made of
    since      its turns count from here
    look_at    when it is looked at next
    trouble    why its next turn is not made: {"code", "accounts"}; {} where nothing is in the way
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="series")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    rule = models.JSONField()
    content = models.JSONField()
    texts = models.JSONField()
    accounts = models.ManyToManyField(Account, related_name="series")
    began_from = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()
    look_at = models.DateTimeField(db_default=Now())
    trouble = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["look_at"], condition=models.Q(ended_at=None), name="series_to_look_at"
            ),
        ]

    def __str__(self) -> str:
        return str(self.texts[0])[:60]


class Standing(models.TextChoices):
    MADE = "made", pgettext_lazy("turn of a series", "made")
    SKIPPED = "skipped", pgettext_lazy("turn of a series", "skipped")
    MISSED = "missed", pgettext_lazy("turn of a series", "not made")


class Occurrence(models.Model):
    """One turn of a series, settled once and for all: that is what keeps it from coming twice.

    account       of an evergreen, whose slot it fills; None for all of a recurring one's
    day           the local day it is meant for, which stays the same whatever becomes of its time
    text          the wording that it was given
    given         a hash of what it was given: who changes it by hand is left in peace
    stands_alone  what the series says by now is not for it
    reason        why it was missed, or speaks through fewer accounts: {"code", "accounts"}
    """

    series = models.ForeignKey(
        Series,
        on_delete=models.CASCADE,
        related_name="occurrences",
        db_index=False,  # occurrence_in_turn begins with it.
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    at = models.DateTimeField()
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.MADE)
    post = models.OneToOneField(
        Post, on_delete=models.SET_NULL, null=True, related_name="occurrence"
    )
    text = models.TextField(blank=True)
    given = models.CharField(max_length=64, blank=True)
    stands_alone = models.BooleanField(default=False)
    reason = models.JSONField(default=dict)
    settled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [models.Index(fields=["series", "at"], name="occurrence_in_turn")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["series", "day"],
                condition=models.Q(account=None),
                name="one_turn_per_day",
            ),
            models.UniqueConstraint(
                fields=["account", "at"],
                condition=models.Q(account__isnull=False),
                name="one_evergreen_per_slot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing} on {self.day} of series {self.series_id}"
