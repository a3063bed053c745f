"""What it costs to follow posts: a small measurement, whole."""

import json
import subprocess
import sys


def test_following_takes_few_calls_and_its_curve_is_close_at_any_hour() -> None:
    command = [sys.executable, "-m", "bench.following", "--posts", "20", "--curves", "20"]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    figures = [json.loads(line) for line in told.splitlines()]

    promised = [figure for figure in figures if "met" in figure]
    assert len(promised) >= 8
    assert [figure["name"] for figure in promised if not figure["met"]] == []
