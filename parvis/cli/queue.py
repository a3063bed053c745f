"""`parvis pause`, `parvis resume` and `parvis slots`: the queue from a terminal."""

from datetime import time
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.connections.models import Account
    from parvis.people.models import Workspace
    from parvis.schedule.slots import WeeklyTime

Accounts = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ACCOUNT]...", help="Handles or numbers; everything without any."),
]
AccountName = Annotated[
    str | None, typer.Argument(metavar="[ACCOUNT]", help="Handle, network:handle or number.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="DAYS TIMES", help='Such as "mon-fri 9:30 17:30"; may be repeated.'
    ),
]
Clear = Annotated[bool, typer.Option("--clear", help="Leave it no slots.")]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FREE_SHOWN = 3


def register(program: typer.Typer) -> None:
    command(program, "pause")(pause)
    command(program, "resume")(resume)
    command(program, "slots")(slots)


def pause(voice: Voice, accounts: Accounts = None) -> None:
    """Let nothing go out of these accounts, or of any. What becomes due meanwhile is held."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.deliver import pausing

        named = _named(workspace, accounts)
        if named:
            for account in named:
                pausing.pause(account)
        else:
            pausing.pause_all(workspace)
        _tell(voice, workspace, named, "paused. What becomes due meanwhile is held.")


def resume(voice: Voice, accounts: Accounts = None) -> None:
    """Let these accounts go on, or everything. What was held waits for a decision."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.deliver import pausing

        named = _named(workspace, accounts)
        if named:
            for account in named:
                pausing.resume(account)
        else:
            pausing.resume_all(workspace)
        _tell(voice, workspace, named, "resumed.")


def slots(
    voice: Voice, account: AccountName = None, set_to: Set = None, clear: Clear = False
) -> None:
    """List weekly slots and the next free ones, or set those of one account."""
    from parvis.cli.desk import opened_desk, the_workspace

    if (set_to or clear) and account is None:
        raise _unclear("Name the account whose slots these are.")
    if set_to and clear:
        raise _unclear("Either --set or --clear.")
    with opened_desk():
        workspace = the_workspace()
        from parvis.schedule.slots import TooManySlots, set_slots

        named = _named(workspace, [account] if account else None)
        if set_to or clear:
            try:
                set_slots(named[0], _week_from(set_to or []))
            except TooManySlots:
                raise _unclear("These are more slots than a week has hours.") from None
        _list(voice, workspace, named)


def _named(workspace: "Workspace", names: list[str] | None) -> list["Account"]:
    from parvis.cli.naming import account_named
    from parvis.connections.verbs import accounts_of

    among = accounts_of(workspace)
    return [account_named(name, among) for name in names or []]


def _tell(voice: Voice, workspace: "Workspace", named: list["Account"], done: str) -> None:
    from parvis.connections.verbs import accounts_of
    from parvis.deliver.pausing import held_by_pauses

    workspace.refresh_from_db()
    for account in named:
        account.refresh_from_db()
    held = sum(held_by_pauses(each).count() for each in named or accounts_of(workspace))
    whose = ", ".join(map(str, named)) or "Everything"
    verb = "are" if len(named) > 1 else "is"
    sentences = [f"{whose} {verb} {done}"]
    if held:
        sentences.append(
            f"{held} held deliveries wait for a decision: `parvis posts --state to-decide`, or the "
            "page “Queue”."
        )
    facts = {
        "everything_paused_at": workspace.paused_at,
        "accounts": [
            {"account": each.pk, "name": str(each), "paused_at": each.paused_at} for each in named
        ],
        "held": held,
    }
    voice.answer(facts, " ".join(sentences))


def _list(voice: Voice, workspace: "Workspace", named: list["Account"]) -> None:
    from parvis.cli.moments import shown_to_a_person
    from parvis.connections.verbs import accounts_of
    from parvis.deliver.verbs import database_now
    from parvis.schedule.slots import free_slots_for, slots_of

    now, rows, facts = database_now(), [], []
    for account in named or accounts_of(workspace):
        weekly = slots_of(account)
        free = list(islice(free_slots_for([account], now), FREE_SHOWN))
        week = [f"{DAYS[slot.weekday]} {slot.time:%H:%M}" for slot in weekly]
        shown = [shown_to_a_person(at, workspace.zone) for at in free]
        rows.append((str(account), ", ".join(week) or "none", ", ".join(shown)))
        facts.append({"account": account.pk, "name": str(account), "week": week, "free": free})
    voice.answer({"time_zone": workspace.time_zone, "slots": facts})
    voice.table(("Account", "Weekly slots", "Next free"), rows)
    if not rows:
        voice.tell("No account is connected yet.")


def _week_from(lines: list[str]) -> list["WeeklyTime"]:
    from parvis.schedule.slots import WeeklyTime

    return [
        WeeklyTime(day, at)
        for line in lines
        for days, times in [_read(line)]
        for day in days
        for at in times
    ]


def _read(line: str) -> tuple[range, list[time]]:
    """“mon-fri 9:30 17:30”."""
    named, *times = line.replace(",", " ").casefold().split() or [""]
    first, _, last = named.partition("-")
    try:
        begin, end = DAYS.index(first), DAYS.index(last or first)
        read = [time.fromisoformat(each.zfill(5)) for each in times]
    except ValueError:
        raise _unreadable(line) from None
    if not read or end < begin:
        raise _unreadable(line)
    return range(begin, end + 1), read


def _unreadable(line: str) -> Failure:
    return _unclear(f"“{line}” is no days with times, such as “mon-fri 9:30 17:30”.")


def _unclear(sentence: str) -> Failure:
    return Failure("usage", f"{sentence} Nothing was changed.", ExitCode.USAGE)
