"""`parvis post`: say something, now, later or perhaps."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command, no_text, refuse_unreadable
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure, failure_of
from parvis.cli.moments import EXAMPLE, Fold, FoldOption, moment_from, shown_to_a_person
from parvis.cli.spans import seconds_from
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.compose.content import Content, UsedMedia
    from parvis.compose.models import Post
    from parvis.deliver.models import Delivery
    from parvis.networks.part import Poll
    from parvis.people.models import Workspace

Text = Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")]
To = Annotated[
    list[str],
    typer.Option("--to", metavar="ACCOUNT", help="Handle, network:handle or number. Repeatable."),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help=f"“{EXAMPLE}” in the desk’s zone, or ISO 8601."),
]
Now = Annotated[bool, typer.Option("--now", help="As soon as a worker takes it.")]
Draft = Annotated[bool, typer.Option("--draft", help="Keep it as a draft.")]
Thread = Annotated[
    list[str] | None,
    typer.Option("--thread", metavar="TEXT", help="What goes on as a thread. Repeatable."),
]
Split = Annotated[bool, typer.Option("--split", help="Go on as a thread where a text is too long.")]
Comment = Annotated[str, typer.Option("--first-comment", metavar="TEXT", help="Said below it.")]
Polled = Annotated[
    list[str] | None,
    typer.Option("--poll", metavar="OPTION", help="One option of a poll. Repeatable."),
]
PollMinutes = Annotated[
    int | None, typer.Option("--poll-minutes", min=1, help="How long it is open; a day by itself.")
]
PollMultiple = Annotated[
    bool, typer.Option("--poll-multiple", help="People may choose several options.")
]
MediaFiles = Annotated[
    list[Path] | None,
    typer.Option("--media", metavar="FILE", help="A picture or a video. Repeatable."),
]
Alts = Annotated[
    list[str] | None,
    typer.Option("--alt", metavar="TEXT", help="What it shows; one per --media, in order."),
]
Language = Annotated[str, typer.Option("--language", help="Of the text, such as en or fr.")]
Warned = Annotated[str, typer.Option("--warning", help="A content warning.")]
Visible = Annotated[
    str, typer.Option("--visibility", help="public, unlisted, private, direct, connections.")
]
Replies = Annotated[
    str,
    typer.Option("--replies", metavar="WHO", help="Who may reply: everyone, followers, nobody …"),
]
AsFormat = Annotated[str, typer.Option("--format", help="post, reel, story.")]
NoLaterThan = Annotated[
    str | None,
    typer.Option(
        "--no-later-than",
        metavar="SPAN",
        help="How late it may go out if it cannot on time, such as 30m, 3h or 2d; 12h by itself.",
    ),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until it has gone out.")]

_A_DAY = 24 * 60


def register(program: typer.Typer) -> None:
    command(program, "post")(post)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for, as it was typed. Exactly one of `at`, `now` and `draft`."""

    text: str
    to: tuple[str, ...]
    at: str | None
    now: bool
    draft: bool
    fold: Fold | None
    thread: tuple[str, ...] = ()
    first_comment: str = ""
    splits: bool = False
    poll: "Poll | None" = None
    media: tuple[tuple[Path, str], ...] = ()
    language: str = ""
    warning: str = ""
    visibility: str = ""
    replies: str = ""
    format: str = ""
    lateness: int | None = None


def post(
    voice: Voice,
    text: Text,
    to: To,
    at: At = None,
    now: Now = False,
    draft: Draft = False,
    fold: FoldOption = None,
    thread: Thread = None,
    split: Split = False,
    first_comment: Comment = "",
    poll: Polled = None,
    poll_minutes: PollMinutes = None,
    poll_multiple: PollMultiple = False,
    media: MediaFiles = None,
    alt: Alts = None,
    language: Language = "",
    warning: Warned = "",
    visibility: Visible = "",
    replies: Replies = "",
    format: AsFormat = "",
    no_later_than: NoLaterThan = None,
    wait: Wait = False,
) -> None:
    """Write a post: now, at a time, or as a draft.

    If it cannot go out as it is, it is kept as a draft and nothing is sent.
    """
    _refuse_unclear_time(at, now, draft, wait)
    wish = Wish(
        text=_from_standard_input() if text == "-" else text,
        to=tuple(to),
        at=at,
        now=now,
        draft=draft,
        fold=fold,
        thread=tuple(thread or ()),
        first_comment=first_comment,
        splits=split,
        poll=_polled(poll or [], poll_minutes, poll_multiple),
        media=_paired(media or [], alt or []),
        language=language,
        warning=warning,
        visibility=visibility,
        replies=replies,
        format=format,
        lateness=None if no_later_than is None else _lateness(no_later_than),
    )
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        kept, deliveries = _fulfil(workspace, wish)
        _tell(voice, workspace, kept, deliveries)
        if wait:
            from parvis.cli.waiting import wait_until_settled

            wait_until_settled(voice, deliveries)


