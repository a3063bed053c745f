"""Scripts under names that change with what they hold."""

import re
from pathlib import Path

from django.core.management import call_command

HASHED = re.compile(r"[a-z-]+\.[0-9a-f]{12}\.js")


def test_a_script_names_the_others_by_what_they_hold(settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    hashed = {"BACKEND": "parvis.web.static_files.HashedStaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)
    (script,) = (tmp_path / "parvis").glob("compose.*.js")
    named = re.findall(r'^import .*"\./(.+)";$', script.read_text(), re.MULTILINE)
    assert len(named) == 3
    assert [name for name in named if not HASHED.fullmatch(name)] == []
    assert [name for name in named if not (tmp_path / "parvis" / name).is_file()] == []
