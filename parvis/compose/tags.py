"""The tags of a workspace."""

from django.db import IntegrityError, transaction

from parvis.compose.campaigns import NameTaken
from parvis.compose.models import Tag
from parvis.people.models import Workspace


def tag_named(workspace: Workspace, name: str) -> Tag:
    """Whatever its capitals; it comes into being by being used."""
    written = name.strip()
    known = Tag.objects.filter(workspace=workspace, name__iexact=written).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return Tag.objects.create(workspace=workspace, name=written)
    except IntegrityError:
        # Somebody else has made it a moment ago.
        return Tag.objects.get(workspace=workspace, name__iexact=written)


def rename_tag(tag: Tag, name: str) -> None:
    """Raises NameTaken."""
    tag.name = name.strip()
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        raise NameTaken from error


def forget_tag(tag: Tag) -> None:
    """Its posts stay."""
    tag.delete()
