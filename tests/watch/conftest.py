"""Workers as their rows tell of them, and a short way to ask what is wrong."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now

from parvis.config.alerts import alerts
from parvis.deliver.models import Worker
from parvis.watch.database import database_asked
from parvis.watch.troubles import Trouble
from parvis.watch.work import examine_work
from tests.servers.mailbox import Mailbox
from tests.servers.receiver import Receiver

EVERY_ROLE = ("clock", "deliver", "collect")


def worker(
    name: str = "host-1:1", *, roles=EVERY_ROLE, silent_for: timedelta | None = None, **facts
) -> Worker:
    """One that gave its last sign of life so long ago; just now, if nothing is said."""
    made = Worker.objects.create(
        name=name, host=name.partition(":")[0], roles=sorted(roles), **facts
    )
    if silent_for is not None:
        started = silent_for + timedelta(hours=1)
        Worker.objects.filter(pk=made.pk).update(
            beat_at=Now() - silent_for, started_at=Now() - started
        )
    return made


@pytest.fixture
def examine(transactional_db: None) -> Callable[[], dict[str, Trouble]]:
    """What is wrong with the work, by code."""

    def examine_it() -> dict[str, Trouble]:
        with database_asked() as cursor:
            return {found.code: found for found in examine_work(cursor, settings.TERMS)}

    return examine_it


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def alerted(settings: Any, mailbox: Mailbox, receiver: Receiver) -> None:
    """Notices go to the mailbox and to the receiver."""
    settings.ALERTS = alerts(
        {
            "PARVIS_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "PARVIS_ALERT_EMAIL": "alice@example.org,bob@example.org",
            "PARVIS_MAIL_FROM": "desk@example.org",
            "PARVIS_ALERT_WEBHOOK": receiver.url,
        }
    )
