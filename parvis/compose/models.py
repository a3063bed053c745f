"""What is kept of what people compose."""

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from parvis.connections.models import Account
from parvis.networks.traits import Format, ReplySetting, Visibility
from parvis.people.models import User, Workspace

VISIBILITIES = [(visibility.value, visibility.name) for visibility in Visibility]
REPLY_SETTINGS = [(setting.value, setting.name) for setting in ReplySetting]
FORMATS = [(format.value, format.name) for format in Format]

# The desk's own, so that each theme shows them as it must.
COLOURS = [
    ("glass", _("cobalt")),
    ("verdigris", _("verdigris")),
    ("amber", _("amber")),
    ("garnet", _("garnet")),
    ("ink", _("ink")),
]

# Seconds. Twelve hours: a night's outage is made good in the morning.
LATENESS_ALLOWED = 12 * 60 * 60


class Media(models.Model):
    """A picture or a video, stored once per workspace under the hash of its bytes.

    seconds   a video's length; None for a picture
    alt       the last description that was written for it, offered again
    likeness  64 bits that pictures which look alike have nearly in common (dHash), as a signed
              number; None for a video and for what has not been looked at yet
    copy_of   from what it was made for a network that takes no more; None for what people added
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="media")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField(null=True)
    is_animated = models.BooleanField(default=False)
    alt = models.TextField(blank=True)
    likeness = models.BigIntegerField(null=True)
    copy_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="copies")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="one_row_per_picture"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256


class Campaign(models.Model):
    """Posts that belong together, and their results.

    colour  one of the desk's own, by its name
    utm     what is added to the links of its posts: {"source", "medium", "campaign"}
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=120)
    colour = models.CharField(max_length=20, choices=COLOURS, default="glass")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    utm = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_campaign_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=50)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="one_tag_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Snippet(models.Model):
    """A text that is used again. A signature is put below what its account says (below everything
    where it has none); any other is put in where the writer wants it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="snippets")
    name = models.CharField(max_length=80)
    text = models.TextField()
    is_signature = models.BooleanField(default=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_snippet_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """What a person composes. It is a draft until it is handed over to delivery.

    thread          the texts after the first, where it goes on
    first_comment   said below the post, or as an answer to its last part
    splits          a text that is too long for an account goes on there as a thread
    poll            {"options": […], "minutes", "multiple_choice"}, or None
    revision        counts saves: a save that was made from an older revision is told so
    lateness_allowed  for how many seconds after its time it may still go out by itself
    utm             what is added to its links, over what its campaign adds: {"source", "medium",
                    "campaign", "content"}
    signs           whether the account's signature goes below it
    planned_at      remembers a time that was chosen, also while the post is taken back to be edited
    at              its place in lists: the time it is or was due, else when it was saved
    started_in_tab  the browser tab that made the draft: its first save may arrive twice
    tab             the browser tab that saved last, its turn (a count of its saves) and the
                    revision from which it has been saving alone ever since
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(blank=True)
    thread = models.JSONField(default=list, blank=True)
    first_comment = models.TextField(blank=True)
    splits = models.BooleanField(default=False)
    poll = models.JSONField(null=True, blank=True)
    language = models.CharField(max_length=35, blank=True)
    content_warning = models.TextField(blank=True)
    visibility = models.CharField(max_length=20, choices=VISIBILITIES, blank=True)
    accounts = models.ManyToManyField(Account, through="Variant", related_name="posts")
    pictures = models.ManyToManyField(Media, through="PostMedia", related_name="posts")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    tags = models.ManyToManyField(Tag, related_name="posts", blank=True)
    utm = models.JSONField(default=dict, blank=True)
    signs = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)
    started_in_tab = models.CharField(max_length=64, blank=True)
    tab = models.CharField(max_length=64, blank=True)
    tab_turn = models.PositiveIntegerField(default=0)
    tab_alone_since = models.PositiveIntegerField(default=0)
    lateness_allowed = models.PositiveIntegerField(default=LATENESS_ALLOWED)
    planned_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)
    at = models.GeneratedField(
        expression=Coalesce("planned_at", "saved_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-saved_at"]),
            models.Index(
                fields=["workspace", "-at", "-id"],
                condition=models.Q(deleted_at=None),
                name="post_by_moment",
            ),
            models.Index(
                fields=["workspace", "-at", "-id"],
                condition=models.Q(deleted_at=None, handed_over_at=None),
                name="draft_by_moment",
            ),
            models.Index(
                fields=["workspace", "-at", "-id"],
                condition=models.Q(deleted_at__isnull=False),
                name="deleted_by_moment",
            ),
            models.Index(
                fields=["campaign", "-at", "-id"],
                condition=models.Q(deleted_at=None, campaign__isnull=False),
                name="post_by_campaign",
            ),
            models.Index(
                fields=["workspace", "planned_at"],
                condition=models.Q(handed_over_at=None, deleted_at=None, planned_at__isnull=False),
                name="planned_drafts",
            ),
            # “Is this said already?” A text may be longer than other indexes hold.
            HashIndex(
                fields=["text"],
                condition=models.Q(deleted_at=None) & ~models.Q(text=""),
                name="post_by_text",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "started_in_tab"],
                condition=~models.Q(started_in_tab=""),
                name="one_draft_started_per_tab",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_draft(self) -> bool:
        return self.handed_over_at is None


class PostWords(models.Model):
    """What a post is found by, its accounts' own texts, its tags and its campaign included.

    The database keeps it, by triggers, so that whatever writes a post need not know: migration
    0005, with the function `parvis_words` that turns a text into them.
    """

    post = models.OneToOneField(
        Post,
        # The database's own ON DELETE CASCADE.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="found_by",
    )
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="post_words")]

    def __str__(self) -> str:
        return f"words of post {self.post_id}"


class PostMedia(models.Model):
    """`part` counts from 0, the post's first text."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="used_media")
    media = models.ForeignKey(Media, on_delete=models.PROTECT)
    part = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField()
    alt = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.position}: {self.media}"


class Variant(models.Model):
    """The post as one account will say it. `text` is None where it says the shared text; the rest
    is empty where nothing is chosen for this account."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="variants")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="variants")
    text = models.TextField(null=True)
    visibility = models.CharField(max_length=20, choices=VISIBILITIES, blank=True)
    reply_setting = models.CharField(max_length=20, choices=REPLY_SETTINGS, blank=True)
    format = models.CharField(max_length=20, choices=FORMATS, blank=True)

    class Meta:
        ordering: ClassVar = ["account__network", "account__handle"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "account"], name="one_variant_per_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.said_text[:60]}"

    @property
    def said_text(self) -> str:
        return self.post.text if self.text is None else self.text


class Version(models.Model):
    """Content that a save would otherwise have lost: the other tab's, or the one replaced.

    `tab` names the browser tab that typed it, so that a stale tab that goes on typing keeps one
    version up to date instead of adding one per keystroke.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    content = models.JSONField()
    tab = models.CharField(max_length=64, blank=True)
    saved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-saved_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post", "tab"], condition=~models.Q(tab=""), name="one_version_per_tab"
            ),
        ]

    def __str__(self) -> str:
        return str(self.content.get("text", ""))[:60]
