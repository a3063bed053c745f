"""What is kept of deliveries. A delivery's row is the only truth about what is due."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.states import FINAL, MAY_BE_CALLED_BACK, State
from parvis.people.models import Workspace


class Delivery(models.Model):
    """One variant to one account at one time.

    parts       frozen when scheduled: [{"text", "media": [{"file", …, "alt"}], "language", …}]
    keys        one identity per part, the same for all attempts
    prepared    {part number: the exact request}, written down with the part's first attempt
    progress    {part number: {step: value}}: how far the uploads of a part have come
    receipts    per published part {"remote_id", "url", "published_at", "reference"}
    ready_at    when the clock looks at it next: the due time, the end of a wait, the next look-up
    fence       counts claims: who holds an older number may no longer write
    set_aside_at  when a person had read why it was refused, and did not want to see it any more
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="deliveries")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    due_at = models.DateTimeField()
    ready_at = models.DateTimeField()
    parts = models.JSONField()
    keys = models.JSONField()
    prepared = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    receipts = models.JSONField(default=list)
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    tries = models.PositiveIntegerField(default=0)
    lookups = models.PositiveIntegerField(default=0)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    reason_facts = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["ready_at"],
                condition=models.Q(state__in=[State.SCHEDULED, State.CHECKING]),
                name="delivery_ready",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=[State.CLAIMED, State.SENDING]),
                name="delivery_leased",
            ),
            models.Index(fields=["workspace", "due_at"], name="delivery_by_day"),
        ]
        constraints: ClassVar = [
            # Scheduling twice (a double click, two tabs, a repeated command) is one delivery.
            models.UniqueConstraint(
                fields=["post", "account"],
                condition=~models.Q(state__in=[State.CANCELLED, State.REFUSED]),
                name="one_delivery_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} of post {self.post_id} ({self.state})"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def may_be_called_back(self) -> bool:
        return self.state in MAY_BE_CALLED_BACK and not self.receipts

    @property
    def is_partly_out(self) -> bool:
        return 0 < len(self.receipts) < len(self.parts)

    @property
    def rest_is_given_up(self) -> bool:
        return self.is_partly_out and self.state == State.CANCELLED

    @property
    def link(self) -> str:
        return str(self.receipts[0]["url"]) if self.receipts else ""


class Outcome(models.TextChoices):
    OPEN = "open", pgettext_lazy("attempt", "no answer yet")
    PUBLISHED = "published", pgettext_lazy("attempt", "published")
    REFUSED = "refused", pgettext_lazy("attempt", "refused")
    NOT_SENT = "not sent", pgettext_lazy("attempt", "not sent")
    UNKNOWN = "unknown", pgettext_lazy("attempt", "unknown")
    FOUND = "found", pgettext_lazy("attempt", "found by looking it up")
    ABSENT = "absent", pgettext_lazy("attempt", "surely not there")


class Attempt(models.Model):
    """One try, written down before the network is called. `answer` is redacted."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    part = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()
    fence = models.BigIntegerField()
    worker = models.CharField(max_length=120)
    request = models.JSONField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    code = models.CharField(max_length=60, blank=True)
    answer = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["part", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["delivery", "part", "number"], name="one_attempt_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}"
