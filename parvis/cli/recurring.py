"""`parvis recurring`: what comes back by itself, and its end."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command, new_group, usual_command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.moments import shown_to_a_person
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from parvis.people.models import Workspace
    from parvis.report.recurring import SeriesLine
    from parvis.schedule.models import Series

SeriesNumber = Annotated[int, typer.Argument(metavar="SERIES", help="The series’ number.")]
Ended = Annotated[bool, typer.Option("--ended", help="Those that have ended as well.")]
Leave = Annotated[
    bool, typer.Option("--leave-scheduled", help="What is scheduled of it still goes out.")
]
TEXT = 60

group = new_group("List what comes back by itself, and end it.")


def list_series(voice: Voice, ended: Ended = False) -> None:
    """List recurring and evergreen posts by when they come next."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.report.recurring import series_of

        listed = series_of(workspace)
        lines = [*listed.going_on, *(listed.ended if ended else ())]
        voice.answer({"series": [asdict(line) for line in lines]})
        rows = [_row(line, workspace.zone) for line in lines]
        voice.table(("Series", "How often", "Next", "Where", "Text"), rows)
        for line in lines:
            if line.trouble:
                voice.tell(f"Series {line.series_id}: {line.trouble}")
        if not lines:
            voice.tell("Nothing comes back by itself.")


def end(voice: Voice, number: SeriesNumber, leave_scheduled: Leave = False) -> None:
    """End a series. What is scheduled of it is taken off the desk, and can be put back."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.intake import recurring

        series = _numbered(workspace, number)
        try:
            gone = recurring.end(series, take_off=not leave_scheduled)
        except recurring.HasEnded:
            raise Failure(
                "has-ended", f"Series {number} has ended already. Nothing was changed."
            ) from None
    rest = "What is scheduled of it goes out as planned."
    taken = f"{gone} scheduled posts of it are off the desk; the pages can bring them back."
    voice.answer(
        {"series": number, "ended": True, "taken_off": gone},
        f"Series {number} has ended. {rest if leave_scheduled else taken}",
    )


def _numbered(workspace: "Workspace", number: int) -> "Series":
    from parvis.schedule.models import Series

    series = Series.objects.filter(workspace=workspace, pk=number).first()
    if series is None:
        raise Failure(
            "no-series",
            f"There is no series {number}. Nothing was changed. `parvis recurring` lists them.",
            ExitCode.NOT_FOUND,
        )
    return series


def _row(line: "SeriesLine", zone: "ZoneInfo") -> tuple[str, ...]:
    text = line.text if len(line.text) <= TEXT else f"{line.text[:TEXT]}…"
    return (
        str(line.series_id),
        line.rhythm,
        _next(line, zone),
        ", ".join(f"{place.network}:{place.named}" for place in line.places),
        text,
    )


def _next(line: "SeriesLine", zone: "ZoneInfo") -> str:
    if line.ended_at is not None:
        return "ended"
    return shown_to_a_person(line.next_at, zone) if line.next_at else "when a slot is free"


usual_command(group, list_series)
command(group, "list")(list_series)
command(group, "end")(end)
