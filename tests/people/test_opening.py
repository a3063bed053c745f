"""The first start: one owner, one workspace, once."""

import pytest

from parvis.people.models import Membership, Role, User, Workspace
from parvis.people.verbs import AlreadyOpened, Opening, is_first_start, open_desk, workspace_of

OPENING = Opening(
    name="Alice",
    email="alice@example.org",
    password="forty second-hand booksellers",
    workspace="Librairie Ponts",
    time_zone="Europe/Paris",
    language="fr",
)
pytestmark = pytest.mark.django_db


def test_a_new_desk_has_nobody_and_no_default_password() -> None:
    assert is_first_start()
    assert not User.objects.exists()


def test_opening_makes_the_owner_and_the_workspace() -> None:
    alice = open_desk(OPENING)
    workspace = workspace_of(alice)
    assert (workspace.name, workspace.time_zone, workspace.language) == (
        "Librairie Ponts",
        "Europe/Paris",
        "fr",
    )
    assert Membership.objects.get(user=alice).role == Role.OWNER
    assert alice.check_password(OPENING.password)


def test_a_desk_is_opened_once() -> None:
    open_desk(OPENING)
    with pytest.raises(AlreadyOpened):
        open_desk(OPENING)
    assert Workspace.objects.count() == 1


def test_the_password_shows_nowhere() -> None:
    alice = open_desk(OPENING)
    assert OPENING.password not in repr(OPENING)
    assert OPENING.password not in str(User.objects.filter(pk=alice.pk).values().get())
