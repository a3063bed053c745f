"""Finding posts by their words."""

from typing import Any

import pytest

from parvis.compose.content import Said
from parvis.compose.models import Campaign, Post, Tag
from parvis.compose.search import found_by, words_hit
from parvis.connections.models import Account
from tests.cast import draft

pytestmark = pytest.mark.django_db


def found(question: str) -> list[int]:
    return sorted(found_by(Post.objects.all(), question).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Les bouquinistes reviennent à l’été", "été"),
        ("Les bouquinistes reviennent à l’été", "ETE"),
        ("Les bouquinistes reviennent à l’été", "bouquiniste"),
        ("Un cœur gros comme ça", "coeur ca"),
        ("The booksellers are reading", "bookseller reads"),
        ("Deux chevaux passent", "cheval"),
        ("🎉Books for all", "book"),
        ("Come “early”—bring a friend", "early bring"),
        ("La fête #parvis de @ponts", "parvis fete"),
        ("The square reopens on Saturday", '"square reopens"'),
        ("The square reopens", "square -market"),
    ],
)
def test_a_text_is_found_whatever_its_accents_and_endings(
    ponts: Account, text: str, question: str
) -> None:
    post = draft(ponts, text=text)
    assert found(question) == [post.pk]


@pytest.mark.parametrize("question", ["market", '"reopens square"', "square -saturdays", "-square"])
def test_a_text_that_does_not_fit_is_not_found(ponts: Account, question: str) -> None:
    draft(ponts, text="The square reopens on Saturday")
    assert found(question) == []


@pytest.mark.parametrize(
    "content",
    [
        {"thread": ("A second part with an aubergine",)},
        {"first_comment": "An aubergine, by the way"},
        {"content_warning": "aubergines"},
    ],
)
def test_every_text_of_a_post_is_searched(ponts: Account, content: dict[str, Any]) -> None:
    post = draft(ponts, **content)
    assert found("aubergine") == [post.pk]


def test_what_one_account_says_differently_is_found_until_it_says_the_same_again(
    ponts: Account,
) -> None:
    post = draft(ponts, said={ponts.pk: Said(text="Aubergines for Bluesky")})
    assert found("aubergine") == [post.pk]
    post.variants.update(text=None)
    assert found("aubergine") == []


def test_a_post_is_found_by_its_tag_and_by_the_new_name_of_it(ponts: Account) -> None:
    post = draft(ponts)
    tag = Tag.objects.create(workspace=ponts.workspace, name="Foire")
    post.tags.add(tag)
    assert found("foire") == [post.pk]
    Tag.objects.update(name="Salon")
    assert (found("foire"), found("salon")) == ([], [post.pk])
    post.tags.clear()
    assert found("salon") == []


def test_a_post_is_found_by_its_campaign_and_by_the_new_name_of_it(ponts: Account) -> None:
    post = draft(ponts)
    campaign = Campaign.objects.create(workspace=ponts.workspace, name="Rentrée")
    Post.objects.update(campaign=campaign)
    assert found("rentree") == [post.pk]
    Campaign.objects.update(name="Printemps")
    assert (found("rentree"), found("printemps")) == ([], [post.pk])


def test_a_post_that_is_removed_for_good_takes_its_words_along(ponts: Account) -> None:
    post = draft(ponts, said={ponts.pk: Said(text="Aubergines for Bluesky")})
    post.delete()
    assert found("aubergine") == []


def test_the_words_that_a_question_finds_are_told_and_not_those_it_leaves_out() -> None:
    texts = ["Les bouquinistes et leurs étés", "The market’s booksellers"]
    assert words_hit("été bookseller -market", texts) == {"etes", "booksellers"}
