"""`parvis posts`: what there is, what has become of it, and what a person decides."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.choices import Choice, seen_with
from parvis.cli.command import command, new_group, usual_command
from parvis.cli.moments import EXAMPLE, FoldOption, moment_from, shown_to_a_person
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from parvis.compose.models import Post
    from parvis.deliver.models import Delivery
    from parvis.people.models import Workspace
    from parvis.report.posts import PostLine


class State(StrEnum):
    """The shelves of the list; their names are those of the page’s."""

    ALL = "all"
    DRAFTS = "drafts"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TO_DECIDE = "to-decide"
    DELETED = "deleted"


PostNumber = Annotated[int, typer.Argument(metavar="POST", help="The post’s number.")]
Shelf = Annotated[State, typer.Option("--state", help="Which posts.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many, the newest first.")]
At = Annotated[str, typer.Option("--at", metavar="TIME", help=f"“{EXAMPLE}”, or ISO 8601.")]
Decided = Annotated[
    Choice,
    typer.Argument(
        help="there: it is on the network · again: send it again · look: look it up again · "
        "release: send what is held · after-limit: send it when the network’s limit ends · "
        "give-up: do not send it · set-aside: a refusal is read",
    ),
]
DeliveryNumber = Annotated[
    int | None, typer.Option("--delivery", help="Which delivery, if more than one waits.")
]
HeldNumber = Annotated[
    int | None, typer.Option("--delivery", help="One delivery that is held, and not the others.")
]
Candidate = Annotated[
    int | None,
    typer.Option("--candidate", metavar="N", min=1, help="With there: which of those found."),
]
Url = Annotated[str, typer.Option("--url", help="With there: the address of the post.")]

group = new_group("List posts, and decide what becomes of them.")


def list_posts(voice: Voice, state: Shelf = State.ALL, limit: Limit = 30) -> None:
    """List posts, the newest first, or do something with one."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        lines = _newest(workspace, state, limit)
        voice.answer({"posts": [asdict(line) for line in lines]})
        rows = [_row(line, workspace.zone) for line in lines]
        voice.table(("Post", "When", "Where", "Text"), rows)
        if not lines:
            voice.tell("There are none.")


def show(voice: Voice, number: PostNumber) -> None:
    """Tell everything that is known of one post: what it says, what happened, what to decide."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import post_numbered

    with opened_desk():
        workspace = the_workspace()
        from parvis.cli.story import tell_story
        from parvis.report.story import story_of

        tell_story(voice, story_of(post_numbered(workspace, number)), workspace.zone)


def cancel(voice: Voice, number: PostNumber) -> None:
    """Take a scheduled post back: it is a draft again."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import post_numbered
    from parvis.cli.obstacles import obstacles_told

    with opened_desk(), obstacles_told():
        from parvis.deliver.verbs import take_back

        take_back(post_numbered(the_workspace(), number))
    voice.answer({"post": number, "draft": True}, f"Post {number} is a draft again.")


def move(
    voice: Voice, number: PostNumber, at: At, fold: FoldOption = None, delivery: HeldNumber = None
) -> None:
    """Let a scheduled post go out at another time, or one held delivery of it alone."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import post_numbered
    from parvis.cli.obstacles import obstacles_told

    with opened_desk(), obstacles_told():
        workspace = the_workspace()
        post, due_at = post_numbered(workspace, number), moment_from(at, workspace.zone, fold)
        _give_time(post, delivery, due_at)
        due = shown_to_a_person(due_at, workspace.zone)
        said = f"Post {number} goes out at {due} ({workspace.zone})."
        voice.answer({"post": number, "due_at": due_at}, said)


def delete(voice: Voice, number: PostNumber) -> None:
    """Take a draft or a scheduled post off the desk. What was published stays published."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import post_numbered
    from parvis.cli.obstacles import obstacles_told

    with opened_desk(), obstacles_told():
        from parvis.deliver.verbs import delete as taken_off

        taken_off(post_numbered(the_workspace(), number))
    said = f"Post {number} is off the desk; the pages can bring it back."
    voice.answer({"post": number, "deleted": True}, said)


def decide(
    voice: Voice,
    number: PostNumber,
    choice: Decided,
    delivery: DeliveryNumber = None,
    candidate: Candidate = None,
    url: Url = "",
) -> None:
    """Decide about a delivery that waits for a person."""
    seen = seen_with(choice, candidate, url)
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import delivery_of, post_numbered
    from parvis.cli.obstacles import obstacles_told

    with opened_desk(), obstacles_told():
        workspace = the_workspace()
        from parvis.cli.deciding import carry_out
        from parvis.report.deciding import to_decide

        post = post_numbered(workspace, number)
        waiting = list(to_decide(workspace).filter(post=post).select_related("account"))
        chosen = delivery_of(post, delivery, waiting)
        said = carry_out(chosen, choice, seen)
        voice.answer(_decided(chosen), said)


usual_command(group, list_posts)
command(group, "show")(show)
command(group, "cancel")(cancel)
command(group, "move")(move)
command(group, "delete")(delete)
command(group, "decide")(decide)


def _newest(workspace: "Workspace", state: State, limit: int) -> "list[PostLine]":
    from parvis.report.post_search import Shelf, Wanted
    from parvis.report.posts import page_of_posts

    wanted = Wanted(shelf=Shelf.ALL if state is State.ALL else Shelf(state.value))
    page = page_of_posts(workspace, wanted)
    lines = list(page.lines)
    while len(lines) < limit and page.older:
        page = page_of_posts(workspace, wanted, before=page.older)
        lines += page.lines
    return lines[:limit]


def _give_time(post: "Post", number: int | None, due_at: "datetime") -> None:
    from parvis.cli.naming import delivery_of
    from parvis.deliver import verbs

    if number is None:
        verbs.move(post, due_at)
    else:
        held = list(post.deliveries.filter(state="held").select_related("account"))
        verbs.move_alone(delivery_of(post, number, held), due_at)


def _decided(delivery: "Delivery") -> dict[str, object]:
    delivery.refresh_from_db()
    return {"delivery": delivery.pk, "account": str(delivery.account), "state": delivery.state}


def _row(line: "PostLine", zone: "ZoneInfo") -> tuple[str, str, str, str]:
    where = ", ".join(
        f"{place.network}:{place.named} {place.state or 'draft'}" for place in line.places
    )
    first_line = line.text.strip().splitlines()[:1] or ["(media only)" if line.has_more else ""]
    return (
        str(line.post_id),
        shown_to_a_person(line.at, zone),
        where or "draft",
        first_line[0][:60],
    )
