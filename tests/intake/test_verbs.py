"""Rows become posts: what is found about them, and that none becomes two."""

from datetime import timedelta

import pytest

from parvis.compose.content import content_of
from parvis.compose.models import Campaign, Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake.models import Row, Standing, Table
from parvis.intake.verbs import bring, correct, import_ready, skip, take_up
from parvis.people.models import User, Workspace
from tests.cast import connect, draft, kept_picture

pytestmark = pytest.mark.django_db
SATURDAY = "The square reopens on Saturday."


def soon(days: int = 2) -> str:
    return f"{database_now() + timedelta(days=days):%Y-%m-%d}"


def brought(workspace: Workspace, *lines: str, as_drafts: bool = False) -> Table:
    return bring(workspace, None, "posts.csv", "\n".join(lines).encode(), as_drafts=as_drafts)


def found(table: Table) -> list[tuple[str, list[str]]]:
    return [
        (row.standing, [finding["code"] for finding in row.seen["findings"]])
        for row in table.rows.all()
    ]


def only_row(table: Table) -> Row:
    return Row.objects.get(table=table)


def test_bringing_a_file_makes_no_post(workspace: Workspace, ponts: Account) -> None:
    table = brought(
        workspace, "text,accounts,date,time", f"{SATURDAY},ponts.example.org,{soon()},18:05"
    )
    assert found(table) == [(Standing.READY, [])]
    assert not Post.objects.exists()


def test_a_row_with_a_time_is_scheduled(workspace: Workspace, alice: User, ponts: Account) -> None:
    table = brought(workspace, "text,account,date,time", f"{SATURDAY},bluesky,{soon()},18:05")
    assert import_ready(table, alice) == 1
    delivery = Delivery.objects.get()
    assert (
        delivery.due_at.astimezone(workspace.zone).strftime("%Y-%m-%d %H:%M") == f"{soon()} 18:05"
    )
    assert (delivery.post.author, delivery.account) == (alice, ponts)
    assert only_row(table).post == delivery.post


def test_a_row_becomes_a_draft_that_remembers_its_time(
    workspace: Workspace, ponts: Account
) -> None:
    table = brought(
        workspace, "text,account,date,time", f"{SATURDAY},bluesky,{soon()},18:05", as_drafts=True
    )
    import_ready(table, None)
    post = Post.objects.get()
    assert post.is_draft
    assert post.planned_at == only_row(table).due_at


def test_every_column_becomes_what_it_says(workspace: Workspace, ponts_mastodon: Account) -> None:
    stalls = kept_picture(workspace, "stalls.png")
    brought_from = brought(
        workspace,
        "text,part 2,accounts,media,alt,tags,campaign,language,cw,first comment,visibility",
        "One,Two,mastodon:ponts,stalls.png,Stalls,spring;books,Spring,fr,Market,More,unlisted",
    )
    import_ready(brought_from, None)
    content = content_of(Post.objects.get())
    assert (content.text, content.thread, content.first_comment) == ("One", ("Two",), "More")
    assert (content.language, content.content_warning, content.visibility) == (
        "fr",
        "Market",
        "unlisted",
    )
    assert [(used.media_id, used.alt) for used in content.media] == [(stalls.pk, "Stalls")]
    assert content.tags == ("books", "spring")
    assert content.campaign_id == Campaign.objects.get(name="Spring").pk
    assert list(content.said) == [ponts_mastodon.pk]


def test_the_same_file_again_makes_nothing_new(workspace: Workspace, ponts: Account) -> None:
    lines = ("text,account,date,time", f"{SATURDAY},bluesky,{soon()},18:05", "A draft,,,")
    import_ready(brought(workspace, *lines), None)
    again = brought(workspace, *lines)
    assert [standing for standing, _ in found(again)] == [Standing.KNOWN, Standing.KNOWN]
    assert import_ready(again, None) == 0
    assert Post.objects.count() == 2


def test_a_file_brought_twice_and_then_imported_twice_makes_each_post_once(
    workspace: Workspace, ponts: Account
) -> None:
    one, other = (brought(workspace, "text", "A draft") for _ in range(2))
    correct(only_row(other), {"text": "Corrected meanwhile"})
    assert [import_ready(each, None) for each in (one, other)] == [1, 0]
    assert only_row(other).standing == Standing.KNOWN
    assert Post.objects.get().text == "A draft"


