"""What is kept about people and the desk that they share: users, workspaces, memberships."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Theme(models.TextChoices):
    SYSTEM = "system", _("as the system has it")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class User(AbstractBaseUser):
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    theme = models.CharField(
        _("appearance"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
        ]

    def __str__(self) -> str:
        return self.name


class Workspace(models.Model):
    """
    paused_at     since when nothing goes out, whatever is due; None while it goes on
    calendar_key  opens the calendar's feed to whoever knows it; empty where there is none
    """

    name = models.CharField(_("workspace"), max_length=150)
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True)
    calendar_key = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    """A member writes, schedules and decides; accounts, people and settings are the owners’."""

    OWNER = "owner", _("Owner")
    MEMBER = "member", _("Member")


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "workspace"], name="one_membership_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Invitation(models.Model):
    """Lets one person in, once, through a signed link that names this row."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.role} of {self.workspace_id}"


class SavedView(models.Model):
    """A search of the posts that somebody comes back to. `query` is its address' query string."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.TextField()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "workspace", "name"], name="one_view_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MailWishes(models.Model):
    """What of the desk reaches a person by e-mail. Nothing does before they say so.

    daily_hour  of the workspace's clock, from 0 to 23; None for no daily letter
    seen_at     until when they have seen, at the desk, what happened
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_wishes")
    waiting = models.BooleanField(_("Posts that wait for a decision"), default=False)
    refused = models.BooleanField(_("Posts that a network refused"), default=False)
    lapsing = models.BooleanField(
        _("Accounts that must be connected again, days ahead where that is known"), default=False
    )
    daily_hour = models.PositiveSmallIntegerField(_("A letter each day"), null=True, blank=True)
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"wishes of {self.user_id}"


class Told(models.Model):
    """One thing that one person is told by e-mail. The row is the right to send it, while its lease
    lasts, and the record that it went out.

    what  the thing's kind and identity, as "refused:17"
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=80)
    lease_until = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "what"], name="one_letter_about_a_thing"),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "sent_at"], name="letters_by_time")]

    def __str__(self) -> str:
        return f"{self.what} to {self.user_id}"


class SignInTry(models.Model):
    """A try to sign in, kept for minutes. `account` is a keyed hash of what was typed."""

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=45, blank=True)
    tried_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address", "account"], name="tries_from_an_address"),
            models.Index(fields=["tried_at"], name="tries_by_time"),
        ]

    def __str__(self) -> str:
        return f"try from {self.address}"


class Desk(models.Model):
    """What every machine of a desk has in common: one row, made at the first start.

    mark         in the media folder stands the same, so that another folder is not taken for it
    sealing_key  and signing_key: fingerprints, from which the keys cannot be had
    """

    mark = models.CharField(max_length=32)
    sealing_key = models.CharField(max_length=64)
    signing_key = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_desk"),
        ]

    def __str__(self) -> str:
        return f"desk {self.mark}"
