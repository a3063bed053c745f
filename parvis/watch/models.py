"""What watchdogs share: who looks, which troubles are open, and who was told of them."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Watcher(models.Model):
    """A process that looks. Writing its row is also how it tries whether the database can write."""

    name = models.CharField(max_length=120, unique=True)
    host = models.CharField(max_length=120)
    started_at = models.DateTimeField(db_default=Now())
    looked_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class KeptTrouble(models.Model):
    """A trouble from its first sight to its end; for a month after that, as history.

    seen_at  when any watchdog last saw it: one that nobody sees any more is over
    count    how many deliveries it is about, where it is about deliveries
    rises    how often that number grew
    """

    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    rises = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "subject"],
                condition=models.Q(closed_at=None),
                name="one_open_trouble_of_a_kind",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["closed_at"], name="trouble_by_end")]

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.subject}".strip()


class Notice(models.Model):
    """One message about a trouble by one way. The row is the right to send it, while its lease
    lasts, and the record that it went out.

    event    "opened", "still" or "closed"; `number` counts repetitions of "still"
    problem  why the last try failed, as a code
    """

    trouble = models.ForeignKey(KeptTrouble, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=10)
    number = models.PositiveIntegerField(default=0)
    way = models.CharField(max_length=10)
    lease_until = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trouble", "event", "number", "way"], name="one_notice_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} by {self.way} about {self.trouble_id}"