def test_what_is_said_already_at_that_time_is_in_the_way(
    workspace: Workspace, ponts: Account
) -> None:
    post = draft(ponts, text=SATURDAY)
    assert found(brought(workspace, "text", SATURDAY)) == [
        (Standing.IN_THE_WAY, ["said-already", "no-account-yet"])
    ]
    Post.objects.filter(pk=post.pk).update(deleted_at=database_now())
    assert found(brought(workspace, "text", SATURDAY))[0][0] == Standing.READY


def test_a_row_that_says_what_a_row_above_says_is_in_the_way(workspace: Workspace) -> None:
    table = brought(workspace, "text,language", "A,en", "A,fr")
    assert found(table)[1] == (Standing.IN_THE_WAY, ["no-account-yet", "same-as-row"])
    first, second = table.rows.all()
    skip(first)
    assert correct(second, second.cells).standing == Standing.READY


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("Hello,nobody,,,", "unknown-account"),
        (f"Hello,bluesky,{'2020-01-30'},18:05,", "gone-by"),
        ("Hello,bluesky,2027-01-30,,", "no-time"),
        ("Hello,,2027-01-30,18:05,", "no-account"),
        ("Hello,bluesky,,,missing.png", "unknown-media"),
        (",bluesky,,,", "nothing-said"),
    ],
)
def test_what_is_wrong_with_a_row_is_found(
    workspace: Workspace, ponts: Account, cells: str, code: str
) -> None:
    ((standing, codes),) = found(brought(workspace, "text,account,date,time,media", cells))
    assert standing == Standing.IN_THE_WAY
    assert code in codes


def test_a_name_that_fits_two_accounts_is_not_guessed(workspace: Workspace, ponts: Account) -> None:
    connect(workspace, handle="bob.example.org")
    assert "several-accounts" in found(brought(workspace, "text,account", "Hello,bluesky"))[0][1]


def test_what_an_account_cannot_say_is_in_the_way_of_scheduling_and_not_of_a_draft(
    workspace: Workspace, ponts: Account
) -> None:
    lines = ("text,account,date,time", f"{'a' * 301},bluesky,{soon()},18:05")
    scheduled, kept = brought(workspace, *lines), brought(workspace, *lines, as_drafts=True)
    (finding,) = only_row(scheduled).seen["accounts"][str(ponts.pk)]
    assert (finding["code"], only_row(scheduled).standing) == ("too-long", Standing.IN_THE_WAY)
    assert only_row(kept).standing == Standing.READY


def test_a_corrected_row_is_ready(workspace: Workspace, ponts: Account) -> None:
    table = brought(workspace, "text,account", "Hello,nobody")
    row = correct(only_row(table), {"text": "Hello", "accounts": "ponts.example.org"})
    assert row.standing == Standing.READY
    assert import_ready(table, None) == 1
    assert list(Post.objects.get().accounts.all()) == [ponts]


def test_a_row_that_was_left_out_is_not_imported_until_it_is_taken_up(workspace: Workspace) -> None:
    table = brought(workspace, "text", "Hello")
    skip(only_row(table))
    assert import_ready(table, None) == 0
    assert take_up(only_row(table)).standing == Standing.READY
    assert import_ready(table, None) == 1


def test_what_changed_since_is_seen_when_it_is_imported(
    workspace: Workspace, ponts: Account
) -> None:
    table = brought(workspace, "text,account,date,time", f"Hello,bluesky,{soon()},18:05")
    Account.objects.filter(pk=ponts.pk).update(state="needs reconnect")
    assert import_ready(table, None) == 0
    assert only_row(table).standing == Standing.IN_THE_WAY
    assert not Post.objects.exists()


def test_an_imported_row_is_not_changed_any_more(workspace: Workspace) -> None:
    table = brought(workspace, "text", "Hello")
    import_ready(table, None)
    assert correct(only_row(table), {"text": "Other"}).standing == Standing.IMPORTED
    assert only_row(table).cells == {"text": "Hello"}


def test_time_that_is_up_leaves_the_rest_for_later(workspace: Workspace) -> None:
    table = brought(workspace, "text", *(f"Number {n}" for n in range(5)))
    assert import_ready(table, None, seconds=0) == 0
    assert import_ready(table, None) == 5
