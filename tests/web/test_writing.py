"""Snippets, campaigns, tags and link marks at the desk, and what the composer's scripts ask for."""

from typing import Any

import pytest
from django.test import Client

from parvis.compose.models import Campaign, Post, Snippet
from parvis.connections.models import Account
from parvis.people.models import Workspace
from tests.cast import draft
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


def sent(account: Account, **more: Any) -> dict[str, Any]:
    return {"text": "Open.", "account": account.pk, "revision": 0, "tab": "a", "turn": 1, **more}


def snippet(workspace: Workspace, **more: Any) -> Snippet:
    return Snippet.objects.create(
        workspace=workspace, **{"name": "Hours", "text": "9 to 5", **more}
    )


def test_a_snippet_is_kept_changed_and_deleted(desk: Client, workspace: Workspace) -> None:
    desk.post("/settings/snippets/", {"name": "Hours", "text": "9 to 5"})
    kept = Snippet.objects.get()
    desk.post(f"/settings/snippets/{kept.pk}/", {"name": "Hours", "text": "10 to 6"})
    assert "10 to 6" in desk.get("/settings/snippets/").content.decode()
    desk.post(f"/settings/snippets/{kept.pk}/delete/")
    assert not Snippet.objects.exists()


def test_a_name_that_is_taken_is_answered_with_a_sentence(
    desk: Client, workspace: Workspace
) -> None:
    snippet(workspace)
    answer = desk.post("/settings/snippets/", {"name": "Hours", "text": "10 to 6"})
    assert answer.status_code == 422
    assert "Another snippet has this name." in answer.content.decode()
    assert "10 to 6" in answer.content.decode()


def test_a_second_signature_of_an_account_is_refused(desk: Client, ponts: Account) -> None:
    snippet(ponts.workspace, name="Below", is_signature=True, account=ponts)
    again = {"name": "More", "text": "x", "is_signature": "on", "account": ponts.pk}
    answer = desk.post("/settings/snippets/", again)
    assert "“Below” is the signature here." in answer.content.decode()
    assert Snippet.objects.count() == 1


def test_a_snippet_of_another_workspace_is_not_found(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob", time_zone="Europe/Paris")
    theirs = snippet(other)
    assert desk.get(f"/settings/snippets/{theirs.pk}/").status_code == 404
    assert desk.post(f"/settings/snippets/{theirs.pk}/delete/").status_code == 404
    assert Snippet.objects.filter(pk=theirs.pk).exists()


def test_the_list_of_snippets_asks_as_often_however_many_there_are(
    desk: Client, ponts: Account
) -> None:
    snippet(ponts.workspace, name="A")
    before = queries(desk, "/settings/snippets/")
    for name in "BCD":
        snippet(ponts.workspace, name=name, is_signature=True, account=ponts)
    assert queries(desk, "/settings/snippets/") == before


def test_without_scripts_a_snippet_goes_below_the_text(desk: Client, ponts: Account) -> None:
    hours = snippet(ponts.workspace)
    desk.post("/write/keep/", sent(ponts, arrange="snippet", snippet=hours.pk))
    assert Post.objects.get().text == "Open.\n\n9 to 5"


def test_campaign_tags_marks_and_signature_are_kept_with_the_draft(
    desk: Client, ponts: Account
) -> None:
    fair = Campaign.objects.create(workspace=ponts.workspace, name="Fair")
    belongs = {
        "campaign": fair.pk,
        "tags": "books,  #spring fair , Books",
        "utm_source": " shop ",
        "unsigned": "yes",
    }
    desk.post("/write/keep/", sent(ponts, **belongs))
    post = Post.objects.get()
    assert (post.campaign, post.utm, post.signs) == (fair, {"source": "shop"}, False)
    assert [tag.name for tag in post.tags.all()] == ["books", "spring fair"]
    page = desk.get(f"/write/{post.pk}/").content.decode()
    assert 'value="books, spring fair"' in page
    assert f'<option value="{fair.pk}"' in page


def test_marks_and_signature_are_counted_and_previewed(desk: Client, ponts: Account) -> None:
    snippet(ponts.workspace, text="Librairie Ponts", is_signature=True)
    text = "https://a.example/"
    found = desk.post("/write/findings/", sent(ponts, text=text, utm_source="s")).content.decode()
    whole = "https://a.example/?utm_source=s\n\nLibrairie Ponts"
    assert f"{len(whole)} of 300" in found
    assert "Librairie Ponts" in found


def test_the_count_beside_a_part_includes_what_is_added(desk: Client, ponts: Account) -> None:
    snippet(ponts.workspace, text="Ponts", is_signature=True)
    found = desk.post("/write/findings/", sent(ponts, thread=["Two"])).content.decode()
    assert "5 of 300 (Bluesky)" in found
    assert "10 of 300 (Bluesky)" in found


def test_an_ended_campaign_is_offered_only_where_it_was_chosen(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts)
    ended = Campaign.objects.create(
        workspace=ponts.workspace, name="Long ago", ended_at=post.saved_at
    )
    assert "Long ago" not in desk.get(f"/write/{post.pk}/").content.decode()
    Post.objects.filter(pk=post.pk).update(campaign=ended)
    assert "Long ago" in desk.get(f"/write/{post.pk}/").content.decode()


def test_completions_are_the_workspaces_own(desk: Client, ponts: Account) -> None:
    draft(ponts, text="#books @bob.example.org")
    found = desk.get("/write/completions/", {"account": ponts.pk}).json()
    assert found == {"#": ["#books"], "@": ["@bob.example.org"]}
    assert desk.get("/write/completions/").json()["@"] == []


def test_emoji_come_named(desk: Client, workspace: Workspace) -> None:
    found = desk.get("/write/emoji/").json()
    assert ["📚", "books"] in found["named"][: found["usual"]]


def test_who_is_not_signed_in_gets_none_of_it(client: Client, alice: object) -> None:
    for address in ("/settings/snippets/", "/write/completions/", "/write/emoji/"):
        assert client.get(address).status_code == 302
