"""A desk whose media lie outside its data folder, as on a disk that several machines share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.upkeep.identity import MARK_FILE
from tests.installed import Installed, NewInstallation

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "media"


@pytest.fixture(scope="module")
def desk(new_installation: NewInstallation, shared: Path) -> Iterator[Installed]:
    installed = new_installation(PARVIS_MEDIA=str(shared))
    with installed.database_open():
        installed.run("migrate")
        installed.inside("furnish")
        yield installed


def pictures(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("??/*"))


def test_media_are_kept_there_and_not_in_the_data_folder(desk: Installed, shared: Path) -> None:
    assert len(pictures(shared)) == 1
    assert not (desk.data / "media").exists()


def test_they_are_saved_and_put_back_there_with_a_new_mark(desk: Installed, shared: Path) -> None:
    there, mark = pictures(shared), (shared / MARK_FILE).read_text()
    file = desk.data.parent / "desk.parvis"
    assert desk.run("backup", str(file)).returncode == 0
    for picture in shared.glob("??/*"):
        picture.unlink()
    restored = desk.answer("restore", str(file), "--replace")
    assert restored["exit_code"] == 0, restored
    assert pictures(shared) == there
    assert (shared / MARK_FILE).read_text() != mark
    assert sorted(path.name for path in shared.parent.iterdir()) == ["media"]
    assert desk.answer("posts")["exit_code"] == 0


def test_a_restore_that_dies_leaves_them_as_they_were(desk: Installed, shared: Path) -> None:
    there, mark = pictures(shared), (shared / MARK_FILE).read_text()
    file = desk.data.parent / "desk.parvis"
    desk.run("backup", str(file), "--force")
    with pytest.raises(AssertionError):
        desk.inside("restore_and_die", str(file))
    assert desk.answer("posts")["exit_code"] == 0
    assert (pictures(shared), (shared / MARK_FILE).read_text()) == (there, mark)
    assert sorted(path.name for path in shared.parent.iterdir()) == ["media"]
