"""What can be done about posts before they are handed over to delivery."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from parvis.compose.additions import Additions, additions_of
from parvis.compose.circumstances import about_the_company, findings_about
from parvis.compose.content import Content, Said, content_of, poll_to_json, said_of
from parvis.compose.media import as_media_file
from parvis.compose.media_words import remember_descriptions
from parvis.compose.models import Campaign, Media, Post, PostMedia, Variant, Version
from parvis.compose.parts import Added, about_the_thread, parts_said
from parvis.compose.tagging import tag_with
from parvis.compose.validation import Review, review
from parvis.connections.models import Account
from parvis.networks.part import Part
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


def start_draft(
    workspace: Workspace, author: User | None, content: Content, *, tab: str = "", turn: int = 0
) -> Post:
    """A tab starts one draft, however often its first save arrives.

    Raises what `save_draft` raises when the tab's draft exists already and has moved on.
    """
    with transaction.atomic():
        post, is_new = _begun_in(workspace, author, tab)
        if is_new:
            post.tab, post.tab_turn = tab, turn
            _write(post, content)
            return post
    return save_draft(post, content, base_revision=0, saved_by=author, tab=tab, turn=turn)


def save_draft(
    post: Post,
    content: Content,
    *,
    base_revision: int,
    saved_by: User | None,
    tab: str = "",
    turn: int = 0,
) -> Post:
    """Stores the content if nobody else has saved since `base_revision`.

    `turn` counts the saves of `tab`, so that one that was overtaken by a later one, or whose
    answer was lost, is not taken for somebody else's; 0 is for tabs that do not count.
    Raises ChangedElsewhere or NoLongerADraft once what was typed is safe as a version.
    """
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        if _holds_already(current, content, tab, turn):
            return current
        if current.is_draft and _is_next(current, base_revision, tab, turn):
            _take_turn(current, tab, turn)
            _write(current, content)
            return current
        refusal = _refusal(current, content, saved_by, tab)
    raise refusal


def keep_aside(post: Post, content: Content, saved_by: User | None, tab: str) -> Version:
    """Keeps what a tab typed among the versions and leaves the draft as it is."""
    return _keep_version(post, content, saved_by, tab)


def use_instead(post: Post, content: Content, used_by: User | None, tab: str) -> Post:
    """Puts what a tab typed in the place of what another one saved, which becomes a version."""
    return use_version(keep_aside(post, content, used_by, tab), used_by)


def use_version(version: Version, used_by: User | None) -> Post:
    """Puts a version in the place of the draft's content, which is kept as a version in turn."""
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=version.post_id)
        if not post.is_draft:
            raise NoLongerADraft(post)
        _keep_version(post, content_of(post), used_by, tab="")
        _take_turn(post, tab="", turn=0)
        _write(post, Content.from_json(version.content))
        version.delete()
        return post


def duplicate(post: Post, author: User | None, *, only: Account | None = None) -> Post:
    """A new draft with the same content, on the accounts that are still connected.

    `only` leaves the others out: on them the post went out already.
    """
    content = content_of(post)
    wanted = content.said if only is None else {only.pk}
    connected = Account.objects.filter(pk__in=wanted).exclude(sealed_tokens=None)
    usable = set(connected.values_list("pk", flat=True))
    kept = {account_id: said for account_id, said in content.said.items() if account_id in usable}
    return start_draft(post.workspace, author, replace(content, said=kept, planned_at=None))


def plan(post: Post, at: datetime | None) -> Post:
    """Gives a draft another moment to go out at, or none. A tab that has it open is told so when
    it saves. Raises NoLongerADraft."""
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        if not current.is_draft:
            raise NoLongerADraft(current)
        _take_turn(current, tab="", turn=0)
        current.planned_at = at
        current.save()
        return current


def discard_draft(post: Post) -> None:
    """Takes a draft off the desk; it can be put back with `restore_draft`."""
    discarded = Post.objects.filter(pk=post.pk, handed_over_at=None).update(deleted_at=Now())
    if not discarded:
        raise NoLongerADraft(post)


def restore_draft(post: Post) -> None:
    Post.objects.filter(pk=post.pk, handed_over_at=None).update(deleted_at=None)


def parts_for(variant: Variant, content: Content | None = None) -> tuple[Part, ...]:
    """What this account will say, as its network module takes it."""
    content = content or content_of(variant.post)
    used = variant.post.used_media.select_related("media")
    placed = [(entry.part, as_media_file(entry.media, entry.alt)) for entry in used]
    additions = additions_of(variant.post.workspace_id, content)
    added = Added(utm=additions.utm, signature=additions.signature_of(variant.account_id))
    return parts_said(content, said_of(variant), placed, variant.account.traits, added)


