"""The units, the compose file, the image and the example of an environment file fit the program."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from parvis.cli.running import ROLES as ROLES_OF_THE_COMMAND
from parvis.config.installation import installation
from parvis.deliver.worker import ROLES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED_AT = "/opt/parvis/.venv"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: told for name, told in COMPOSE["services"].items() if told["image"] == "parvis"}


def example() -> dict[str, str]:
    lines = (DEPLOY / "parvis.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def understood(*arguments: str) -> bool:
    """Whether the command knows these words: it is asked for its help instead of being run."""
    said = subprocess.run(
        [sys.executable, "-m", "parvis", *arguments, "--help"], capture_output=True, check=False
    )
    return said.returncode == 0


def started_by(unit: Path) -> list[str]:
    (line,) = re.findall(r"(?m)^ExecStart=(.*)$", unit.read_text())
    line = re.sub(r"\$\{(\w+)\}", lambda name: example()[name.group(1)], line)
    program, *arguments = shlex.split(line.replace("%i", "deliver"))
    assert program == f"{INSTALLED_AT}/bin/parvis"
    return arguments


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here (Debian: apt-get install systemd)")
    name = unit.name.replace("@", "@deliver")
    here = Path(sys.executable).parents[1]
    (tmp_path / name).write_text(unit.read_text().replace(INSTALLED_AT, str(here)))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    assert understood(*started_by(unit))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_what_is_under_way_its_time(unit: Path) -> None:
    """Longer than the grace of a worker, or systemd would kill it first."""
    from django.conf import settings

    (seconds,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)$", unit.read_text())
    if "work" in started_by(unit):
        assert int(seconds) > settings.TERMS.grace


def test_the_command_knows_the_roles_of_a_worker() -> None:
    assert frozenset(ROLES_OF_THE_COMMAND) == ROLES


@pytest.mark.parametrize("service", OURS)
def test_a_container_starts_a_command_that_there_is(service: str) -> None:
    assert understood(*OURS[service]["command"])


def test_workers_of_a_container_have_time_to_finish() -> None:
    from django.conf import settings

    assert int(OURS["work"]["stop_grace_period"].removesuffix("s")) > settings.TERMS.grace


def test_containers_wait_for_one_migration() -> None:
    for service in ("web", "work", "watch"):
        condition = OURS[service]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_the_environment_of_the_containers_is_understood() -> None:
    given = {
        name: re.sub(r"\$\{(\w+):\?[^}]*\}", r"https://desk.example.org", value)
        for name, value in OURS["web"]["environment"].items()
    }
    installation(given | {"DATABASE_URL": "postgresql://parvis:secret@db:5432/parvis"})


def test_the_example_of_an_environment_file_is_understood() -> None:
    found = installation(example())
    assert found.database_url == example()["DATABASE_URL"]
    assert (str(found.media), found.log_format) == ("/srv/parvis/media", "json")


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    for line in re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", (DEPLOY / "Dockerfile").read_text()):
        for name in line.split():
            assert (ROOT / name).exists()
            assert f"!{name}" in ignored


def test_nothing_that_is_deployed_names_a_registry() -> None:
    for file in (DEPLOY / "Dockerfile", DEPLOY / "compose.yaml"):
        images = re.findall(r"(?m)^(?:FROM|\s+image:) (\S+)", file.read_text())
        assert images
        assert not [image for image in images if "/" in image]
