"""What is kept of the times at which accounts usually speak."""

from typing import ClassVar

from django.db import models

from parvis.connections.models import Account


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
