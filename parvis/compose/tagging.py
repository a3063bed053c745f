"""The tags of a post, which come into being by being used."""

from collections.abc import Mapping, Sequence

from parvis.compose.models import Post, Tag


def tag_with(post: Post, names: Sequence[str]) -> None:
    """Exactly these; a tag that is known is meant whatever its capitals.

    A draft is kept while a tag is being typed: what it stops having goes, if nobody else has it.
    """
    had = {tag.name.casefold(): tag for tag in post.tags.all()}
    wanted = {name.casefold(): name for name in names}
    if had.keys() == wanted.keys():
        return
    post.tags.set(_made(post, wanted))
    gone = [tag.pk for folded, tag in had.items() if folded not in wanted]
    Tag.objects.filter(pk__in=gone, posts=None).delete()


def _made(post: Post, wanted: Mapping[str, str]) -> list[Tag]:
    known = _known(post, wanted)
    missing = [name for folded, name in wanted.items() if folded not in known]
    if missing:
        new = [Tag(workspace_id=post.workspace_id, name=name) for name in missing]
        # Another tab may have made one of them a moment ago.
        Tag.objects.bulk_create(new, ignore_conflicts=True)
        known = _known(post, wanted)
    return list(known.values())


def _known(post: Post, wanted: Mapping[str, str]) -> dict[str, Tag]:
    found = {tag.name.casefold(): tag for tag in Tag.objects.filter(workspace=post.workspace_id)}
    return {folded: tag for folded, tag in found.items() if folded in wanted}
