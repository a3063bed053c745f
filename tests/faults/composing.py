"""Drafts what is planned and hands it over, as a person would with the composer."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from django.db import Error as DatabaseError
from PIL import Image as Pillow

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.media import keep_picture, keep_video
from parvis.compose.models import Media, Post
from parvis.compose.verbs import start_draft
from parvis.deliver.freeze import NotReady
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import AlreadyHandedOver, database_now, schedule
from parvis.people.models import Workspace
from tests.faults.accounts import Accounts
from tests.faults.plan import Planned
from tests.networks.media import film

PICTURES = 8
_ALT = "Stalls on the square"
_FILM_SECONDS = 4
_RIGHT_ENOUGH = timedelta(seconds=5)
_JUST_NOW = timedelta(seconds=30)


class Composer:
    """Keeps what is planned until it is handed over; `handed_over` are the deliveries by number."""

    def __init__(self, workspace: Workspace, accounts: Accounts, start: datetime) -> None:
        self._workspace = workspace
        self._accounts = accounts
        self._start = start
        self._drafts: dict[int, Post] = {}
        self._pictures = [_picture(workspace, number) for number in range(PICTURES)]
        self._film = _film(workspace)
        self.handed_over: dict[int, Delivery] = {}

    def hand_over(self, planned: Planned) -> bool:
        """False when the database is away, its clock is wrong or the account must be connected
        again: to be tried again, as a person would."""
        try:
            now = database_now()
            if abs(now - datetime.now(UTC)) > _RIGHT_ENOUGH:
                return False
            self.handed_over[planned.number] = self._scheduled(planned, now)
        except DatabaseError:
            return False
        except NotReady as obstacle:
            if any(account.can_publish for account in obstacle.findings):
                raise
            return False
        return True

    def _scheduled(self, planned: Planned, now: datetime) -> Delivery:
        """Also after a try of which nobody knows how it ended."""
        if planned.number not in self._drafts:
            content = self._content(planned)
            self._drafts[planned.number] = start_draft(self._workspace, None, content)
        post = self._drafts[planned.number]
        try:
            wanted = self._start + timedelta(seconds=planned.due)
            (delivery,) = schedule(post, max(wanted, now - _JUST_NOW))
        except AlreadyHandedOver:
            delivery = Delivery.objects.get(post=post)
        if planned.patience is not None:
            # Less than a person can choose: a campaign does not last for hours.
            mine = Delivery.objects.filter(pk=delivery.pk)
            mine.update(lateness_allowed=planned.patience)
        return delivery

    def _content(self, planned: Planned) -> Content:
        account = self._accounts[planned.network][planned.account]
        used = [self._pictures[number] for number in planned.pictures]
        used += [self._film] if planned.has_video else []
        return Content(
            text=planned.texts[0],
            thread=planned.texts[1:],
            first_comment=planned.comment,
            media=tuple(UsedMedia(media_id=each.pk, alt=_ALT) for each in used),
            said={account.pk: Said()},
        )


def _picture(workspace: Workspace, number: int) -> Media:
    out = BytesIO()
    colour = (20 * number, 90, 200 - 20 * number)
    Pillow.new("RGB", (640, 480), colour).save(out, "JPEG")
    out.seek(0)
    return keep_picture(workspace, f"stalls-{number}.jpg", out, out.getbuffer().nbytes)


def _film(workspace: Workspace) -> Media:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stalls.mp4"
        film(file, seconds=_FILM_SECONDS)
        with file.open("rb") as recorded:
            return keep_video(workspace, file.name, recorded, file.stat().st_size)
