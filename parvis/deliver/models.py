"""What is kept of deliveries. A delivery's row is the only truth about what is due."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from parvis.compose.models import LATENESS_ALLOWED, Post
from parvis.connections.models import Account
from parvis.deliver.states import FINAL, LEASED, MAY_BE_CALLED_BACK, NEEDS_A_PERSON, State
from parvis.people.models import User, Workspace


class Delivery(models.Model):
    """One variant to one account at one time.

    Its row is written five times on its way. What is written most often, `lease_until` and
    `worker`, is in no index, and pages keep room: so a lease is renewed in place.

    parts       frozen when scheduled: [{"text", "media": [{"file", …, "alt"}], "language", …}]
    keys        one identity per part, the same for all attempts
    prepared    {part number: the exact request}, written down with the part's first attempt
    progress    {part number: {step: value}}: how far the uploads of a part have come
    receipts    per published part {"remote_id", "url", "published_at", "reference"}
    ready_at    when the clock looks at it next: the due time, the end of a wait, the next look-up
    fence       counts claims: who holds an older number may no longer write
    lateness_allowed  for how many seconds after its due time it may still go out by itself
    began_at    when it was first claimed since it was scheduled, moved or released
    set_aside_at  when a person had read why it was refused, and did not want to see it any more
    """

    workspace = models.ForeignKey(
        Workspace,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,  # delivery_by_day begins with it.
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    due_at = models.DateTimeField()
    lateness_allowed = models.PositiveIntegerField(default=LATENESS_ALLOWED)
    began_at = models.DateTimeField(null=True)
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
            models.Index(fields=["workspace", "due_at"], name="delivery_by_day"),
            models.Index(
                fields=["account", "due_at", "id"],
                condition=models.Q(state=State.SCHEDULED),
                name="delivery_in_turn",
            ),
            models.Index(
                fields=["account"],
                condition=models.Q(state__in=LEASED),
                name="delivery_before_others",
            ),
            models.Index(
                fields=["workspace", "state"],
                condition=models.Q(state__in=NEEDS_A_PERSON),
                name="delivery_to_decide",
            ),
            # What went out today, however long ago it was due.
            models.Index(
                fields=["workspace", "settled_at", "id"],
                condition=models.Q(state=State.PUBLISHED),
                name="delivery_went_out",
            ),
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

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        related_name="attempts",
        db_index=False,  # one_attempt_per_number begins with it.
    )
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


class Happened(models.TextChoices):
    """What the attempts alone do not tell of a delivery."""

    SCHEDULED = "scheduled", pgettext_lazy("event", "scheduled")
    MOVED = "moved", pgettext_lazy("event", "moved")
    WAITS = "waits", pgettext_lazy("event", "waits")
    HANDED_BACK = "handed back", pgettext_lazy("event", "handed back by a worker that stopped")
    TAKEN_OVER = "taken over", pgettext_lazy("event", "taken over from a lost worker")
    LOOKED_UP = "looked up", pgettext_lazy("event", "looked up")
    HELD = "held", pgettext_lazy("event", "held")
    RELEASED = "released", pgettext_lazy("event", "released")
    DECIDED = "decided", pgettext_lazy("event", "decided")
    GIVEN_UP = "given up", pgettext_lazy("event", "given up")
    TAKEN_BACK = "taken back", pgettext_lazy("event", "taken back")


class Event(models.Model):
    """One line of a delivery's trace, besides its attempts.

    code    why, or what was found or decided: the codes of `reason_code`, and of look-ups
            "present", "absent", "cannot-tell"; of decisions "there", "again", "look"
    person  who did it; None when Parvis did
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=12, choices=Happened.choices)
    part = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} of {self.delivery_id}"


class Worker(models.Model):
    """A worker process, as it tells of itself every few seconds.

    name         host, process id and the moment of its start: never used twice
    roles        what it does: "clock", "deliver", "collect"
    clock_ahead  seconds by which its host's clock is ahead of the database's
    in_hand      deliveries that it is working on
    counts       what it has done since it started: {"published": 12, "refused": 1, …}, and how late
                 requests left: {"lateness": {"0.05": 10, …}}, cumulative by upper bound in seconds
    stopped_at   when it ended in good order; a lost worker never says so
    """

    name = models.CharField(max_length=120, unique=True)
    host = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    version = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())
    clock_ahead = models.FloatField(default=0.0)
    in_hand = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
