"""What is kept of a connected account. Tokens are sealed; their key is not in the database."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.networks.contract import Traits
from parvis.people.models import Workspace


class AccountState(models.TextChoices):
    CONNECTED = "connected", _("connected")
    NEEDS_RECONNECT = "needs reconnect", _("to reconnect")
    DISCONNECTED = "disconnected", _("disconnected")


class Account(models.Model):
    """Kept for ever: a disconnected account still owns its history, but no tokens.

    way         how it was connected, where its network offers several
    is_sandbox  it stands in the sandbox, and no page may let it pass for a real one
    problem     why it must be connected again, or, while it is connected, what keeps its tokens
                from being renewed: a code with facts for pages, and a plain sentence
    refresh_at  when its tokens are renewed next; None where they need not be or cannot be
    paused_at   since when a person lets nothing go out of it; None while it goes on
    lapses_at   when only a person can renew the permission; None where that is not foreseen
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="accounts")
    network = models.CharField(max_length=20)
    server = models.CharField(max_length=300)
    remote_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300)
    display_name = models.CharField(max_length=300, blank=True)
    way = models.CharField(max_length=40, blank=True)
    is_sandbox = models.BooleanField(default=False)
    stored_traits = models.JSONField()
    state = models.CharField(max_length=20, choices=AccountState.choices)
    problem = models.TextField(blank=True)
    problem_code = models.CharField(max_length=60, blank=True)
    problem_facts = models.JSONField(default=dict)
    sealed_tokens = models.BinaryField(null=True)
    scopes = models.JSONField(default=list)
    token_expires_at = models.DateTimeField(null=True)
    refresh_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    refresh_lease_until = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["network", "handle"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "network", "server", "remote_id"],
                name="one_row_per_account",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AccountState.DISCONNECTED)
                | models.Q(sealed_tokens__isnull=True),
                name="no_tokens_once_disconnected",
            ),
        ]

    def __str__(self) -> str:
        sandbox = " (sandbox)" if self.is_sandbox else ""
        return f"{self.network}:{self.handle}{sandbox}"

    @property
    def traits(self) -> Traits:
        return Traits.from_json(self.stored_traits)

    @property
    def is_paused(self) -> bool:
        """By itself or with everything."""
        return self.paused_at is not None or self.workspace.paused_at is not None

    @property
    def can_publish(self) -> bool:
        return self.state == AccountState.CONNECTED


class RegisteredApp(models.Model):
    """What a network gave to this installation itself, for example a Mastodon server's client."""

    network = models.CharField(max_length=20)
    server = models.CharField(max_length=300)
    redirect_uri = models.CharField(max_length=500)
    client_id = models.CharField(max_length=500)
    sealed_secret = models.BinaryField()
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["network", "server", "redirect_uri"], name="one_app_per_server"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} app at {self.server}"


class OwnedApp(models.Model):
    """A developer app that the owner registered at a network, with the credentials entered here.

    checked_at  when the network last knew them; None where it cannot tell or was not asked yet
    """

    name = models.CharField(max_length=40)
    is_sandbox = models.BooleanField(default=False)
    client_id = models.CharField(max_length=500)
    sealed_secret = models.BinaryField()
    entered_at = models.DateTimeField(auto_now=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "is_sandbox"], name="one_app_of_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name} app"


class Offer(models.Model):
    """An account that a permission opened and that waits to be chosen. Kept for an hour.

    batch  what one sign-in opened, under a name that only that browser knows
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="offers")
    batch = models.CharField(max_length=64)
    network = models.CharField(max_length=20)
    server = models.CharField(max_length=300)
    remote_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300)
    display_name = models.CharField(max_length=300, blank=True)
    way = models.CharField(max_length=40, blank=True)
    is_sandbox = models.BooleanField(default=False)
    stored_traits = models.JSONField()
    sealed_tokens = models.BinaryField()
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["handle"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "network", "server", "remote_id"], name="one_offer_per_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network}:{self.handle}"


class Allowance(models.Model):
    """What a network last said of one of its limits for an account: so many requests in a window.

    scope   "account", or "app" where all accounts of the same app draw on it
    bucket  what it is about, in the network module's words: "publish", "media", "read", or ""
            where one limit covers everything
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="allowances")
    scope = models.CharField(max_length=10, default="account")
    bucket = models.CharField(max_length=60, blank=True)
    limit = models.PositiveIntegerField(null=True)
    remaining = models.PositiveIntegerField(null=True)
    reset_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "scope", "bucket"], name="one_allowance_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} of {self.limit} for {self.account_id}"
