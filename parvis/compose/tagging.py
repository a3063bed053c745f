"""The tags of a post, which come into being by being used."""

from collections.abc import Sequence

from parvis.compose.models import Post, Tag


def tag_with(post: Post, names: Sequence[str]) -> None:
    """Exactly these; a tag that is known is meant whatever its capitals."""
    if not names:
        post.tags.clear()
        return
    wanted = {name.casefold() for name in names}
    known = [tag for tag in _tags_of(post) if tag.name.casefold() in wanted]
    missing = wanted - {tag.name.casefold() for tag in known}
    if missing:
        new = [
            Tag(workspace_id=post.workspace_id, name=n) for n in names if n.casefold() in missing
        ]
        # Another tab may have made one of them a moment ago.
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        known = [tag for tag in _tags_of(post) if tag.name.casefold() in wanted]
    post.tags.set(known)


def _tags_of(post: Post) -> list[Tag]:
    return list(Tag.objects.filter(workspace=post.workspace_id))
