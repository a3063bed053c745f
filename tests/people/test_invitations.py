"""Letting people in, and letting them go."""

from datetime import timedelta

import pytest
from django.db.models import F

from parvis.people import invitations
from parvis.people.invitations import (
    AddressTaken,
    LastOwner,
    Newcomer,
    NotTheirPassword,
    NotValid,
    accept,
    invitation_behind,
    invite,
    link_token,
)
from parvis.people.models import Invitation, Membership, Role, User, Workspace
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def bob(**given: str) -> Newcomer:
    usual = {"name": "Bob", "email": "bob@example.org", "password": PASSWORD, "language": "fr"}
    return Newcomer(**{**usual, **given})


@pytest.fixture
def token(workspace: Workspace, alice: User) -> str:
    return link_token(invite(workspace, Role.MEMBER, alice))


def test_an_invited_person_is_a_member_in_their_own_language(
    workspace: Workspace, token: str
) -> None:
    person = accept(token, bob())
    assert Membership.objects.get(user=person).role == Role.MEMBER
    assert person.language == "fr"
    assert person.check_password(PASSWORD)


def test_a_link_lets_in_once(token: str) -> None:
    accept(token, bob())
    with pytest.raises(NotValid):
        accept(token, bob(name="Charlie", email="charlie@example.org"))
    assert not User.objects.filter(name="Charlie").exists()


def test_a_link_lets_nobody_in_after_seven_days(token: str) -> None:
    Invitation.objects.update(made_at=F("made_at") - timedelta(days=7, seconds=1))
    with pytest.raises(NotValid):
        accept(token, bob())


def test_a_link_holds_until_the_seven_days_are_over(token: str) -> None:
    Invitation.objects.update(made_at=F("made_at") - timedelta(days=6, hours=23))
    assert invitation_behind(token).role == Role.MEMBER


def test_a_link_that_was_changed_lets_nobody_in(token: str) -> None:
    with pytest.raises(NotValid):
        accept(token[:-1] + ("A" if token[-1] != "A" else "B"), bob())


def test_a_withdrawn_link_lets_nobody_in(workspace: Workspace, token: str) -> None:
    invitations.withdraw(workspace, Invitation.objects.get().pk)
    with pytest.raises(NotValid):
        accept(token, bob())


def test_an_address_of_somebody_at_the_desk_is_refused_and_the_link_stays(token: str) -> None:
    with pytest.raises(AddressTaken):
        accept(token, bob(email="ALICE@example.org"))
    assert accept(token, bob()).name == "Bob"


def test_who_was_removed_comes_back_with_the_password_of_then(
    workspace: Workspace, alice: User, token: str
) -> None:
    before = accept(token, bob())
    invitations.remove(Membership.objects.get(user=before))
    again = link_token(invite(workspace, Role.MEMBER, alice))
    with pytest.raises(NotTheirPassword):
        accept(again, bob(password="rain on old paper"))
    assert accept(again, bob()).pk == before.pk
    assert Membership.objects.filter(user=before).exists()


def test_the_last_owner_can_neither_go_nor_become_a_member(alice: User, token: str) -> None:
    accept(token, bob())
    hers = Membership.objects.get(user=alice)
    with pytest.raises(LastOwner):
        invitations.remove(hers)
    with pytest.raises(LastOwner):
        invitations.change_role(hers, Role.MEMBER)
    hers.refresh_from_db()
    assert hers.role == Role.OWNER


def test_one_of_two_owners_may_go(alice: User, token: str) -> None:
    person = accept(token, bob())
    invitations.change_role(Membership.objects.get(user=person), Role.OWNER)
    invitations.remove(Membership.objects.get(user=alice))
    assert [each.user for each in Membership.objects.all()] == [person]


def test_a_password_shows_in_no_repr() -> None:
    assert PASSWORD not in repr(bob())
