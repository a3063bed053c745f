"""Who belongs to a workspace, and the links that still let somebody in."""

from dataclasses import dataclass
from datetime import datetime

from parvis.people.models import Membership, Role, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`last_seen_at` is when they last signed in; None before the first time."""

    membership_id: int
    user_id: int
    name: str
    email: str
    role: str
    last_seen_at: datetime | None

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def role_in_words(self) -> str:
        return str(Role(self.role).label)


def people_of(workspace: Workspace) -> tuple[Person, ...]:
    """Owners first, then by name."""
    memberships = Membership.objects.filter(workspace=workspace).select_related("user")
    people = (_person(membership) for membership in memberships)
    return tuple(sorted(people, key=lambda each: (not each.is_owner, each.name.casefold())))


def _person(membership: Membership) -> Person:
    return Person(
        membership_id=membership.pk,
        user_id=membership.user_id,
        name=membership.user.name,
        email=membership.user.email,
        role=membership.role,
        last_seen_at=membership.user.last_login,
    )
