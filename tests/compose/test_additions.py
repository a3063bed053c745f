"""Signatures and marks of links: previewed, counted and frozen alike."""

import pytest

from parvis.compose.content import Content, Said, content_of, ordered_tags
from parvis.compose.models import Campaign, Post, Snippet, Tag
from parvis.compose.snippets import NameTaken, SignedAlready, keep_snippet
from parvis.compose.verbs import duplicate, parts_of, save_draft
from parvis.connections.models import Account
from parvis.people.models import Workspace
from tests.cast import draft, scheduled

pytestmark = pytest.mark.django_db


def signature(workspace: Workspace, text: str, account: Account | None = None) -> Snippet:
    name = f"below {account}"
    kept = Snippet(workspace=workspace, name=name, text=text, is_signature=True, account=account)
    return keep_snippet(kept)


def texts(account: Account, **content: object) -> list[str]:
    said = Content(said={account.pk: Said()}, **content)  # type: ignore[arg-type]
    return [part.text for part in parts_of(account.workspace, said)[account]]


def test_the_accounts_own_signature_comes_before_the_one_of_all(
    ponts: Account, ponts_mastodon: Account
) -> None:
    signature(ponts.workspace, "Librairie Ponts")
    signature(ponts.workspace, "Ponts on Bluesky", ponts)
    assert texts(ponts, text="Open.") == ["Open.\n\nPonts on Bluesky"]
    assert texts(ponts_mastodon, text="Open.") == ["Open.\n\nLibrairie Ponts"]


def test_a_signature_stands_below_the_last_part_and_not_below_the_comment(ponts: Account) -> None:
    signature(ponts.workspace, "Librairie Ponts")
    said = texts(ponts, text="One", thread=("Two",), first_comment="Come early")
    assert said == ["One", "Two\n\nLibrairie Ponts", "Come early"]


def test_a_post_that_says_nothing_is_not_signed(ponts: Account) -> None:
    signature(ponts.workspace, "Librairie Ponts")
    assert texts(ponts, text=" ") == [" "]


def test_a_post_can_leave_the_signature_out(ponts: Account) -> None:
    signature(ponts.workspace, "Librairie Ponts")
    assert texts(ponts, text="Open.", signs=False) == ["Open."]


def test_what_goes_out_is_signed_and_its_links_are_marked(ponts: Account) -> None:
    signature(ponts.workspace, "https://ponts.example/")
    delivery = scheduled(ponts, text="See https://ponts.example/fair", utm={"source": "bluesky"})
    assert delivery.parts[0]["text"] == (
        "See https://ponts.example/fair?utm_source=bluesky"
        "\n\nhttps://ponts.example/?utm_source=bluesky"
    )


def test_a_campaigns_marks_go_into_the_links_of_its_posts(ponts: Account) -> None:
    fair = Campaign.objects.create(
        workspace=ponts.workspace, name="Fair", utm={"campaign": "fair", "medium": "social"}
    )
    said = texts(ponts, text="https://ponts.example/", campaign_id=fair.pk, utm={"medium": "own"})
    assert said == ["https://ponts.example/?utm_medium=own&utm_campaign=fair"]


def test_a_campaign_of_another_workspace_adds_nothing(ponts: Account, alice: object) -> None:
    other = Workspace.objects.create(name="Bob", time_zone="Europe/Paris")
    theirs = Campaign.objects.create(workspace=other, name="Fair", utm={"source": "bob"})
    post = draft(ponts, text="https://ponts.example/", campaign_id=theirs.pk)
    assert Post.objects.get(pk=post.pk).campaign is None
    assert texts(ponts, text="https://ponts.example/", campaign_id=theirs.pk) == [
        "https://ponts.example/"
    ]


def test_what_is_added_survives_saving_a_version_and_a_copy(ponts: Account) -> None:
    fair = Campaign.objects.create(workspace=ponts.workspace, name="Fair")
    marks = {"source": "shop"}
    post = draft(ponts, campaign_id=fair.pk, tags=("books", "fair"), utm=marks, signs=False)
    kept = content_of(Post.objects.get(pk=post.pk))
    assert (kept.campaign_id, kept.tags, kept.utm, kept.signs) == (
        fair.pk,
        ("books", "fair"),
        marks,
        False,
    )
    assert Content.from_json(kept.to_json()) == kept
    assert content_of(duplicate(post, None)).tags == ("books", "fair")


def test_a_tag_is_the_same_whatever_its_capitals(ponts: Account) -> None:
    draft(ponts, tags=("Books",))
    draft(ponts, tags=("books",))
    assert [tag.name for tag in Tag.objects.all()] == ["Books"]


def test_a_tag_that_was_half_typed_goes_and_one_that_others_have_stays(ponts: Account) -> None:
    draft(ponts, tags=("fair",))
    post = draft(ponts, tags=("fa", "fair"))
    save_draft(
        post,
        Content(text=post.text, said={ponts.pk: Said()}, tags=("fantasy",)),
        base_revision=post.revision,
        saved_by=None,
    )
    assert set(Tag.objects.values_list("name", flat=True)) == {"fair", "fantasy"}


def test_tags_are_ordered_and_each_is_there_once() -> None:
    assert ordered_tags(["b", "A", "B"]) == ("A", "b")


def test_one_account_has_one_signature(ponts: Account) -> None:
    first = signature(ponts.workspace, "One", ponts)
    with pytest.raises(SignedAlready) as refused:
        keep_snippet(
            Snippet(
                workspace=ponts.workspace,
                name="Two",
                text="Two",
                is_signature=True,
                account=ponts,
            )
        )
    assert refused.value.other == first


def test_two_snippets_of_one_name_are_refused(workspace: Workspace) -> None:
    keep_snippet(Snippet(workspace=workspace, name="Hours", text="9 to 5"))
    with pytest.raises(NameTaken):
        keep_snippet(Snippet(workspace=workspace, name="Hours", text="10 to 6"))
