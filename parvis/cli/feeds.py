"""`parvis feeds`: which are followed, add one, try a rule, look, pause, resume, remove."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parvis.cli.command import command, new_group, usual_command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.spans import seconds_from
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.intake.feed_fetching import NotFetched, Offered
    from parvis.intake.feed_looking import Look
    from parvis.intake.feed_models import Feed
    from parvis.intake.feed_reading import NoFeed
    from parvis.intake.feed_rules import Rule
    from parvis.people.models import Workspace
    from parvis.report.feeds import FeedLine, TrialLine


class Outcome(StrEnum):
    """What a new entry becomes, in the words of the command."""

    DRAFT = "draft"
    SLOT = "slot"
    SOON = "soon"


Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Of a feed, or of its page.")]
FeedName = Annotated[
    str, typer.Argument(metavar="FEED", help="Its number, or the beginning of its title.")
]
To = Annotated[
    list[str],
    typer.Option("--to", metavar="ACCOUNT", help="Handle, network:handle or number. Repeatable."),
]
Text = Annotated[
    str, typer.Option("--text", help="With {title}, {link}, {summary} and {author} in it.")
]
Becomes = Annotated[Outcome, typer.Option("--becomes", help="What a new entry becomes.")]
After = Annotated[
    str, typer.Option("--after", metavar="SPAN", help="With --becomes soon: such as 15m or 2h.")
]
MostADay = Annotated[
    int | None, typer.Option("--most-a-day", min=1, max=200, help="The rest waits for the next.")
]
Words = Annotated[
    list[str] | None,
    typer.Option("--word", help="Only entries with one of these words. Repeatable."),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="WORD", help="None with it. Repeatable.")
]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="Only entries in one of these. Repeatable.")
]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="For its posts. Repeatable.")]
FromBefore = Annotated[
    int,
    typer.Option("--from-before", min=0, max=20, help="How many that are there become drafts."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what it would make of the newest entries.")
]

group = new_group("Follow RSS, Atom and JSON feeds: their entries become posts by a rule.")


def list_feeds(voice: Voice) -> None:
    """List the feeds that are followed, or add and change one."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.report.feeds import feed_lines

        lines = feed_lines(workspace)
        voice.answer({"feeds": [asdict(line) for line in lines]})
        columns = ("Number", "Feed", "State", "Posts", "Next look", "Trouble")
        voice.table(columns, [_row(line, workspace) for line in lines])
        if not lines:
            voice.tell("None yet. `parvis feeds add` adds one, and so do the pages.")


def add(
    voice: Voice,
    address: Address,
    to: To,
    text: Text = "{title}\n\n{link}",
    becomes: Becomes = Outcome.DRAFT,
    after: After = "15m",
    most_a_day: MostADay = None,
    words: Words = None,
    without: Without = None,
    categories: Categories = None,
    tags: Tags = None,
    from_before: FromBefore = 0,
    dry_run: DryRun = False,
) -> None:
    """Follow a feed: from now on its new entries become posts. What is there already does not."""
    asked = {
        "template": text.replace("\\n", "\n"),
        "delay_minutes": seconds_from(after) // 60,
        "most_a_day": most_a_day,
        "words": words or [],
        "without": without or [],
        "categories": categories or [],
        "tags": tags or [],
        "from_before": from_before,
    }
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        rule = _rule(workspace, to, becomes, asked)
        found = _found(address)
        if dry_run:
            _tell_trial(voice, workspace, found, rule)
        else:
            _follow(voice, workspace, found, rule)


def look(voice: Voice, name: FeedName) -> None:
    """Look at a feed at once, and post what is new by its rule."""
    with _feed_named(name) as feed:
        from parvis.intake.feed_verbs import BeingLookedAt, look_now

        try:
            looked = look_now(feed)
        except BeingLookedAt:
            raise Failure(
                "being-looked-at", "A worker is looking just now. Nothing was done.", ExitCode.BUSY
            ) from None
        if looked.trouble:
            feed.refresh_from_db()
            raise _unread(looked.trouble, feed.problem_facts)
        voice.answer(
            {"feed": feed.pk, "new": looked.new, "posted": looked.posted},
            f"{feed.title}: {looked.new} new entries, {looked.posted} became posts or drafts.",
        )


def pause(voice: Voice, name: FeedName) -> None:
    """Ask for a feed no more, until it is resumed."""
    with _feed_named(name) as feed:
        from parvis.intake import feed_verbs

        feed_verbs.pause(feed)
        voice.answer({"feed": feed.pk, "state": "paused"}, f"{feed.title} is paused.")


def resume(voice: Voice, name: FeedName) -> None:
    """Let a feed go on. What came meanwhile is listed, and not posted by itself."""
    with _feed_named(name) as feed:
        from parvis.intake import feed_verbs

        feed_verbs.resume(feed)
        voice.answer({"feed": feed.pk, "state": "on"}, f"{feed.title} goes on.")


def remove(voice: Voice, name: FeedName) -> None:
    """Remove a feed. Its posts stay; for 30 days the page “Feeds” can put it back."""
    with _feed_named(name) as feed:
        from parvis.intake import feed_verbs

        feed_verbs.delete(feed)
        voice.answer(
            {"feed": feed.pk, "state": "deleted"},
            f"{feed.title} is removed. Its posts stay; for 30 days the page “Feeds” can put it "
            "back.",
        )


usual_command(group, list_feeds)
command(group, "list")(list_feeds)
command(group, "add")(add)
command(group, "look")(look)
command(group, "pause")(pause)
command(group, "resume")(resume)
command(group, "remove")(remove)


