"""What watchdogs share: who looks, which troubles are open, and who was told of them."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from parvis.people.models import Workspace


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


class Hook(models.Model):
    """Where a workspace tells of its posts to a program: a chat room, a ticket system, a script.

    address    sealed, for it often holds a token; `host` is the part that may be shown
    key        sealed: what messages are signed with
    since      what went out before is not told
    problem    why the last message did not arrive, as a code; empty when it did
    """

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="hook")
    address = models.BinaryField()
    host = models.CharField(max_length=300)
    key = models.BinaryField()
    waiting = models.BooleanField(_("Posts that wait for a decision"), default=True)
    refused = models.BooleanField(_("Posts that a network refused"), default=True)
    lapsing = models.BooleanField(_("Accounts that must be connected again"), default=True)
    published = models.BooleanField(_("Posts that went out"), default=False)
    since = models.DateTimeField(db_default=Now())
    problem = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"hook of {self.workspace_id} at {self.host}"


class HookCall(models.Model):
    """One thing that a hook is told. The row is the right to send it, while its lease lasts, and
    the record that it went out.

    what  the thing's kind and identity, as "refused:17"
    """

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="calls", db_index=False)
    what = models.CharField(max_length=80)
    lease_until = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "what"], name="one_call_about_a_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.what} to {self.hook_id}"
