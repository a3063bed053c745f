"""What can be done about people."""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models.functions import Now

from parvis.people.models import Membership, Role, User, Workspace


class AlreadyOpened(Exception):
    """Somebody has already made the owner's account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the first page asks for. `language` is "en" or "fr", `time_zone` an IANA name."""

    name: str
    email: str
    password: str = field(repr=False)
    workspace: str
    time_zone: str
    language: str


def is_first_start() -> bool:
    return not User.objects.exists()


@transaction.atomic
def open_desk(opening: Opening) -> User:
    """Makes the owner and the workspace, once: two browsers on the first page cannot both win."""
    _wait_for_other_openings()
    if not is_first_start():
        raise AlreadyOpened
    owner = User.objects.create_user(
        opening.email, opening.password, name=opening.name, language=opening.language
    )
    workspace = Workspace.objects.create(
        name=opening.workspace, time_zone=opening.time_zone, language=opening.language
    )
    Membership.objects.create(user=owner, workspace=workspace, role=Role.OWNER)
    return owner


def workspace_of(user: User) -> Workspace:
    return Workspace.objects.filter(members=user).earliest("pk")


def membership_of(user: User) -> Membership:
    """The one that opened the desk, with its workspace."""
    of_theirs = Membership.objects.filter(user=user).select_related("workspace")
    return of_theirs.earliest("workspace_id")


def only_workspace() -> Workspace | None:
    """The workspace that a command means when it names none."""
    return Workspace.objects.order_by("pk").first()


def pause_all(workspace: Workspace) -> None:
    """Nothing goes out of any account until it is resumed. What is being sent just now ends."""
    Workspace.objects.filter(pk=workspace.pk, paused_at=None).update(paused_at=Now())


def resume_all(workspace: Workspace) -> None:
    """deliver.pausing.resume_all holds what became due meanwhile: ask for that one. An account that
    was paused by itself stays so."""
    Workspace.objects.filter(pk=workspace.pk).update(paused_at=None)


def _wait_for_other_openings() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('parvis.people.open_desk'))")
