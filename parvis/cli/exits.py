"""The exit codes, as docs/commands.md and every --help tell them."""

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    BUSY = 3
    NOT_FOUND = 4
    KEPT_AS_DRAFT = 5
    NEEDS_A_PERSON = 6
    NO_DATABASE = 7
    DAMAGED = 8
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "failed; nothing was lost",
    ExitCode.USAGE: "wrong options or arguments",
    ExitCode.BUSY: "Parvis is at work on this data folder or database already",
    ExitCode.NOT_FOUND: "no such post, delivery or account",
    ExitCode.KEPT_AS_DRAFT: "the post cannot go out as it is and was kept as a draft",
    ExitCode.NEEDS_A_PERSON: "done, but something waits for a person",
    ExitCode.NO_DATABASE: "the database cannot be reached",
    ExitCode.DAMAGED: "the backup file is damaged or of an unknown format",
    ExitCode.INTERRUPTED: "interrupted",
}

EPILOGUE = "Exit codes: " + " · ".join(f"{int(code)} {text}" for code, text in MEANINGS.items())
