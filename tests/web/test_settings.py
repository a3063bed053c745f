"""Settings of the workspace and of oneself."""

from datetime import timedelta
from re import DOTALL, findall

import pytest
from django.test import Client

from parvis.connections.models import Account
from parvis.people.models import User, Workspace
from tests.cast import PASSWORD, scheduled

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "rain on old paper"


def change(desk: Client, what: str, **form: str):
    return desk.post(f"/settings/{what}/", form, follow=True)


def test_the_workspaces_time_zone_changes_times_and_moves_nothing(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts, in_=timedelta(days=1))
    form = {"name": "Ponts", "time_zone": "Asia/Kathmandu", "language": "en"}
    assert (
        "The workspace’s settings are kept." in change(desk, "workspace", **form).content.decode()
    )
    due_at = delivery.due_at
    delivery.refresh_from_db()
    assert delivery.due_at == due_at
    there = due_at.astimezone(Workspace.objects.get().zone)
    assert f"{there:%H:%M}" in desk.get(f"/posts/{delivery.post_id}/").content.decode()


def test_a_time_zone_that_does_not_exist_is_refused(desk: Client) -> None:
    form = {"name": "Ponts", "time_zone": "Mars/Olympus", "language": "en"}
    assert change(desk, "workspace", **form).status_code == 422
    assert Workspace.objects.get().time_zone == "Europe/Paris"


def test_choosing_french_turns_the_pages_french(desk: Client, alice: User) -> None:
    form = {"name": "Alice", "email": alice.email, "language": "fr"}
    page = change(desk, "yourself", **form).content.decode()
    assert '<html lang="fr">' in page


def test_only_languages_are_offered_as_languages(desk: Client) -> None:
    for address in ("/settings/", "/settings/workspace/"):
        page = desk.get(address).content.decode()
        (select,) = findall(r'<select name="language".*?</select>', page, DOTALL)
        assert findall(r'value="(.*?)"', select) == ["en", "fr"]


def test_the_browsers_language_does_not_override_ones_own(desk: Client) -> None:
    page = desk.get("/", headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="en">' in page


def test_an_e_mail_address_that_somebody_else_has_is_refused(desk: Client, alice: User) -> None:
    User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="en")
    form = {"name": "Alice", "email": "BOB@example.org", "language": "en"}
    assert change(desk, "yourself", **form).status_code == 422
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_a_new_password_keeps_this_browser_signed_in_and_no_other(
    desk: Client, alice: User
) -> None:
    other = Client()
    other.force_login(alice)
    page = change(desk, "password", old=PASSWORD, new=NEW_PASSWORD).content.decode()
    assert "Your password is changed." in page
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert other.get("/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("not the password", NEW_PASSWORD, "This is not your present password."),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "alice@example.org", "too similar"),
    ],
)
def test_a_password_that_cannot_be_is_refused(
    desk: Client, alice: User, old: str, new: str, sentence: str
) -> None:
    page = change(desk, "password", old=old, new=new).content.decode()
    assert sentence in page
    assert old not in page
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
