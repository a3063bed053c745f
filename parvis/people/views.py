"""Searches that somebody comes back to."""

from django.db import IntegrityError, transaction

from parvis.people.models import SavedView, User, Workspace


class ViewNameTaken(Exception):
    """Another view of this person has the name. Nothing was changed."""


def keep_view(user: User, workspace: Workspace, name: str, query: str) -> SavedView:
    """Raises ViewNameTaken."""
    return _kept(SavedView(user=user, workspace=workspace, name=name, query=query))


def rename_view(view: SavedView, name: str) -> SavedView:
    """Raises ViewNameTaken."""
    view.name = name
    return _kept(view)


def forget_view(view: SavedView) -> None:
    view.delete()


def _kept(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewNameTaken from error
    return view
