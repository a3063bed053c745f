"""Drafts: kept, kept once, and never at the cost of what another tab typed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from parvis.compose.content import Content, Said, UsedMedia, content_of
from parvis.compose.models import Post, Version
from parvis.compose.verbs import (
    ChangedElsewhere,
    NoLongerADraft,
    discard_draft,
    duplicate,
    keep_aside,
    restore_draft,
    save_draft,
    start_draft,
    use_instead,
    use_version,
)
from parvis.connections.models import Account
from parvis.connections.verbs import disconnect
from parvis.deliver.verbs import database_now, schedule
from parvis.networks.part import Poll
from parvis.people.models import User, Workspace
from tests.cast import connect, draft, kept_picture

pytestmark = pytest.mark.django_db

HERE, THERE = "the tab here", "the tab there"


def save(post: Post, text: str, base: int, tab: str = "", turn: int = 0) -> Post:
    return save_draft(
        post, Content(text=text), base_revision=base, saved_by=None, tab=tab, turn=turn
    )


@pytest.fixture
def post(workspace: Workspace, alice: User) -> Post:
    return start_draft(workspace, alice, Content(text="The square"))


def test_a_draft_comes_back_as_it_was_written(
    workspace: Workspace, alice: User, ponts: Account, ponts_mastodon: Account
) -> None:
    stalls = kept_picture(workspace)
    written = Content(
        text="The square reopens.\n\nCome early.",
        thread=("Bring boots.", "", "And a bag."),
        first_comment="More on ponts.example",
        splits=True,
        poll=Poll(options=("Yes", "No", ""), minutes=95, multiple_choice=True),
        language="fr",
        content_warning="books",
        visibility="unlisted",
        media=(UsedMedia(media_id=stalls.pk, alt="Stalls at dawn", part=2),),
        said={
            ponts.pk: Said(reply_setting="nobody", format="story", visibility="public"),
            ponts_mastodon.pk: Said(text="Said otherwise"),
        },
        planned_at=database_now() + timedelta(days=2),
    )
    post = start_draft(workspace, alice, written)
    assert content_of(Post.objects.get(pk=post.pk)) == written
    assert Content.from_json(written.to_json()) == written


def test_a_save_counts_a_revision(post: Post) -> None:
    assert save(post, "The square reopens", base=1).revision == 2


def test_a_save_without_a_change_is_no_new_revision(post: Post) -> None:
    assert save(post, "The square", base=1).revision == 1


def test_a_stale_save_is_told_and_what_it_typed_is_kept(post: Post) -> None:
    save(post, "Said there", base=1, tab=THERE, turn=1)
    with pytest.raises(ChangedElsewhere) as changed:
        save(post, "Said here", base=1, tab=HERE, turn=1)
    assert changed.value.post.text == "Said there"
    assert changed.value.version.content["text"] == "Said here"


def test_a_stale_tab_that_goes_on_typing_keeps_one_version(post: Post) -> None:
    save(post, "Said there", base=1, tab=THERE, turn=1)
    for turn, text in enumerate(("S", "Sa", "Said here"), start=1):
        with pytest.raises(ChangedElsewhere):
            save(post, text, base=1, tab=HERE, turn=turn)
    assert [version.content["text"] for version in post.versions.all()] == ["Said here"]


def test_a_stale_save_that_says_the_same_is_no_conflict(post: Post) -> None:
    save(post, "Said twice", base=1, tab=THERE, turn=1)
    assert save(post, "Said twice", base=1, tab=HERE, turn=1).revision == 2
    assert not post.versions.exists()


def test_a_tab_whose_answer_was_lost_may_go_on_from_what_it_knew(post: Post) -> None:
    save(post, "The answer to this save is lost", base=1, tab=HERE, turn=1)
    assert save(post, "So the next is based on 1, too", base=1, tab=HERE, turn=2).revision == 3
    assert not post.versions.exists()


def test_a_save_overtaken_by_a_later_one_of_its_tab_changes_nothing(post: Post) -> None:
    save(post, "The later one", base=1, tab=HERE, turn=2)
    assert save(post, "The late", base=1, tab=HERE, turn=1).text == "The later one"
    assert not post.versions.exists()


def test_a_tab_is_told_once_another_has_saved_between_its_saves(post: Post) -> None:
    save(post, "One here", base=1, tab=HERE, turn=1)
    save(post, "Two there", base=2, tab=THERE, turn=1)
    with pytest.raises(ChangedElsewhere):
        save(post, "Three here", base=2, tab=HERE, turn=2)
    save(post, "Three there", base=3, tab=THERE, turn=2)
    with pytest.raises(ChangedElsewhere):
        save(post, "Four here", base=2, tab=HERE, turn=3)


def test_a_tab_is_told_of_what_came_between_although_it_saved_last_itself(post: Post) -> None:
    save(post, "One here", base=1, tab=HERE, turn=1)
    save(post, "Two there", base=2, tab=THERE, turn=1)
    save(post, "Three here", base=3, tab=HERE, turn=2)
    with pytest.raises(ChangedElsewhere):
        save(post, "Four here, knowing nothing of two", base=2, tab=HERE, turn=3)


def test_a_page_without_scripts_that_went_back_is_told(post: Post) -> None:
    save(post, "Kept", base=1, tab=HERE)
    with pytest.raises(ChangedElsewhere):
        save(post, "Typed after going back", base=1, tab=HERE)


def test_a_tab_starts_one_draft_however_often_its_first_save_arrives(
    workspace: Workspace, alice: User
) -> None:
    first = start_draft(workspace, alice, Content(text="Fir"), tab=HERE, turn=1)
    again = start_draft(workspace, alice, Content(text="First"), tab=HERE, turn=2)
    assert (again.pk, again.text) == (first.pk, "First")
    assert Post.objects.count() == 1


def test_using_mine_keeps_the_others(post: Post, alice: User) -> None:
    save(post, "Theirs", base=1, tab=THERE, turn=1)
    used = use_instead(post, Content(text="Mine"), alice, HERE)
    assert used.text == "Mine"
    assert [version.content["text"] for version in used.versions.all()] == ["Theirs"]


def test_a_tab_that_was_overruled_is_told(post: Post, alice: User) -> None:
    save(post, "Theirs", base=1, tab=THERE, turn=1)
    use_instead(post, Content(text="Mine"), alice, HERE)
    with pytest.raises(ChangedElsewhere):
        save(post, "Theirs, longer", base=2, tab=THERE, turn=2)


def test_taking_the_others_keeps_mine_among_the_versions(post: Post, alice: User) -> None:
    save(post, "Theirs", base=1, tab=THERE, turn=1)
    keep_aside(post, Content(text="Mine"), alice, HERE)
    post.refresh_from_db()
    assert post.text == "Theirs"
    assert post.versions.get().content["text"] == "Mine"


def test_a_version_can_be_put_back_and_what_it_replaces_is_kept(post: Post, alice: User) -> None:
    version = keep_aside(post, Content(text="An older thought"), alice, HERE)
    assert use_version(version, alice).text == "An older thought"
    assert post.versions.get().content["text"] == "The square"


def test_a_scheduled_post_takes_no_save_but_keeps_what_was_typed(ponts: Account) -> None:
    post = draft(ponts, text="Out tomorrow")
    schedule(post, database_now() + timedelta(days=1))
    with pytest.raises(NoLongerADraft) as refused:
        save(post, "Typed too late", base=1)
    assert refused.value.version is not None
    assert refused.value.version.content["text"] == "Typed too late"
    post.refresh_from_db()
    assert post.text == "Out tomorrow"


def test_a_second_click_on_schedule_leaves_no_version(ponts: Account) -> None:
    post = draft(ponts, text="Out tomorrow")
    written = content_of(post)
    schedule(post, database_now() + timedelta(days=1))
    with pytest.raises(NoLongerADraft) as refused:
        save_draft(post, written, base_revision=1, saved_by=None)
    assert refused.value.version is None
    assert not Version.objects.exists()


def test_a_version_cannot_replace_what_was_handed_over(ponts: Account, alice: User) -> None:
    post = draft(ponts, text="Out tomorrow")
    version = keep_aside(post, Content(text="Older"), alice, HERE)
    schedule(post, database_now() + timedelta(days=1))
    with pytest.raises(NoLongerADraft):
        use_version(version, alice)


def test_a_copy_leaves_out_accounts_that_are_gone_and_the_time(
    ponts: Account, ponts_mastodon: Account, alice: User
) -> None:
    post = draft(ponts, ponts_mastodon, planned_at=database_now() + timedelta(days=1))
    disconnect(ponts_mastodon)
    copied = content_of(duplicate(post, alice))
    assert dict(copied.said) == {ponts.pk: Said()}
    assert copied.planned_at is None
    assert copied.text == post.text


def test_a_discarded_draft_can_be_put_back(post: Post) -> None:
    discard_draft(post)
    post.refresh_from_db()
    assert post.deleted_at is not None
    restore_draft(post)
    post.refresh_from_db()
    assert post.deleted_at is None


def test_what_was_handed_over_cannot_be_discarded(ponts: Account) -> None:
    post = draft(ponts)
    schedule(post, database_now() + timedelta(days=1))
    with pytest.raises(NoLongerADraft):
        discard_draft(post)


def test_pictures_and_accounts_of_another_workspace_are_not_taken(
    post: Post, workspace: Workspace
) -> None:

    other = Workspace.objects.create(name="Elsewhere", time_zone="UTC", language="en")
    stolen = Content(
        text="The square",
        media=(UsedMedia(media_id=kept_picture(other).pk),),
        said={connect(other, handle="bob.example.org").pk: Said()},
    )
    kept = content_of(save_draft(post, stolen, base_revision=1, saved_by=None))
    assert kept == replace(stolen, media=(), said={})


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_save_at_once_one_is_told(post: Post) -> None:
    def attempt(tab: str) -> str:
        try:
            save(post, f"Said by {tab}", base=1, tab=tab, turn=1)
            return "saved"
        except ChangedElsewhere:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, (HERE, THERE))) == ["saved", "told"]
    texts = {post.versions.get().content["text"], Post.objects.get(pk=post.pk).text}
    assert texts == {f"Said by {HERE}", f"Said by {THERE}"}


@pytest.mark.django_db(transaction=True)
def test_a_first_save_that_arrives_twice_at_once_makes_one_draft(
    workspace: Workspace, alice: User
) -> None:
    def start(turn: int) -> int:
        try:
            text = "Typed" if turn == 2 else "Type"
            return start_draft(workspace, alice, Content(text=text), tab=HERE, turn=turn).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert len(set(both.map(start, (1, 2)))) == 1
    assert Post.objects.get().text == "Typed"
