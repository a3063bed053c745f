"""`parvis post`: what is asked for happens, and what cannot go out is kept."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.compose.content import Said, content_of
from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.networks.part import Poll
from parvis.people.models import Workspace
from tests.cast import connect, picture
from tests.compose.films import film

pytestmark = pytest.mark.django_db(transaction=True)
SKIPPED = "2030-03-31 02:30"  # Europe/Paris goes from 02:00 to 03:00 that night,
REPEATED = "2030-10-27 02:30"  # and from 03:00 back to 02:00 that one.


def kept_draft(said) -> Post:
    """The draft that the failure names."""
    error = json.loads(said.out)["error"]
    post = Post.objects.get(pk=error["draft"])
    assert post.is_draft
    return post


def test_a_time_is_read_in_the_workspace_zone(say, ponts: Account) -> None:
    said = say("post", "Open late", "--to", "ponts", "--at", "2030-12-24 18:00")
    assert said.exit_code == 0
    assert "2030-12-24 18:00 (Europe/Paris)" in said.out
    assert Delivery.objects.get().due_at == datetime(2030, 12, 24, 17, 0, tzinfo=UTC)


def test_an_offset_is_taken_as_it_is(say, ponts: Account) -> None:
    say("post", "Open late", "--to", "ponts", "--at", "2030-12-24T18:00-05:00")
    assert Delivery.objects.get().due_at == datetime(2030, 12, 24, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("when", ["--now", "--draft"])
def test_the_sandboxs_account_among_real_ones_is_told(
    say, ponts: Account, ponts_mastodon: Account, when: str
) -> None:
    Account.objects.filter(pk=ponts_mastodon.pk).update(is_sandbox=True)
    to = ("--to", "bluesky:ponts.example.org", "--to", "mastodon:ponts")
    said = say("post", "Open late", *to, when)
    assert said.exit_code == 0
    assert "mastodon:ponts (sandbox): This account is of the sandbox" in said.out
    (warning,) = json.loads(say("post", "Open later", *to, when, "--json").out)["warnings"]
    assert warning["code"] == "also-to-sandbox"


def test_the_sandbox_alone_is_no_warning(say, ponts: Account) -> None:
    Account.objects.filter(pk=ponts.pk).update(is_sandbox=True)
    assert "This account is of the sandbox" not in say("post", "Hi", "--to", "ponts", "--now").out


def test_a_skipped_time_is_told_and_the_text_is_kept(say, ponts: Account) -> None:
    said = say("post", "Spring", "--to", "ponts", "--at", SKIPPED, "--json")
    assert said.exit_code == 5
    assert json.loads(said.out)["error"]["code"] == "skipped"
    assert kept_draft(said).text == "Spring"


def test_a_repeated_time_needs_a_choice(say, ponts: Account) -> None:
    said = say("post", "Autumn", "--to", "ponts", "--at", REPEATED)
    assert said.exit_code == 5
    assert "--fold first (2030-10-27T02:30+0200)" in said.err


@pytest.mark.parametrize(("fold", "hour"), [("first", 0), ("second", 1)])
def test_the_choice_settles_a_repeated_time(say, ponts: Account, fold: str, hour: int) -> None:
    say("post", "Autumn", "--to", "ponts", "--at", REPEATED, "--fold", fold)
    assert Delivery.objects.get().due_at == datetime(2030, 10, 27, hour, 30, tzinfo=UTC)


def test_a_moment_in_the_past_is_refused_and_the_text_is_kept(say, ponts: Account) -> None:
    said = say("post", "Too late", "--to", "ponts", "--at", "2020-01-01 10:00", "--json")
    assert json.loads(said.out)["error"]["code"] == "in-the-past"
    assert kept_draft(said).text == "Too late"


def test_now_is_due_at_once_and_without_a_worker_it_says_so(say, ponts: Account) -> None:
    said = say("post", "Now", "--to", "ponts", "--now")
    assert said.exit_code == 0
    assert "No worker is running" in said.out
    assert Delivery.objects.get().due_at <= datetime.now(UTC)


def test_waiting_for_nobody_ends_at_once_and_the_post_stays_scheduled(say, ponts: Account) -> None:
    said = say("post", "Now", "--to", "ponts", "--now", "--wait")
    assert said.exit_code == 1
    assert "stays scheduled" in said.err
    assert Delivery.objects.get().state == "scheduled"


def test_text_is_read_from_standard_input(say, ponts: Account) -> None:
    said = say("post", "-", "--to", "ponts", "--draft", stdin="One line\nand one more\n")
    assert said.exit_code == 0
    assert Post.objects.get().text == "One line\nand one more"


def test_several_accounts_and_a_described_picture(
    say, ponts: Account, ponts_mastodon: Account, tmp_path: Path
) -> None:
    stalls = tmp_path / "stalls.png"
    stalls.write_bytes(picture().getvalue())
    said = say(
        *("post", "Both", "--to", "bluesky:ponts", "--to", ponts_mastodon.pk, "--draft"),
        *("--media", stalls, "--alt", "Stalls", "--visibility", "unlisted", "--language", "fr"),
    )
    assert said.exit_code == 0
    post = Post.objects.get()
    assert {variant.account for variant in post.variants.all()} == {ponts, ponts_mastodon}
    assert [used.alt for used in post.used_media.all()] == ["Stalls"]
    assert (post.visibility, post.language) == ("unlisted", "fr")


def test_a_video_is_kept_with_its_description(say, ponts: Account, tmp_path: Path) -> None:
    square = film(tmp_path / "square.mp4", seconds=1)
    said = say("post", "x", "--to", "ponts", "--draft", "--media", square, "--alt", "The band")
    assert said.exit_code == 0
    used = Post.objects.get().used_media.select_related("media").get()
    assert (used.media.is_video, used.alt) == (True, "The band")


def test_an_ambiguous_beginning_names_those_it_fits(say, workspace: Workspace) -> None:
    connect(workspace, handle="ponts.example.org")
    connect(workspace, handle="ponts.example.com")
    said = say("post", "Which?", "--to", "bluesky:ponts", "--now", "--json")
    assert said.exit_code == 5
    assert json.loads(said.out)["error"]["code"] == "several-accounts"
    assert kept_draft(said).text == "Which?"


def test_what_a_network_refuses_is_told_and_kept_with_its_account(say, ponts: Account) -> None:
    said = say("post", "x" * 400, "--to", "ponts", "--now", "--json")
    assert said.exit_code == 5
    findings = json.loads(said.out)["error"]["findings"]
    assert [finding["code"] for finding in findings] == ["too-long"]
    assert [variant.account for variant in kept_draft(said).variants.all()] == [ponts]
    assert not Delivery.objects.exists()


def test_what_is_no_picture_is_told_and_the_text_is_kept(
    say, ponts: Account, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a picture")
    said = say("post", "See", "--to", "ponts", "--now", "--media", notes, "--json")
    assert json.loads(said.out)["error"]["code"] == "not-a-picture"
    assert kept_draft(said).text == "See"


@pytest.mark.parametrize(
    "times",
    [(), ("--now", "--draft"), ("--now", "--at", "2030-01-01 10:00"), ("--draft", "--wait")],
)
def test_an_unclear_time_is_a_usage_error_before_anything_is_done(say, times) -> None:
    said = say("post", "When?", "--to", "ponts", *times)
    assert said.exit_code == 2
    assert not Post.objects.exists()


def test_more_descriptions_than_pictures_are_a_usage_error(say) -> None:
    assert say("post", "x", "--to", "a", "--draft", "--alt", "what?").exit_code == 2


def test_a_thread_a_comment_and_a_poll_are_kept_as_they_were_given(
    say, ponts_mastodon: Account
) -> None:
    said = say(
        *("post", "One", "--to", "mastodon:ponts", "--draft", "--split"),
        *("--thread", "Two", "--thread", "Three", "--first-comment", "More below"),
        *("--poll", "Yes", "--poll", "No", "--poll-minutes", "95", "--poll-multiple"),
    )
    assert said.exit_code == 0
    content = content_of(Post.objects.get())
    assert (content.text, content.thread) == ("One", ("Two", "Three"))
    assert (content.first_comment, content.splits) == ("More below", True)
    assert content.poll == Poll(options=("Yes", "No"), minutes=95, multiple_choice=True)


def test_a_thread_goes_out_in_its_parts(say, ponts: Account) -> None:
    assert say("post", "One", "--to", "ponts", "--now", "--thread", "Two").exit_code == 0
    assert [part["text"] for part in Delivery.objects.get().parts] == ["One", "Two"]


def test_a_poll_lasts_a_day_unless_it_is_said(say, ponts_mastodon: Account) -> None:
    say("post", "Open?", "--to", "ponts", "--draft", "--poll", "Yes", "--poll", "No")
    poll = content_of(Post.objects.get()).poll
    assert poll is not None
    assert poll.minutes == 1440


def test_a_duration_without_a_poll_is_a_usage_error(say, ponts: Account) -> None:
    said = say("post", "Open?", "--to", "ponts", "--draft", "--poll-minutes", "60")
    assert said.exit_code == 2
    assert not Post.objects.exists()


def test_who_may_reply_and_the_format_are_each_accounts_own(say, ponts: Account) -> None:
    said = say("post", "x", "--to", "ponts", "--draft", "--replies", "nobody", "--format", "story")
    assert said.exit_code == 0
    assert content_of(Post.objects.get()).said == {
        ponts.pk: Said(reply_setting="nobody", format="story")
    }


@pytest.mark.parametrize(
    ("option", "value"), [("--replies", "friends"), ("--format", "film"), ("--visibility", "all")]
)
def test_an_unknown_choice_is_told_with_the_known_ones_and_the_text_is_kept(
    say, ponts: Account, option: str, value: str
) -> None:
    said = say("post", "Said", "--to", "ponts", "--now", option, value, "--json")
    error = json.loads(said.out)["error"]
    assert error["code"] == option.removeprefix("--")
    assert f"“{value}” is none of " in error["message"]
    assert kept_draft(said).text == "Said"


def test_a_format_that_a_network_lacks_is_told_with_its_account(say, ponts: Account) -> None:
    said = say("post", "x", "--to", "ponts", "--now", "--format", "reel", "--json")
    findings = json.loads(said.out)["error"]["findings"]
    assert [finding["code"] for finding in findings] == ["no-format"]
