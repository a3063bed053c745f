"""`parvis accounts`: the list, one account, and names that fit more than one."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from parvis.connections.models import Account
from parvis.connections.verbs import keep_traits
from parvis.deliver.models import Delivery
from parvis.networks.mastodon import Mastodon
from parvis.people.models import Workspace
from tests.cast import connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rehearsing(workspace: Workspace) -> Account:
    """The sandbox's account that bears the name of a real one."""
    account = connect(workspace, "mastodon", "ponts")
    Account.objects.filter(pk=account.pk).update(is_sandbox=True)
    account.refresh_from_db()
    return account


@pytest.fixture
def real(workspace: Workspace) -> Account:
    account = connect(workspace, "x", "ponts")
    keep_traits(account, Mastodon.usual_traits)
    return account


def test_the_list_marks_what_is_of_the_sandbox(say, real: Account, rehearsing: Account) -> None:
    lines = say("accounts").out.splitlines()
    assert [line for line in lines if "(sandbox)" in line] == [
        line for line in lines if "mastodon:ponts" in line
    ]
    told = json.loads(say("accounts", "--json").out)["accounts"]
    assert {each["network"]: each["is_sandbox"] for each in told} == {"x": False, "mastodon": True}


def test_one_account_is_told_whole(say, workspace: Workspace) -> None:
    ends = datetime(2030, 5, 1, 12, tzinfo=UTC)
    account = connect(workspace, scopes=("read", "made:up"), lapses_at=ends)
    out = say("accounts", "show", account.pk).out
    assert "With an app password." in out
    assert "read its own posts" in out
    assert "made:up" in out
    assert "2030-05-01" in out
    assert "Text: 300 characters." in out


def test_one_account_is_told_to_programs(say, ponts: Account) -> None:
    said = say("accounts", "show", "ponts", "--json")
    told = json.loads(said.out)["account"]
    assert (told["line"]["handle"], told["lapses_at"]) == ("ponts.example.org", None)
    assert "the access token" not in said.out


def test_a_disconnected_account_can_still_be_shown(say, ponts: Account) -> None:
    say("accounts", "disconnect", ponts.pk)
    assert say("accounts", "show", ponts.pk).exit_code == 0


def test_a_name_that_a_real_and_a_sandbox_account_bear_is_told_with_their_numbers(
    say, real: Account, rehearsing: Account
) -> None:
    said = say("post", "Open late", "--to", "ponts", "--now")
    assert said.exit_code != 0
    assert f"{real.pk} (x:ponts)" in said.err
    assert f"{rehearsing.pk} (mastodon:ponts (sandbox))" in said.err
    assert not Delivery.objects.exists()


def test_posts_of_the_sandbox_are_marked_in_the_list(say, rehearsing: Account) -> None:
    say("post", "Open late", "--to", rehearsing.pk, "--at", "2030-12-24 18:00")
    number = Delivery.objects.get().post_id
    for command in (("posts",), ("posts", "show", number)):
        assert "(sandbox)" in say(*command).out, command


def test_the_doctor_tells_of_a_permission_that_ends(say, workspace: Workspace) -> None:
    connect(workspace, lapses_at=datetime.now(UTC) + timedelta(days=3))
    findings = json.loads(say("doctor", "--json").out)["findings"]
    told = {found["check"]: found for found in findings}["lapsing"]
    assert told["weight"] == "warning"
    assert "bluesky:ponts.example.org" in told["message"]
