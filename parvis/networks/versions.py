"""The API versions to ask for, from versions.toml: when one is retired, a line there changes."""

import tomllib
from functools import cache
from importlib.resources import files


def version_of(api: str) -> str:
    """For example "v26.0" for "graph"."""
    return _versions()[api]


@cache
def _versions() -> dict[str, str]:
    return tomllib.loads(files("parvis.networks").joinpath("versions.toml").read_text("utf-8"))
