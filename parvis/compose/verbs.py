"""What can be done about posts before they are handed over to delivery."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models.functions import Now

from parvis.compose.content import Content, content_of
from parvis.compose.media import as_image
from parvis.compose.models import Media, Post, PostMedia, Variant, Version
from parvis.compose.validation import Review, review
from parvis.connections.models import Account
from parvis.networks.contract import Part, Visibility
from parvis.people.models import User, Workspace


class ChangedElsewhere(Exception):
    """Another tab has saved since. What this one typed is kept as `version`."""

    def __init__(self, post: Post, version: Version) -> None:
        super().__init__(f"post {post.pk} is at revision {post.revision}")
        self.post = post
        self.version = version


class NoLongerADraft(Exception):
    """The post was handed over. What was typed is kept as `version`."""

    def __init__(self, post: Post, version: Version | None = None) -> None:
        super().__init__(f"post {post.pk} is not a draft")
        self.post = post
        self.version = version


def start_draft(workspace: Workspace, author: User | None, content: Content) -> Post:
    with transaction.atomic():
        post = Post.objects.create(workspace=workspace, author=author)
        _write(post, content)
        return post


def save_draft(
    post: Post, content: Content, *, base_revision: int, saved_by: User | None, tab: str = ""
) -> Post:
    """Stores the content if nobody has saved since `base_revision`.

    Raises ChangedElsewhere or NoLongerADraft once what was typed is safe as a version.
    """
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        if current.is_draft and current.revision == base_revision:
            current.revision += 1
            _write(current, content)
            return current
        version = _keep_version(current, content, saved_by, tab)
    if current.is_draft:
        raise ChangedElsewhere(current, version)
    raise NoLongerADraft(current, version)


def use_version(version: Version, used_by: User | None) -> Post:
    """Puts a version in the place of the draft's content, which is kept as a version in turn."""
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=version.post_id)
        if not post.is_draft:
            raise NoLongerADraft(post)
        _keep_version(post, content_of(post), used_by, tab="")
        post.revision += 1
        _write(post, Content.from_json(version.content))
        version.delete()
        return post


def duplicate(post: Post, author: User | None) -> Post:
    """A new draft with the same content, on the accounts that are still connected."""
    content = content_of(post)
    usable = set(
        Account.objects.filter(pk__in=content.said)
        .exclude(sealed_tokens=None)
        .values_list("pk", flat=True)
    )
    kept = {account_id: text for account_id, text in content.said.items() if account_id in usable}
    return start_draft(post.workspace, author, replace(content, said=kept))


def discard_draft(post: Post) -> None:
    """Takes a draft off the desk; it can be put back with `restore_draft`."""
    discarded = Post.objects.filter(pk=post.pk, handed_over_at=None).update(deleted_at=Now())
    if not discarded:
        raise NoLongerADraft(post)


def restore_draft(post: Post) -> None:
    Post.objects.filter(pk=post.pk).update(deleted_at=None)


def part_for(variant: Variant) -> Part:
    """What this account will say, as its network module takes it."""
    post = variant.post
    return Part(
        text=variant.said_text,
        images=tuple(as_image(used.media, used.alt) for used in post.used_media.all()),
        language=post.language,
        content_warning=post.content_warning,
        visibility=Visibility(post.visibility) if post.visibility else None,
    )


def review_post(post: Post) -> Mapping[Variant, Review]:
    variants = post.variants.select_related("account", "post").all()
    return {variant: review(part_for(variant), variant.account.traits) for variant in variants}


def _write(post: Post, content: Content) -> None:
    post.text = content.text
    post.language = content.language
    post.content_warning = content.content_warning
    post.visibility = content.visibility
    post.save()
    _write_media(post, content)
    _write_variants(post, content)


def _write_media(post: Post, content: Content) -> None:
    own = set(
        Media.objects.filter(
            workspace=post.workspace_id, pk__in=[used.media_id for used in content.media]
        ).values_list("pk", flat=True)
    )
    post.used_media.all().delete()
    PostMedia.objects.bulk_create(
        PostMedia(post=post, media_id=used.media_id, position=position, alt=used.alt)
        for position, used in enumerate(content.media)
        if used.media_id in own
    )


def _write_variants(post: Post, content: Content) -> None:
    own = Account.objects.filter(workspace=post.workspace_id, pk__in=content.said)
    post.variants.all().delete()
    Variant.objects.bulk_create(
        Variant(post=post, account=account, text=content.said[account.pk]) for account in own
    )


def _keep_version(post: Post, content: Content, saved_by: User | None, tab: str) -> Version:
    if not tab:
        return Version.objects.create(post=post, content=content.to_json(), saved_by=saved_by)
    version, _ = Version.objects.update_or_create(
        post=post, tab=tab, defaults={"content": content.to_json(), "saved_by": saved_by}
    )
    return version