def _refuse_unclear_time(at: str | None, now: bool, draft: bool, wait: bool) -> None:
    if sum((at is not None, now, draft)) != 1:
        raise Failure(
            "usage",
            "Say when: exactly one of --now, --at TIME and --draft. Nothing was done.",
            ExitCode.USAGE,
        )
    if wait and draft:
        raise Failure(
            "usage", "A draft does not go out: --wait is for --now and --at.", ExitCode.USAGE
        )


def _from_standard_input() -> str:
    try:
        text = sys.stdin.read().rstrip("\n")
    except UnicodeDecodeError:
        raise no_text() from None
    refuse_unreadable(text)
    return text


def _polled(options: list[str], minutes: int | None, multiple: bool) -> "Poll | None":
    from parvis.networks.part import Poll

    if options:
        minutes = _A_DAY if minutes is None else minutes
        return Poll(options=tuple(options), minutes=minutes, multiple_choice=multiple)
    if minutes is not None or multiple:
        raise Failure(
            "usage",
            "There is no poll: give each option of it with --poll. Nothing was done.",
            ExitCode.USAGE,
        )
    return None


def _lateness(typed: str) -> int:
    from parvis.compose.lateness import is_in_range

    seconds = seconds_from(typed)
    if not is_in_range(seconds):
        raise Failure(
            "lateness",
            "--no-later-than takes a minute at least and 30 days at most. Nothing was done.",
            ExitCode.USAGE,
        )
    return seconds


def _paired(media: list[Path], alts: list[str]) -> tuple[tuple[Path, str], ...]:
    if len(alts) > len(media):
        raise Failure(
            "usage",
            f"There are {len(alts)} --alt for {len(media)} --media. Nothing was done. "
            "Give each file one description, in the same order.",
            ExitCode.USAGE,
        )
    return tuple(zip(media, [*alts, *[""] * (len(media) - len(alts))], strict=True))


def _fulfil(workspace: "Workspace", wish: Wish) -> "tuple[Post, list[Delivery]]":
    """The text is on the disk as a draft before anything can be wrong with the rest."""
    from parvis.compose.content import Content
    from parvis.compose.lateness import USUAL
    from parvis.compose.verbs import save_draft, start_draft

    content = Content(
        text=wish.text,
        thread=wish.thread,
        first_comment=wish.first_comment,
        splits=wish.splits,
        poll=wish.poll,
        language=wish.language or workspace.language,
        content_warning=wish.warning,
        lateness_allowed=USUAL if wish.lateness is None else wish.lateness,
    )
    kept = start_draft(workspace, None, content)
    with _kept_as_draft(kept):
        for completed in (_addressed, _set, _illustrated):
            content = completed(workspace, wish, content)
            kept = save_draft(kept, content, base_revision=kept.revision, saved_by=None)
        return kept, [] if wish.draft else _handed_over(workspace, wish, kept)


@contextmanager
def _kept_as_draft(kept: "Post") -> Iterator[None]:
    """Whatever goes wrong, the person learns where the text is."""
    try:
        yield
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        raise Failure(
            failure.code,
            f"{failure} The text is kept as draft {kept.pk}; nothing was sent.",
            ExitCode.KEPT_AS_DRAFT,
            draft=kept.pk,
            **failure.facts,
        ) from error


