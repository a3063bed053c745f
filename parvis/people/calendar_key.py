"""The key that opens a workspace's calendar to programs that cannot sign in.

It reads the texts of posts and nothing else, and is of no use once it was renewed or removed.
"""

import secrets
from hmac import compare_digest

from parvis.people.models import Workspace


def renew_calendar_key(workspace: Workspace) -> None:
    """Whoever knew the one before is shut out."""
    _keep(workspace, secrets.token_urlsafe(32))


def remove_calendar_key(workspace: Workspace) -> None:
    _keep(workspace, "")


def workspace_opened_by(key: str) -> Workspace | None:
    """Every key is compared, each in the same time, so that nothing is learnt from how long a
    wrong one takes."""
    opened = None
    for workspace in Workspace.objects.exclude(calendar_key="").order_by("pk"):
        if compare_digest(workspace.calendar_key.encode(), key.encode()):
            opened = workspace
    return opened


def _keep(workspace: Workspace, key: str) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(calendar_key=key)
    workspace.calendar_key = key
