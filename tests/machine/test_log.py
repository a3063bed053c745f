"""The file in which `parvis up` keeps what its processes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parvis.machine.log import Log, log_file


def kept(folder: Path, *lines: str, in_json: bool) -> list[str]:
    log = Log(folder, echo=False, in_json=in_json)
    for line in lines:
        log.write("worker", line)
    log.close()
    return log_file(folder).read_text().splitlines()


def test_a_line_for_people_begins_with_its_process(tmp_path: Path) -> None:
    assert kept(tmp_path, "level=info event=x", in_json=False) == ["worker: level=info event=x"]


def test_a_line_of_json_stays_one_and_names_its_process(tmp_path: Path) -> None:
    (line,) = kept(tmp_path, '{"event": "été", "delivery": 7}', in_json=True)
    assert json.loads(line) == {"process": "worker", "event": "été", "delivery": 7}


@pytest.mark.parametrize("said", ["Segmentation fault", "7", "null", '"x"', "{"])
def test_what_is_no_json_object_becomes_one(tmp_path: Path, said: str) -> None:
    (line,) = kept(tmp_path, said, in_json=True)
    assert json.loads(line) == {"process": "worker", "event": said}


def test_each_line_is_echoed_as_it_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(tmp_path, echo=True, in_json=True)
    log.write("web", '{"event": "x"}')
    log.close()
    assert capsys.readouterr().err == log_file(tmp_path).read_text()