def _addressed(workspace: "Workspace", wish: Wish, content: "Content") -> "Content":
    from parvis.cli.naming import account_named
    from parvis.compose.content import Said
    from parvis.connections.verbs import accounts_of

    among = accounts_of(workspace)
    chosen = [account_named(name, among) for name in wish.to]
    return replace(content, said={account.pk: Said() for account in chosen})


def _set(workspace: "Workspace", wish: Wish, content: "Content") -> "Content":
    from parvis.compose.content import Said

    _refuse_unknown_choices(wish)
    said = Said(reply_setting=wish.replies, format=wish.format)
    return replace(content, visibility=wish.visibility, said=dict.fromkeys(content.said, said))


def _illustrated(workspace: "Workspace", wish: Wish, content: "Content") -> "Content":
    return replace(content, media=tuple(_kept_media(workspace, wish)))


def _refuse_unknown_choices(wish: Wish) -> None:
    from parvis.networks.traits import Format, ReplySetting, Visibility

    for code, chosen, kind in (
        ("visibility", wish.visibility, Visibility),
        ("replies", wish.replies, ReplySetting),
        ("format", wish.format, Format),
    ):
        known = [each.value for each in kind]
        if chosen and chosen not in known:
            raise Failure(code, f"“{chosen}” is none of {', '.join(known)}.")


def _kept_media(workspace: "Workspace", wish: Wish) -> "Iterator[UsedMedia]":
    from parvis.compose.content import UsedMedia
    from parvis.compose.media import keep_media
    from parvis.compose.pictures import NotAPicture
    from parvis.report.sentences import sentence_for_picture

    for path, alt in wish.media:
        try:
            with path.open("rb") as file:
                media = keep_media(workspace, path.name, file, path.stat().st_size)
        except NotAPicture as refused:
            raise Failure(refused.code, f"{path}: {sentence_for_picture(refused)}") from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise Failure("no-file", f"{path} cannot be read: {reason}.") from None
        yield UsedMedia(media_id=media.pk, alt=alt)


def _handed_over(workspace: "Workspace", wish: Wish, kept: "Post") -> "list[Delivery]":
    from parvis.cli.obstacles import obstacles_told
    from parvis.deliver.verbs import publish_now, schedule

    with obstacles_told():
        if wish.at is None:
            return publish_now(kept)
        return schedule(kept, moment_from(wish.at, workspace.zone, wish.fold))


def _tell(voice: Voice, workspace: "Workspace", kept: "Post", deliveries: "list[Delivery]") -> None:
    from parvis.report.rail import somebody_sends
    from parvis.report.sentences import duration_in_words

    warnings = list(_warnings(kept))
    facts = {
        "post": kept.pk,
        "draft": not deliveries,
        "deliveries": [
            {
                "id": each.pk,
                "account": str(each.account),
                "state": each.state,
                "due_at": each.due_at,
                "lateness_allowed": each.lateness_allowed,
            }
            for each in deliveries
        ],
        "warnings": warnings,
    }
    told = [f"{each['account']}: {each['sentence']}" for each in warnings]
    if not deliveries:
        voice.answer(facts, f"Draft {kept.pk} is kept.", *told)
        return
    accounts = ", ".join(str(each.account) for each in deliveries)
    due = shown_to_a_person(deliveries[0].due_at, workspace.zone)
    late = duration_in_words(kept.lateness_allowed // 60)
    sentences = [
        f"Post {kept.pk} goes out at {due} ({workspace.zone}) on {accounts}; if it cannot, up to "
        f"{late} late, and after that it is held."
    ]
    if not somebody_sends():
        sentences.append("No worker is running now: it goes out once `parvis up` runs.")
    voice.answer(facts, *sentences, *told)


def _warnings(kept: "Post") -> "Iterator[dict[str, str]]":
    """What does not stand in the way and may still be meant otherwise: the sandbox’s account among
    real ones."""
    from parvis.compose.circumstances import about_the_company
    from parvis.report.sentences import sentence_for_finding

    accounts = list(kept.accounts.all())
    for account in accounts:
        for found in about_the_company(account, beside=accounts):
            yield {
                "account": str(account),
                "code": found.code,
                "sentence": sentence_for_finding(found),
            }
