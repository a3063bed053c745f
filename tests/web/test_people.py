"""The page of people, the door that an invitation opens, and what a member cannot do."""

import html
import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from parvis.connections.models import Account, AccountState
from parvis.people.invitations import invite, link_token
from parvis.people.models import Invitation, Membership, Role, User, Workspace
from tests.cast import PASSWORD
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(workspace: Workspace) -> User:
    person = User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="en")
    Membership.objects.create(user=person, workspace=workspace, role=Role.MEMBER)
    return person


@pytest.fixture
def bobs_desk(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


def said(answer) -> str:
    return html.unescape(answer.content.decode())


def test_an_owner_makes_a_link_and_bob_comes_in(desk: Client) -> None:
    page = said(desk.post("/settings/people/invite/", {"role": "member"}, follow=True))
    link = re.search(r'value="http://testserver(/join/[^"]+)"', page)
    assert link is not None
    bobs = Client()
    assert "Alice invites you." in said(bobs.get(link[1]))
    given = {"name": "Bob", "email": "bob@example.org", "password": PASSWORD}
    assert bobs.post(link[1], given)["Location"] == "/"
    assert bobs.get("/").status_code == 200
    assert Membership.objects.get(user__name="Bob").role == Role.MEMBER
    assert Client().get(link[1]).status_code == 404


def test_what_is_wrong_at_the_door_is_said_and_the_invitation_stays(
    workspace: Workspace, alice: User
) -> None:
    address = reverse("join", args=[link_token(invite(workspace, Role.MEMBER, alice))])
    given = {"name": "Bob", "email": "bob@example.org", "password": "short"}
    answer = Client().post(address, given)
    assert answer.status_code == 422
    assert "too short" in said(answer)
    given = {"name": "Bob", "email": "alice@example.org", "password": PASSWORD}
    assert "Somebody here signs in with this address." in said(Client().post(address, given))
    assert Invitation.objects.exists()


def test_whoever_is_signed_in_does_not_use_up_an_invitation(
    desk: Client, workspace: Workspace, alice: User
) -> None:
    address = reverse("join", args=[link_token(invite(workspace, Role.MEMBER, alice))])
    assert "You are at the desk already." in said(desk.get(address, follow=True))
    assert Invitation.objects.exists()


def test_who_is_removed_is_signed_out_at_once(desk: Client, bobs_desk: Client) -> None:
    assert bobs_desk.get("/").status_code == 200
    membership = Membership.objects.get(user__name="Bob")
    page = said(desk.post(f"/settings/people/{membership.pk}/remove/", follow=True))
    assert "Bob no longer belongs to the desk." in page
    assert bobs_desk.get("/")["Location"].startswith("/sign-in/")


def test_the_last_owner_stays(desk: Client, alice: User) -> None:
    membership = Membership.objects.get(user=alice)
    page = said(desk.post(f"/settings/people/{membership.pk}/remove/", follow=True))
    assert "this is the desk’s only owner" in page
    form = {"role": "member"}
    desk.post(f"/settings/people/{membership.pk}/role/", form)
    assert Membership.objects.get(user=alice).role == Role.OWNER


def test_a_member_becomes_an_owner(desk: Client, bobs_desk: Client) -> None:
    membership = Membership.objects.get(user__name="Bob")
    assert bobs_desk.get("/settings/workspace/").status_code == 403
    desk.post(f"/settings/people/{membership.pk}/role/", {"role": "owner"})
    assert bobs_desk.get("/settings/workspace/").status_code == 200


FREE_TO_MEMBERS = {
    "accounts",
    "account",
    "settings",
    "settings-yourself",
    "settings-password",
    "settings-elsewhere",
    "settings-people",
}


def _addresses(patterns, before: str = ""):
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield each.name, before + str(each.pattern)


OF_OWNERS = sorted(
    (name, address)
    for name, address in _addresses(get_resolver().url_patterns)
    if address.startswith(("accounts/connect", "accounts/choose", "accounts/rehearse"))
    or address.startswith(("accounts/return", "settings/workspace", "settings/apps"))
    or (address.startswith("settings/people/") and name != "settings-people")
    or address.startswith("settings/backup")
    or name in {"account-check", "account-limits", "reconnect", "disconnect"}
)


@pytest.mark.parametrize(("name", "address"), OF_OWNERS)
def test_what_is_the_owners_is_refused_to_a_member(
    bobs_desk: Client, ponts: Account, name: str, address: str
) -> None:
    address = "/" + re.sub(r"<int:\w+>", str(ponts.pk), re.sub(r"<(slug|str):\w+>", "x", address))
    answer = bobs_desk.post(address)
    assert answer.status_code == 403
    assert "Only an owner can do this" in said(answer)
    ponts.refresh_from_db()
    assert ponts.state == AccountState.CONNECTED


def test_a_member_is_shown_nothing_that_is_refused_to_them(
    bobs_desk: Client, ponts: Account, workspace: Workspace, alice: User
) -> None:
    token = link_token(invite(workspace, Role.OWNER, alice))
    for address in ("/settings/", "/settings/people/", "/accounts/", f"/accounts/{ponts.pk}/"):
        page = said(bobs_desk.get(address))
        assert token not in page
        for _name, owners in OF_OWNERS:
            beginning = "/" + owners.partition("<")[0]
            if "<" not in owners:
                assert f'"{beginning}"' not in page
        assert f"/accounts/{ponts.pk}/disconnect/" not in page


def test_the_page_of_people_asks_the_same_however_many_they_are(
    desk: Client, workspace: Workspace, alice: User, bob: User
) -> None:
    invite(workspace, Role.MEMBER, alice)
    before = queries(desk, "/settings/people/")
    charlie = User.objects.create_user("charlie@example.org", PASSWORD, name="Charlie")
    Membership.objects.create(user=charlie, workspace=workspace, role=Role.MEMBER)
    invite(workspace, Role.OWNER, alice)
    assert queries(desk, "/settings/people/") == before


def test_other_browsers_are_signed_out_and_this_one_stays(desk: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    page = said(desk.post("/settings/elsewhere/", {"present": PASSWORD}, follow=True))
    assert "Other browsers are signed out." in page
    assert other.get("/")["Location"].startswith("/sign-in/")
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_other_browsers_stay_when_the_password_is_wrong(desk: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    assert desk.post("/settings/elsewhere/", {"present": "a guess"}).status_code == 422
    assert other.get("/").status_code == 200