def _rule(
    workspace: "Workspace", to: Sequence[str], becomes: Outcome, asked: Mapping[str, Any]
) -> "Rule":
    from parvis.cli.naming import account_named
    from parvis.connections.verbs import accounts_of
    from parvis.intake import feed_models
    from parvis.intake.feed_rules import Rule, unknown_names

    if unknown := unknown_names(asked["template"]):
        raise _unclear(
            f"{{{unknown[0]}}} stands for nothing. Use {{title}}, {{link}}, {{summary}} or "
            "{author}."
        )
    if asked["delay_minutes"] > 7 * 24 * 60:
        raise _unclear("--after is a week at most.")
    outcomes = {
        Outcome.DRAFT: feed_models.Becomes.DRAFT,
        Outcome.SLOT: feed_models.Becomes.SLOT,
        Outcome.SOON: feed_models.Becomes.AT_ONCE,
    }
    among = accounts_of(workspace)
    accounts = {account.pk: account for account in (account_named(name, among) for name in to)}
    return Rule(accounts=list(accounts.values()), becomes=outcomes[becomes], **asked)


def _found(address: str) -> "Look":
    from parvis.intake.feed_fetching import NotFetched
    from parvis.intake.feed_looking import Look
    from parvis.intake.feed_reading import NoFeed
    from parvis.intake.feed_verbs import find

    try:
        found = find(address)
    except (NotFetched, NoFeed) as trouble:
        raise _unread(trouble.code, _facts(trouble)) from None
    if isinstance(found, Look):
        return found
    raise _several(found)


def _follow(voice: Voice, workspace: "Workspace", found: "Look", rule: "Rule") -> None:
    from django.db import transaction

    from parvis.intake import feed_verbs

    with transaction.atomic():
        feed = feed_verbs.add(workspace, found, None)
        feed_verbs.keep_rule(feed, rule)
        feed_verbs.switch_on(feed)
    voice.answer(
        {"feed": feed.pk, "title": feed.title, "address": feed.address},
        f"{feed.title} is followed, as feed {feed.pk}. A worker looks at it from now on.",
    )


def _tell_trial(voice: Voice, workspace: "Workspace", found: "Look", rule: "Rule") -> None:
    """On rows that are taken back again."""
    from django.db import transaction

    from parvis.intake.feed_verbs import add
    from parvis.report.feeds import trial_of

    with transaction.atomic():
        lines = trial_of(add(workspace, found, None), rule)
        transaction.set_rollback(True)
    voice.answer({"trial": [asdict(line) for line in lines]})
    voice.table(("Entry", "Becomes", "When", "Says"), [_tried(line, workspace) for line in lines])
    voice.tell("Nothing was kept.")


def _tried(line: "TrialLine", workspace: "Workspace") -> tuple[str, str, str, str]:
    from parvis.cli.moments import shown_to_a_person

    said = [
        "\n".join((*(who.named for who in so.speakers), so.text, *(told for _, _, told in so.told)))
        for so in line.said
    ]
    becomes = f"{line.becomes}\n{line.why}".strip()
    return (
        line.title,
        becomes,
        shown_to_a_person(line.due_at, workspace.zone) if line.due_at else "",
        "\n\n".join(said),
    )


def _row(line: "FeedLine", workspace: "Workspace") -> tuple[str, ...]:
    from parvis.cli.moments import shown_to_a_person

    return (
        str(line.feed_id),
        f"{line.title}\n{line.address}",
        line.state,
        str(line.posts),
        shown_to_a_person(line.next_look_at, workspace.zone) if line.next_look_at else "",
        line.problem,
    )


@contextmanager
def _feed_named(name: str) -> "Iterator[Feed]":
    """By its number, or by the beginning of its title if that fits one only."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.intake.feed_models import Feed

        feeds = Feed.objects.filter(workspace=workspace, deleted_at=None)
        feeds = feeds.select_related("workspace")
        fitting = list(
            feeds.filter(pk=int(name))
            if name.isdecimal() and len(name) < 19
            else feeds.filter(title__istartswith=name.strip())
        )
        if len(fitting) != 1 or not name.strip():
            raise _no_such_feed(name, fitting)
        yield fitting[0]


def _no_such_feed(name: str, fitting: "Sequence[Feed]") -> Failure:
    if fitting:
        named = ", ".join(f"{feed.pk} ({feed.title})" for feed in fitting)
        sentence = f"“{name}” fits more than one feed: {named}. Write its number."
        return Failure("several-feeds", f"{sentence} Nothing was done.", ExitCode.NOT_FOUND)
    return Failure(
        "no-feed-named",
        f"No feed is named “{name}”. Nothing was done. `parvis feeds` lists them.",
        ExitCode.NOT_FOUND,
    )


def _several(offered: "Sequence[Offered]") -> Failure:
    named = "\n".join(f"  {each.address}  {each.title}".rstrip() for each in offered)
    return Failure(
        "several-feeds",
        f"This page names several feeds. Nothing was kept. Add one of them:\n{named}",
        ExitCode.NOT_FOUND,
        feeds=[asdict(each) for each in offered],
    )


def _unread(code: str, facts: Mapping[str, Any]) -> Failure:
    from parvis.report.feeds import sentence_for_trouble

    return Failure(code, sentence_for_trouble(code, facts))


def _facts(trouble: "NotFetched | NoFeed") -> dict[str, Any]:
    return dict(getattr(trouble, "facts", {}))


def _unclear(sentence: str) -> Failure:
    return Failure("usage", f"{sentence} Nothing was done.", ExitCode.USAGE)
