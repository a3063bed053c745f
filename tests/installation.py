"""Gives the whole test session an installation of its own: a data folder and a database.

Loaded with `-p`, before pytest-django reads the settings. With DATABASE_URL set, that server is
used and the embedded one is not started.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

_folder = Path(tempfile.mkdtemp(prefix="parvis-tests-"))
_folder.chmod(0o711)
# At the very end, also of a session that never got as far as its tests.
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["PARVIS_DATA"] = str(_folder)
os.environ["PARVIS_ALLOW_PRIVATE_HOSTS"] = "127.0.0.1,localhost"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
for _inherited in ("PARVIS_PUBLIC_URL", "PARVIS_ALLOWED_HOSTS", "PARVIS_DEBUG"):
    os.environ.pop(_inherited, None)
# The tests start some hundred processes of Parvis: none of them is to compile it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What is written here need not outlive a loss of power. (The embedded database's own tests, and
# every installation that a test makes, have servers of their own, with the product's settings.)
HASTE = ("fsync", "full_page_writes")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    from parvis.config.installation import installation

    use = installation().postgres().open()
    early_config.add_cleanup(use.close)
    _hurry(use.url)


def _hurry(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in HASTE:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
