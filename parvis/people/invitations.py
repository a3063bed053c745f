"""Letting somebody in by a signed link, and letting somebody go."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models.functions import Now

from parvis.people.models import Invitation, Membership, Role, User, Workspace

VALID_FOR = timedelta(days=7)
_SALT = "parvis.people.invitations"


class NotValid(Exception):
    """The link is damaged, older than seven days, used or withdrawn. Nothing was changed."""


class AddressTaken(Exception):
    """Somebody here signs in with this address already. Nothing was changed."""


class NotTheirPassword(Exception):
    """Somebody who was here before had this address, and another password."""


class LastOwner(Exception):
    """Nobody else could look after the desk. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What an invited person enters. `language` is "en" or "fr"."""

    name: str
    email: str
    password: str = field(repr=False)
    language: str


def invite(workspace: Workspace, role: Role, by: User) -> Invitation:
    return Invitation.objects.create(workspace=workspace, role=role, made_by=by)


def link_token(invitation: Invitation) -> str:
    """For the address that lets its bearer in; the same each time it is asked for."""
    moment = {"invitation": invitation.pk, "made": int(invitation.made_at.timestamp())}
    return signing.dumps(moment, salt=_SALT)


def open_invitations(workspace: Workspace) -> list[Invitation]:
    """Those that still let somebody in."""
    still = Invitation.objects.filter(workspace=workspace, made_at__gt=Now() - VALID_FOR)
    return list(still.select_related("made_by"))


def withdraw(workspace: Workspace, invitation_id: int) -> None:
    Invitation.objects.filter(workspace=workspace, pk=invitation_id).delete()


def invitation_behind(token: str) -> Invitation:
    """Raises NotValid."""
    try:
        named = signing.loads(token, salt=_SALT)
        return Invitation.objects.select_related("workspace", "made_by").get(
            pk=named["invitation"], made_at__gt=Now() - VALID_FOR
        )
    except (signing.BadSignature, KeyError, TypeError, Invitation.DoesNotExist):
        raise NotValid from None


@transaction.atomic
def accept(token: str, newcomer: Newcomer) -> User:
    """Uses the link up. Raises NotValid, AddressTaken or NotTheirPassword."""
    invitation = invitation_behind(token)
    if not Invitation.objects.select_for_update().filter(pk=invitation.pk).exists():
        raise NotValid
    person = _known_again(newcomer) or User.objects.create_user(
        newcomer.email, newcomer.password, name=newcomer.name, language=newcomer.language
    )
    Membership.objects.create(
        user=person, workspace=invitation.workspace, role=Role(invitation.role)
    )
    invitation.delete()
    return person


def change_role(membership: Membership, role: Role) -> None:
    """Raises LastOwner."""
    with transaction.atomic():
        if role != Role.OWNER:
            _refuse_to_lose_the_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).update(role=role)


def remove(membership: Membership) -> None:
    """What they wrote stays, with their name. They are signed out everywhere at once. Raises
    LastOwner."""
    with transaction.atomic():
        _refuse_to_lose_the_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).delete()
        if not Membership.objects.filter(user=membership.user_id).exists():
            User.objects.filter(pk=membership.user_id).update(is_active=False)


def _refuse_to_lose_the_last_owner(membership: Membership) -> None:
    """Two owners who remove each other at once wait for one another here."""
    owners = Membership.objects.select_for_update().filter(
        workspace=membership.workspace_id, role=Role.OWNER
    )
    if {owner.pk for owner in owners.order_by("pk")} == {membership.pk}:
        raise LastOwner


def _known_again(newcomer: Newcomer) -> User | None:
    """Who was let go comes back as themselves, and as nobody else: their password tells."""
    known = User.objects.select_for_update().filter(email__iexact=newcomer.email).first()
    if known is None:
        return None
    if known.is_active:
        raise AddressTaken
    if not known.check_password(newcomer.password):
        raise NotTheirPassword
    known.name, known.language, known.is_active = newcomer.name, newcomer.language, True
    known.save(update_fields=["name", "language", "is_active"])
    return known
