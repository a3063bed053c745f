"""How the command behaves whatever it is asked: help, errors, JSON, no traceback."""

import errno
import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.db import OperationalError

from parvis import __version__
from parvis.cli.desk import refuse_old_server
from parvis.cli.exits import MEANINGS, ExitCode
from parvis.cli.failures import Failure, failure_of
from parvis.machine.presence import mark_running, who_runs
from parvis.postgres import DatabaseUnavailable


def test_the_version_is_told(say) -> None:
    assert say("--version").out == f"parvis {__version__}\n"


@pytest.mark.parametrize("command", [(), ("posts",), ("post",), ("doctor",)])
def test_every_help_tells_the_exit_codes(say, command: tuple[str, ...]) -> None:
    said = say(*command, "--help")
    assert said.exit_code == 0
    assert all(f"{int(code)} " in said.out for code in MEANINGS)


def test_an_unknown_option_is_a_sentence(say) -> None:
    said = say("posts", "--colour")
    assert said.exit_code == 2
    assert "No such option: --colour" in said.err
    assert "Traceback" not in said.err


def test_an_error_is_json_when_json_was_asked_for(say) -> None:
    said = say("posts", "show", "one", "--json")
    answer = json.loads(said.out)
    assert answer["exit_code"] == said.exit_code == 2
    assert answer["error"]["code"] == "usage"
    assert said.err == ""


def test_the_command_alone_shows_its_help_and_no_error(say) -> None:
    said = say()
    assert said.exit_code == 2
    assert "doctor" in said.out
    assert said.err == ""


def test_an_interruption_is_json_when_json_was_asked_for(
    say, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("parvis.cli.desk.opened_desk", interrupted)
    said = say("posts", "--json")
    answer = json.loads(said.out)
    assert answer["exit_code"] == said.exit_code == 130
    assert answer["error"]["code"] == "interrupted"


@pytest.mark.django_db(transaction=True)
def test_a_desk_without_an_owner_says_how_to_get_one(say) -> None:
    said = say("posts")
    assert said.exit_code == 1
    assert "make the owner’s account" in said.err


def test_a_defect_is_told_in_a_sentence_and_kept_in_a_log(
    say, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("parvis.cli.desk.opened_desk", broken)
    said = say("accounts", "--data", tmp_path)
    assert said.exit_code == 1
    assert "Traceback" not in said.err
    assert str(tmp_path / "log" / "commands.log") in said.err
    assert "ZeroDivisionError: on purpose" in (tmp_path / "log" / "commands.log").read_text()


def test_debugging_shows_the_traceback(say, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("parvis.cli.desk.opened_desk", broken)
    monkeypatch.setenv("PARVIS_DEBUG", "1")
    assert "Traceback" in say("accounts", "--data", tmp_path).err


def test_an_error_of_a_room_keeps_its_code_and_gets_an_exit_code() -> None:
    failure = failure_of(DatabaseUnavailable("disk-full", "The disk is full."))
    assert failure is not None
    assert (failure.code, failure.exit_code) == ("disk-full", ExitCode.NO_DATABASE)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (PermissionError(errno.EACCES, "", "/data/desk.lock"), "file", "/data/desk.lock cannot be"),
        (OSError(errno.EROFS, "", b"/data/desk.lock"), "file", "/data/desk.lock cannot be"),
        (OSError(errno.ENOSPC, ""), "disk-full", "Free some space"),
        (psycopg.errors.DiskFull("no space"), "disk-full", "Free some space"),
    ],
)
def test_what_the_owner_of_the_machine_can_mend_is_no_defect(
    error: Exception, code: str, told: str
) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert failure.code == code
    assert told in str(failure)


def test_a_full_disk_is_known_behind_an_error_of_django() -> None:
    with pytest.raises(OperationalError) as raised:
        raise OperationalError from psycopg.errors.DiskFull("no space")
    failure = failure_of(raised.value)
    assert failure is not None
    assert failure.code == "disk-full"


def test_what_nobody_foresaw_is_no_failure_but_a_defect() -> None:
    assert failure_of(ZeroDivisionError()) is None
    assert failure_of(FileNotFoundError(errno.ENOENT, "", "/x")) is None


def test_a_password_in_the_database_url_is_never_shown(
    say, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis:hush@127.0.0.1:1/parvis")
    said = say("accounts", "--data", tmp_path)
    assert said.exit_code == 7
    assert "hush" not in said.out + said.err


def test_an_option_in_the_database_url_that_nobody_knows_is_told_at_once(
    say, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis:hush@127.0.0.1:1/parvis?hasty=yes")
    said = say("accounts", "--data", tmp_path)
    assert said.exit_code == 2
    assert "DATABASE_URL" in said.err
    assert "hush" not in said.out + said.err


def test_a_server_that_is_too_old_is_told_with_both_versions() -> None:
    with pytest.raises(Failure, match=r"is version 14\. Parvis needs 15"):
        refuse_old_server(140011)
    refuse_old_server(150000)


def test_who_runs_is_known_only_while_it_runs(tmp_path) -> None:
    with mark_running(tmp_path) as mark:
        mark.answers_at("http://127.0.0.1:8000/")
        running = who_runs(tmp_path)
        assert running is not None
        assert running.url == "http://127.0.0.1:8000/"
    assert who_runs(tmp_path) is None


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_caller_closed_is_done_without(closed: str) -> None:
    said = _in_a_shell(f"posts show one {closed}")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("arguments", ["posts show one --json", "--version"])
def test_an_answer_that_cannot_be_written_is_told_where_it_can(arguments: str) -> None:
    said = _in_a_shell(f"{arguments} >/dev/full")
    assert said.returncode in (1, 2)
    assert said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("read", ["caf\udce9", "a\0b"])
def test_a_text_that_is_not_utf_8_is_told_and_nothing_is_done(say, read: str) -> None:
    for said in (
        say("post", "-", "--to", "ponts", "--draft", "--json", stdin=read),
        say("post", read, "--to", "ponts", "--draft", "--json"),
        say("post", "x", "--to", "ponts", "--media", "a.png", "--alt", read, "--draft", "--json"),
    ):
        assert json.loads(said.out)["error"]["code"] == "no-text"
        assert said.exit_code == 2


def test_bytes_of_another_encoding_on_standard_input_are_told() -> None:
    said = _in_a_shell("post - --to ponts --draft </bin/sh", PYTHONUTF8="1", LC_ALL="C.UTF-8")
    assert said.returncode == 2
    assert "not text in UTF-8" in said.stderr


def test_an_empty_data_folder_is_not_the_present_one(say) -> None:
    said = say("posts", "--data", "")
    assert said.exit_code == 2
    assert "it is empty" in said.err


def _in_a_shell(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m parvis {command}', sys.executable],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
