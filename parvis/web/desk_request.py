"""A request as the desk's middleware hands it to a view of somebody who has signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from parvis.people.models import Membership, Role, User, Workspace


class DeskRequest(HttpRequest):
    user: User
    workspace: Workspace
    membership: Membership
    htmx: HtmxDetails


def is_an_owners(request: HttpRequest) -> bool:
    """Whether somebody has signed in who looks after accounts, people and settings."""
    membership: Membership | None = getattr(request, "membership", None)
    return membership is not None and membership.role == Role.OWNER
