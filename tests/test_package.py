"""The package as a stranger installs it: built, put into an environment of its own, and started."""

import json
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.installed import NewInstallation, status_of

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.installation


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("parvis-*.whl")
    return built


@pytest.mark.parametrize("kind", ["html", "css", "js", "svg", "mo"])
def test_the_wheel_holds_every_file_of_this_kind_that_the_desk_needs(
    wheel: Path, kind: str
) -> None:
    held = {Path(name) for name in zipfile.ZipFile(wheel).namelist()}
    wanted = {path.relative_to(ROOT) for path in (ROOT / "parvis").rglob(f"*.{kind}")}
    assert wanted
    assert wanted <= held


def test_the_wheel_holds_the_migrations_and_the_licence(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    for room in ("people", "connections", "compose", "deliver"):
        assert f"parvis/{room}/migrations/0001_initial.py" in held
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_the_installed_command_works_and_starts_a_desk(
    wheel: Path, tmp_path: Path, new_installation: NewInstallation
) -> None:
    place = tmp_path / "environment"
    venv.create(place)
    _lend_the_dependencies(place)
    subprocess.run(
        [place / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel],
        check=True,
    )
    environment = new_installation().env
    told = _said([place / "bin/python", "-c", "import parvis; print(parvis.__file__)"], environment)
    assert told.startswith(str(place))
    started = subprocess.Popen(
        [place / "bin/parvis", "up", "--json"],
        env=environment,
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        events = (json.loads(line) for line in started.stdout or ())
        url = next(event["url"] for event in events if event.get("event") == "ready")
        assert status_of(f"{url}opening/") == 200
    finally:
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 0


def _lend_the_dependencies(place: Path) -> None:
    """They are those of this environment, so that nothing is fetched; Parvis is the wheel's."""
    (site,) = place.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))


def _said(command: list[str | Path], environment: dict[str, str]) -> str:
    """Away from the repository, whose own parvis would be found first."""
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, cwd="/"
    ).stdout
