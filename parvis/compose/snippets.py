"""Texts that are used again: put in where the writer wants them, or, as signatures, below."""

from collections.abc import Mapping

from parvis.compose.models import Snippet
from parvis.people.models import Workspace


class NameTaken(Exception):
    """Another snippet of the workspace has this name. Nothing was changed."""


class SignedAlready(Exception):
    """The account, or all that have none of their own, has the signature `other` already."""

    def __init__(self, other: Snippet) -> None:
        super().__init__(f"snippet {other.pk} is the signature already")
        self.other = other


def keep_snippet(snippet: Snippet) -> Snippet:
    """Stores a new or a changed one. Raises NameTaken or SignedAlready."""
    others = Snippet.objects.filter(workspace=snippet.workspace_id).exclude(pk=snippet.pk)
    if others.filter(name=snippet.name).exists():
        raise NameTaken
    if snippet.is_signature and (other := _signature(snippet)):
        raise SignedAlready(other)
    snippet.save()
    return snippet


def delete_snippet(snippet: Snippet) -> None:
    """Posts that are scheduled keep what they say: it was fixed when they were handed over."""
    snippet.delete()


def snippets_of(workspace: Workspace) -> list[Snippet]:
    return list(Snippet.objects.filter(workspace=workspace).select_related("account"))


def signatures_of(workspace_id: int) -> Mapping[int | None, str]:
    """By account; None for accounts that have none of their own."""
    found = Snippet.objects.filter(workspace=workspace_id, is_signature=True)
    return dict(found.values_list("account_id", "text"))


def _signature(like: Snippet) -> Snippet | None:
    found = Snippet.objects.filter(
        workspace=like.workspace_id, is_signature=True, account=like.account
    )
    return found.exclude(pk=like.pk).first()
