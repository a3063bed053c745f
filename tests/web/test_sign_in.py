"""Signing in and out, and what is closed to whoever has not."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from parvis.people.models import SignInTry, User
from parvis.people.sign_in import TRIES_FOR_ONE_ACCOUNT, TRIES_FROM_ONE_ADDRESS
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

WRONG = "This e-mail address and password do not go together"
TOO_MANY = "Too many tries from here"
FOR_MONITORS = {"healthz", "readyz", "metrics"}
# The calendar's feed and an invitation are opened by what stands in their addresses:
# test_calendar_feed.py, test_people.py; and media by a signature: test_serving_media.py.
BY_THEIR_ADDRESS = {"public-media", "calendar-feed", "join"}
OPEN_TO_ALL = {"opening", "sign-in", "language"} | BY_THEIR_ADDRESS | FOR_MONITORS


def sign_in(client: Client, email: str = "alice@example.org", password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"username": email, "password": password, **more})


def addresses() -> list[str]:
    """Every address of the desk that is not open to all, with a 1 for each of its parts."""

    def walk(patterns, before="/"):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
            elif isinstance(pattern, URLPattern) and pattern.name not in OPEN_TO_ALL:
                yield re.sub(r"<\w+:\w+>", "1", before + str(pattern.pattern))

    return list(walk(get_resolver().url_patterns))


@pytest.mark.parametrize("address", addresses())
def test_no_page_is_shown_without_signing_in(client: Client, alice: User, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")


def test_the_right_password_opens_the_desk(client: Client, alice: User) -> None:
    assert sign_in(client)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_session_gets_a_new_key_when_somebody_signs_in(client: Client, alice: User) -> None:
    client.get("/sign-in/")
    session = client.session
    session["before"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_person_are_answered_alike(
    client: Client, alice: User, email: str
) -> None:
    page = sign_in(client, email, "not the password").content.decode()
    assert WRONG in page
    assert "not the password" not in page


def test_the_e_mail_address_is_kept_in_the_form(client: Client, alice: User) -> None:
    page = sign_in(client, password="not the password").content.decode()
    assert 'value="alice@example.org"' in page


@pytest.mark.parametrize(
    "elsewhere",
    ["https://charlie.example.org/", "//charlie.example.org/", "javascript:alert(1)", "/\\charlie"],
)
def test_signing_in_leads_to_no_other_site(client: Client, alice: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere)["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client, alice: User) -> None:
    assert sign_in(client, next="/accounts/")["Location"] == "/accounts/"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(desk: Client) -> None:
    assert desk.get("/posts/1/take-back/")["Location"] == "/posts/1/"
    assert desk.get("/settings/password/")["Location"] == "/settings/"


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_many_wrong_passwords_are_held_off_whoever_they_are_for(
    client: Client, alice: User, email: str
) -> None:
    for _ in range(TRIES_FOR_ONE_ACCOUNT):
        assert WRONG in sign_in(client, email, "wrong").content.decode()
    assert TOO_MANY in sign_in(client, email, "wrong").content.decode()


def test_the_right_password_is_held_off_too_after_many_wrong_ones(
    client: Client, alice: User
) -> None:
    for _ in range(TRIES_FOR_ONE_ACCOUNT):
        sign_in(client, password="wrong")
    assert TOO_MANY in sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session


def test_another_address_is_not_held_off(client: Client, alice: User) -> None:
    for _ in range(TRIES_FOR_ONE_ACCOUNT + 1):
        sign_in(client, password="wrong")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere)["Location"] == "/"


def test_many_accounts_tried_from_one_address_are_held_off(client: Client, alice: User) -> None:
    for number in range(TRIES_FROM_ONE_ADDRESS):
        SignInTry.objects.create(account=str(number), address="127.0.0.1")
    assert TOO_MANY in sign_in(client).content.decode()


def test_tries_are_forgotten_after_a_while(client: Client, alice: User) -> None:
    for _ in range(TRIES_FOR_ONE_ACCOUNT):
        sign_in(client, password="wrong")
    SignInTry.objects.update(tried_at=timezone.now() - timedelta(minutes=16))
    assert sign_in(client)["Location"] == "/"


def test_a_right_password_forgives_earlier_slips(client: Client, alice: User) -> None:
    sign_in(client, password="wrong")
    sign_in(client)
    assert not SignInTry.objects.exists()


def test_what_was_typed_as_an_address_is_not_kept(client: Client, alice: User) -> None:
    sign_in(client, "my secret password", "wrong")
    assert "my secret password" not in str(list(SignInTry.objects.values()))


def test_signing_out_closes_the_desk(desk: Client) -> None:
    assert desk.post("/sign-out/")["Location"] == "/sign-in/"
    assert desk.get("/")["Location"].startswith("/sign-in/")


def test_a_link_cannot_sign_anybody_out(desk: Client) -> None:
    assert desk.get("/sign-out/").status_code == 405
    assert desk.get("/").status_code == 200


def test_a_part_of_a_page_that_asks_after_the_session_ended_reloads_the_page(
    client: Client, alice: User
) -> None:
    answer = client.get("/", headers={"hx-request": "true"}, follow=True)
    assert answer["HX-Refresh"] == "true"
