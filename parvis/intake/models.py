"""What is kept of the tables and feeds from which posts were made."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from parvis.compose.models import Post
from parvis.intake.feed_models import Entry, Feed, Uttered
from parvis.people.models import User, Workspace

__all__ = ["Entry", "Feed", "Imported", "Row", "Standing", "Table", "Uttered"]


class Table(models.Model):
    """A file whose rows are to become posts.

    as_drafts  rows with a time become drafts that remember it, instead of being scheduled
    columns    those of our columns that the file has, in its order
    left_out   the names of its other columns
    touched_at when a row was last imported, corrected, left out or taken up: `intake.ending`
    put_away_at  when somebody was done with it
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    brought_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255)
    as_drafts = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    brought_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(db_default=Now())
    put_away_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name


class Standing(models.TextChoices):
    READY = "ready", pgettext_lazy("row of a table", "ready")
    IN_THE_WAY = "in the way", pgettext_lazy("row of a table", "to correct")
    SKIPPED = "skipped", pgettext_lazy("row of a table", "left out")
    IMPORTED = "imported", pgettext_lazy("row of a table", "imported")
    KNOWN = "known", pgettext_lazy("row of a table", "imported before")


class Row(models.Model):
    """One row, as it was last looked at.

    number       as spreadsheets count: the names of the columns are row 1
    cells        text by column, in `intake.columns`' names, with the corrections that were made
    fingerprint  a hash of the cells as they came in the file, whatever was corrected since
    matter       a hash of what it says and when
    seen         what was found when it was last looked at: {"findings", "accounts"}
    due_at       when it is to go out; None where no moment is written, or none that will do
    """

    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="rows", db_index=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    matter = models.CharField(max_length=64)
    seen = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True)
    standing = models.CharField(max_length=20, choices=Standing.choices)
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["table", "matter", "number"], name="rows_that_say_the_same"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "number"], name="one_row_per_number"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.table_id}"


class Imported(models.Model):
    """That a row became a post. It outlives the row: the same row is imported once, in however many
    files it comes and however late."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    fingerprint = models.CharField(max_length=64)
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "fingerprint"], name="a_row_is_imported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"row imported at {self.imported_at}"
