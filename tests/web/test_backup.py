"""The page that makes a backup and hands it over."""

import html
import os
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from parvis.backup import shelf
from parvis.config.installation import Installation
from parvis.people.models import Membership, Role, User, Workspace
from tests.cast import PASSWORD, draft
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/backup/"


@pytest.fixture
def installed(settings: Any, tmp_path: Path) -> Iterator[Installation]:
    """The test's own database, and a data folder to itself."""
    given = connection.get_connection_params()
    host, port = given.get("host", ""), given.get("port", "")
    who = f"{given.get('user', '')}:{given.get('password', '')}@" if given.get("user") else ""
    place = f"{who}/{given['dbname']}?host={host}" + (f"&port={port}" if port else "")
    here: Installation = replace(
        django_settings.INSTALLATION, data=tmp_path, database_url=f"postgresql://{place}"
    )
    settings.INSTALLATION = here
    yield here
    wait_until(lambda: shelf.look(here).phase != "making", 60, "the end of the backup")


def said(answer) -> str:
    return html.unescape(answer.content.decode())


def made(desk: Client, installed: Installation) -> shelf.Shelf:
    desk.post("/settings/backup/make/")
    wait_until(lambda: shelf.look(installed).phase != "making", 60, "the end of the backup")
    return shelf.look(installed)


def test_an_owner_makes_a_backup_and_downloads_it(
    desk: Client, installed: Installation, ponts
) -> None:
    draft(ponts)
    kept = made(desk, installed)
    assert kept.problem == ""
    assert "1 post," in said(desk.get(PAGE))
    answer = desk.post("/settings/backup/download/", {"present": PASSWORD})
    content = b"".join(answer.streaming_content)
    assert len(content) == kept.done
    assert 'attachment; filename="parvis-' in answer["Content-Disposition"]
    with tarfile.open(fileobj=BytesIO(content)) as opened:
        names = opened.getnames()
    assert {"database.dump", "manifest.json"} <= set(names)


def test_a_wrong_password_brings_no_file(desk: Client, installed: Installation) -> None:
    made(desk, installed)
    answer = desk.post("/settings/backup/download/", {"present": "a guess"})
    assert answer.status_code == 422
    assert "This is not your present password." in said(answer)


def test_a_member_gets_none(desk: Client, installed: Installation, workspace: Workspace) -> None:
    made(desk, installed)
    bob = User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="en")
    Membership.objects.create(user=bob, workspace=workspace, role=Role.MEMBER)
    bobs = Client()
    bobs.force_login(bob)
    assert bobs.get(PAGE).status_code == 403
    form = {"present": PASSWORD}
    assert bobs.post("/settings/backup/download/", form).status_code == 403


def test_nobody_else_on_the_machine_may_read_it(desk: Client, installed: Installation) -> None:
    made(desk, installed)
    file = shelf.file_of(installed)
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


def test_it_is_gone_after_a_day(desk: Client, installed: Installation) -> None:
    made(desk, installed)
    file = shelf.file_of(installed)
    yesterday = time.time() - shelf.KEPT_FOR.total_seconds() - 60
    os.utime(file, (yesterday, yesterday))
    assert "Make a backup" in said(desk.get(PAGE))
    assert not file.exists()
    form = {"present": PASSWORD}
    assert desk.post("/settings/backup/download/", form).status_code == 404


def test_a_backup_that_would_fill_the_disk_is_not_made(
    desk: Client, installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "LEFT_FREE_BYTES", 2**62)
    assert made(desk, installed).problem == "little-space"
    assert "A backup would nearly fill the disk" in said(desk.get(PAGE))
    assert list(shelf.file_of(installed).parent.glob("*desk*")) == []


def test_one_that_was_cut_off_is_told_as_such(desk: Client, installed: Installation) -> None:
    folder = shelf.file_of(installed).parent
    folder.mkdir()
    shelf._write(installed, shelf.Shelf(phase=shelf.Phase.MAKING, done=1, total=2))
    assert "Parvis was stopped while it made the backup" in said(desk.get(PAGE))


def test_a_new_backup_takes_the_place_of_the_old(desk: Client, installed: Installation) -> None:
    made(desk, installed)
    made(desk, installed)
    assert len(list(shelf.file_of(installed).parent.glob("*.parvis"))) == 1


def test_it_can_be_deleted_at_once(desk: Client, installed: Installation) -> None:
    made(desk, installed)
    desk.post("/settings/backup/remove/")
    assert not shelf.file_of(installed).exists()
    assert "Make a backup" in said(desk.get(PAGE))