def parts_of(
    workspace: Workspace, content: Content, additions: Additions | None = None
) -> dict[Account, tuple[Part, ...]]:
    """What each chosen account would say, also before anything of it is saved. `additions` are
    for who has asked for them already."""
    kept = Media.objects.filter(workspace=workspace).in_bulk(
        [used.media_id for used in content.media]
    )
    placed = [
        (used.part, as_media_file(kept[used.media_id], used.alt))
        for used in content.media
        if used.media_id in kept
    ]
    accounts = Account.objects.filter(workspace=workspace, pk__in=content.said)
    additions = additions or additions_of(workspace.pk, content)
    added = {
        account: Added(utm=additions.utm, signature=additions.signature_of(account.pk))
        for account in accounts
    }
    return {
        account: parts_said(
            content, content.said[account.pk], placed, account.traits, added[account]
        )
        for account in accounts
    }


def review_parts(
    parts: Sequence[Part], account: Account, planned_at: datetime | None = None
) -> Review:
    """What stands in the way of this account saying this, its connection included."""
    found = review(parts, account.traits)
    about_account = tuple(findings_about(account, parts, planned_at))
    return replace(found, findings=(*about_account, *found.findings))


def review_said(
    content: Content, account: Account, parts: Sequence[Part], beside: Iterable[Account] = ()
) -> Review:
    """As `review_parts`, and what became of the thread where this account has none. `beside` are
    the accounts that the post goes to."""
    found = review_parts(parts, account, content.planned_at)
    said = content.said.get(account.pk, Said())
    about_thread = tuple(about_the_thread(content, said, account.traits))
    company = about_the_company(account, beside)
    return replace(found, findings=(*company, *found.findings, *about_thread))


def _begun_in(workspace: Workspace, author: User | None, tab: str) -> tuple[Post, bool]:
    if not tab:
        return Post.objects.create(workspace=workspace, author=author), True
    return Post.objects.get_or_create(
        workspace=workspace, started_in_tab=tab, defaults={"author": author}
    )


def _holds_already(post: Post, content: Content, tab: str, turn: int) -> bool:
    if not post.is_draft:
        return False
    overtaken = bool(tab) and post.tab == tab and 0 < turn < post.tab_turn
    return overtaken or content == content_of(post)


def _is_next(post: Post, base_revision: int, tab: str, turn: int) -> bool:
    alone = turn > 0 and bool(tab) and post.tab == tab
    return base_revision == post.revision or (alone and base_revision >= post.tab_alone_since)


def _take_turn(post: Post, tab: str, turn: int) -> None:
    if not tab or post.tab != tab:
        post.tab_alone_since = post.revision
    post.tab, post.tab_turn = tab, turn
    post.revision += 1


def _refusal(
    post: Post, content: Content, saved_by: User | None, tab: str
) -> ChangedElsewhere | NoLongerADraft:
    if post.is_draft:
        return ChangedElsewhere(post, _keep_version(post, content, saved_by, tab))
    if content.says_the_same_as(content_of(post)):
        # A second click on "Schedule" loses nothing: what it carries has been handed over.
        return NoLongerADraft(post)
    return NoLongerADraft(post, _keep_version(post, content, saved_by, tab))


def _write(post: Post, content: Content) -> None:
    post.text = content.text
    post.thread = list(content.thread)
    post.first_comment = content.first_comment
    post.splits = content.splits
    post.poll = poll_to_json(content.poll)
    post.language = content.language
    post.content_warning = content.content_warning
    post.visibility = content.visibility
    post.planned_at = content.planned_at
    post.lateness_allowed = content.lateness_allowed
    post.campaign = _campaign(post, content)
    post.utm = dict(content.utm)
    post.signs = content.signs
    post.save()
    tag_with(post, content.tags)
    _write_media(post, content)
    _write_variants(post, content)


def _campaign(post: Post, content: Content) -> Campaign | None:
    if content.campaign_id is None:
        return None
    return Campaign.objects.filter(workspace=post.workspace_id, pk=content.campaign_id).first()


def _write_media(post: Post, content: Content) -> None:
    own = set(
        Media.objects.filter(
            workspace=post.workspace_id, pk__in=[used.media_id for used in content.media]
        ).values_list("pk", flat=True)
    )
    before = dict(post.used_media.values_list("media_id", "alt"))
    remember_descriptions(post.workspace, content.media, before)
    post.used_media.all().delete()
    PostMedia.objects.bulk_create(
        PostMedia(
            post=post, media_id=used.media_id, part=used.part, position=position, alt=used.alt
        )
        for position, used in enumerate(content.media)
        if used.media_id in own
    )


def _write_variants(post: Post, content: Content) -> None:
    own = Account.objects.filter(workspace=post.workspace_id, pk__in=content.said)
    post.variants.all().delete()
    Variant.objects.bulk_create(
        Variant(post=post, account=account, **asdict(content.said[account.pk])) for account in own
    )


def _keep_version(post: Post, content: Content, saved_by: User | None, tab: str) -> Version:
    if not tab:
        return Version.objects.create(post=post, content=content.to_json(), saved_by=saved_by)
    version, _ = Version.objects.update_or_create(
        post=post, tab=tab, defaults={"content": content.to_json(), "saved_by": saved_by}
    )
    return version
