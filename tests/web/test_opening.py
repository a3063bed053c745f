"""The first page of a new installation."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from parvis.people.models import User, Workspace
from parvis.people.verbs import only_workspace
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "Alice",
    "email": "alice@example.org",
    "password": PASSWORD,
    "workspace": "Librairie Ponts",
    "time_zone": "Europe/Paris",
}


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/accounts/", "/posts/", "/nowhere/"])
def test_every_page_of_a_new_installation_leads_to_the_opening(
    client: Client, address: str
) -> None:
    assert client.get(address)["Location"] == "/opening/"


def test_the_opening_makes_the_owner_and_signs_in(client: Client) -> None:
    answer = client.post("/opening/", GIVEN)
    assert answer["Location"] == "/accounts/"
    owner = User.objects.get()
    assert owner.check_password(PASSWORD)
    assert (owner.email, owner.language) == ("alice@example.org", "en")
    workspace = only_workspace()
    assert workspace
    assert (workspace.name, workspace.time_zone) == ("Librairie Ponts", "Europe/Paris")
    assert client.get("/accounts/").status_code == 200


def test_the_first_accounts_page_teaches_how_to_begin(client: Client) -> None:
    page = client.post("/opening/", GIVEN, follow=True).content.decode()
    assert "Nobody speaks from here yet." in page
    assert "/accounts/connect/bluesky/" in page
    assert "/accounts/connect/mastodon/" in page


def test_a_desk_is_opened_once_only(client: Client, alice: User) -> None:
    answer = client.post("/opening/", {**GIVEN, "email": "bob@example.org"})
    assert answer["Location"] == "/"
    assert list(User.objects.all()) == [alice]


def test_who_comes_second_is_told_to_sign_in(client: Client, monkeypatch, alice: User) -> None:
    """Both had the page open; the other sent it first."""
    monkeypatch.setattr("parvis.web.views.opening.is_first_start", lambda: True)
    answer = client.post("/opening/", {**GIVEN, "email": "bob@example.org"})
    assert answer["Location"] == "/sign-in/"
    assert "Sign in to it" in str(next(iter(get_messages(answer.wsgi_request))))
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "alice"}, "valid email address"),
        ({"password": "short"}, "too short"),
        ({"password": "password1234"}, "too common"),
        ({"password": "alice@example.org"}, "too similar"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_made(
    client: Client, wrong: dict[str, str], sentence: str
) -> None:
    page = client.post("/opening/", {**GIVEN, **wrong}).content.decode()
    assert sentence in page
    assert not User.objects.exists()
    assert not Workspace.objects.exists()


def test_a_wrong_form_keeps_what_was_typed_except_the_password(client: Client) -> None:
    page = client.post("/opening/", {**GIVEN, "email": "alice"}).content.decode()
    assert 'value="Librairie Ponts"' in page
    assert PASSWORD not in page


def test_the_opening_speaks_the_browsers_language(client: Client) -> None:
    page = client.get("/opening/", headers={"accept-language": "fr-FR,fr;q=0.9"})
    assert '<html lang="fr">' in page.content.decode()
    client.post("/opening/", GIVEN, headers={"accept-language": "fr-FR,fr;q=0.9"})
    assert User.objects.get().language == "fr"


def test_the_language_can_be_switched_on_the_page(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "/opening/"})
    assert answer["Location"] == "/opening/"
    assert '<html lang="fr">' in client.get("/opening/").content.decode()


def test_switching_the_language_leads_to_no_other_site(client: Client) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "https://charlie.example.org/"})
    assert answer["Location"] == "/"
