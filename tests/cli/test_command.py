"""How the command behaves whatever it is asked: help, errors, JSON, no traceback."""

import json

import pytest

from parvis import __version__
from parvis.cli.exits import MEANINGS, ExitCode
from parvis.cli.failures import failure_of
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


def test_what_nobody_foresaw_is_no_failure_but_a_defect() -> None:
    assert failure_of(ZeroDivisionError()) is None


def test_a_password_in_the_database_url_is_never_shown(
    say, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis:hush@127.0.0.1:1/parvis")
    said = say("accounts", "--data", tmp_path)
    assert said.exit_code == 7
    assert "hush" not in said.out + said.err


def test_who_runs_is_known_only_while_it_runs(tmp_path) -> None:
    with mark_running(tmp_path) as mark:
        mark.answers_at("http://127.0.0.1:8000/")
        running = who_runs(tmp_path)
        assert running is not None
        assert running.url == "http://127.0.0.1:8000/"
    assert who_runs(tmp_path) is None
