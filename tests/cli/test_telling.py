"""What `parvis up` says to the person who started it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.cli.supervising import Teller
from parvis.cli.voice import Voice
from parvis.config.installation import installation
from parvis.machine.events import Ended, Event, Ready
from parvis.machine.presence import RunningMark, mark_running

FIRST = Ready(url="http://127.0.0.1:8000/", first_start=True, seconds=1.0)


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[RunningMark]:
    with mark_running(tmp_path) as mark:
        yield mark


def _told(
    mark: RunningMark, capsys: pytest.CaptureFixture[str], event: Event, **environment: str
) -> str:
    Teller(Voice(in_json=False), installation(environment), mark, None).tell(event)
    return capsys.readouterr().out


def test_a_new_desk_says_where_everything_is_kept(mark, capsys) -> None:
    assert "Everything is kept in /srv/desk." in _told(mark, capsys, FIRST, PARVIS_DATA="/srv/desk")


def test_a_desk_on_another_database_does_not_claim_that_all_is_in_its_folder(mark, capsys) -> None:
    url = "postgresql://parvis:hush@127.0.0.1/parvis"
    told = _told(mark, capsys, FIRST, PARVIS_DATA="/srv/desk", DATABASE_URL=url)
    assert "Everything" not in told
    assert "Pictures and keys are kept in /srv/desk" in told
    assert "hush" not in told


def test_a_process_that_was_killed_is_told_as_killed(mark, capsys) -> None:
    told = _told(mark, capsys, Ended(name="web", code=-9, pause=0.5))
    assert told == "The web process was killed (signal 9); it is started again in 0.5 s.\n"


def test_a_process_that_ended_by_itself_is_told_with_the_log_that_knows_why(mark, capsys) -> None:
    told = _told(mark, capsys, Ended(name="web", code=1, pause=2), PARVIS_DATA="/srv/desk")
    assert "/srv/desk/log/parvis.log says why." in told
