"""Settings in Chromium: a backup that tells its progress, and an invitation, from link to desk."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from parvis.backup import shelf
from parvis.config.installation import Installation
from parvis.people.invitations import invite, link_token
from parvis.people.models import Role, User, Workspace
from tests.cast import PASSWORD
from tests.servers.axe import Axe
from tests.web.browsing import at_the_desk, chromium, desk, visiting
from tests.web.running import RunningDesk, running_desk
from tests.web.test_axe_browser import NARROW, wrong_on
from tests.web.test_backup import installed

__all__ = ["chromium", "desk", "installed", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]


def test_a_backup_says_by_itself_that_it_is_made_and_is_downloaded(
    desk: BrowserContext, installed: Installation
) -> None:
    page = desk.new_page()
    page.goto("/settings/backup/")
    page.get_by_role("button", name="Make a backup").click()
    expect(page.get_by_role("button", name="Download the backup")).to_be_visible(timeout=60_000)
    page.get_by_label("Present password").fill(PASSWORD)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the backup").click()
    assert re.fullmatch(r"parvis-\d{4}-\d\d-\d\d\.parvis", coming.value.suggested_filename)
    assert coming.value.path().stat().st_size == shelf.look(installed).done


def test_a_backup_is_made_without_scripts(
    chromium: Browser, running_desk: RunningDesk, installed: Installation
) -> None:
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto("/settings/backup/")
        page.get_by_role("button", name="Make a backup").click()
        made = page.get_by_role("button", name="Download the backup")
        again = page.get_by_role("link", name="Look again")
        for _look in range(200):
            expect(made.or_(again)).to_be_visible()
            if made.is_visible():
                break
            again.click()
        expect(made).to_be_visible()


def test_an_invited_person_comes_in_by_keyboard_alone(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace, alice: User
) -> None:
    address = f"/join/{link_token(invite(workspace, Role.MEMBER, alice))}/"
    with visiting(chromium, running_desk) as bobs:
        page = bobs.new_page()
        page.goto(address)
        page.keyboard.type("Bob")
        page.keyboard.press("Tab")
        page.keyboard.type("bob@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        page.goto("/settings/people/")
        expect(page.get_by_text("bob@example.org")).to_be_visible()
        expect(page.get_by_role("button", name="Make a link")).to_have_count(0)


def test_the_door_of_an_invitation_has_no_barrier(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace, alice: User
) -> None:
    address = f"/join/{link_token(invite(workspace, Role.MEMBER, alice))}/"
    with visiting(chromium, running_desk, viewport=NARROW.viewport) as nobody:
        assert wrong_on(nobody.new_page(), address, NARROW, Axe()) == []
