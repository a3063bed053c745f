"""Completions come from the workspace's own posts, and mentions from those of the account."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.compose.content import Said
from parvis.connections.models import Account
from parvis.people.models import Workspace
from parvis.report.completions import completions_for
from parvis.report.emoji_names import USUAL, named_emoji
from tests.cast import draft

pytestmark = pytest.mark.django_db


def test_the_most_used_hashtag_comes_first_as_it_is_mostly_written(ponts: Account) -> None:
    for text in ("#Books", "#Books #fair", "#books"):
        draft(ponts, text=text)
    assert completions_for(ponts.workspace, []).hashtags == ("#Books", "#fair")


def test_hashtags_of_threads_and_comments_are_known_too(ponts: Account) -> None:
    draft(ponts, text="", thread=("#late",), first_comment="#last")
    assert set(completions_for(ponts.workspace, []).hashtags) == {"#late", "#last"}


def test_mentions_are_those_of_the_accounts_own_posts(
    ponts: Account, ponts_mastodon: Account
) -> None:
    draft(ponts, text="@bob.example.org")
    draft(ponts_mastodon, text="@charlie@example.org")
    draft(ponts, ponts_mastodon, text="", said={ponts.pk: Said(text="@alice.example.org")})
    known = completions_for(ponts.workspace, [ponts.pk]).mentions
    assert set(known) == {"@bob.example.org", "@alice.example.org"}
    assert completions_for(ponts.workspace, [ponts_mastodon.pk]).mentions == (
        "@charlie@example.org",
    )


def test_another_workspaces_words_are_not_offered(ponts: Account) -> None:
    draft(ponts, text="#ours")
    other = Workspace.objects.create(name="Bob", time_zone="Europe/Paris")
    assert completions_for(other, [ponts.pk]).hashtags == ()


def test_the_number_of_queries_does_not_grow_with_the_posts(ponts: Account) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            completions_for(ponts.workspace, [ponts.pk])
        return len(asked)

    draft(ponts, text="#one")
    before = queries()
    for number in range(5):
        draft(ponts, text=f"#tag{number}x @bob.example.org")
    assert queries() == before == 2


@pytest.mark.parametrize(("language", "name"), [("en", "books"), ("fr", "livres")])
def test_emoji_are_named_in_the_readers_language(language: str, name: str) -> None:
    assert dict(named_emoji(language))["📚"] == name


def test_each_usual_emoji_has_a_name_and_none_is_there_twice() -> None:
    signs = [sign for sign, _ in named_emoji("fr")]
    assert signs[: len(USUAL)] == list(USUAL)
    assert len(set(signs)) == len(signs)
    assert all(name for _, name in named_emoji("fr"))
