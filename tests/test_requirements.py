"""The lock files against pyproject.toml, and the licences of what Parvis runs on."""

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
BUILD = [Requirement(text) for text in PROJECT["build-system"]["requires"]]

# What the AGPL, version 3, may be combined with. Python's own licences are those of the standard
# library, whose older code the package `regex` carries on (docs/decisions/11-licences.md).
ACCEPTED = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CNRI-Python",
    "ISC",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
}
# How packages without an SPDX expression write the same.
SAME_AS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
ON_WINDOWS_ALONE = {"colorama"}


def pins_of(name: str) -> dict[str, Version]:
    """Canonical name and version of each package in requirements/<name>.txt."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in found}


def asked_for_by_parvis(name: str) -> set[str]:
    """The packages that the lock file says are there because pyproject.toml names them."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)
    ours = (block for block in blocks if re.search(r"#.* parvis[ :(]", block))
    return {str(canonicalize_name(block.partition("==")[0])) for block in ours}


def licences_of(found: Distribution) -> set[str]:
    """By the expression, else the field, else the classifier, in this order."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return set(filter(None, re.split(r" (?:AND|OR) |[()]", expression)))
    classifiers = [text for text in metadata.get_all("Classifier") or () if "License ::" in text]
    named = [classifier.rpartition(":: ")[2] for classifier in classifiers]
    said = metadata.get("License") or named[0].split(" (")[0]
    return {SAME_AS.get(said, said)}


@pytest.mark.parametrize("name", ["run", "dev"])
@pytest.mark.parametrize("wanted", RUN, ids=str)
def test_what_parvis_needs_is_locked_to_a_version_that_will_do(
    name: str, wanted: Requirement
) -> None:
    assert pins_of(name)[canonicalize_name(wanted.name)] in wanted.specifier


@pytest.mark.parametrize("wanted", [*DEV, *BUILD], ids=str)
def test_what_its_development_needs_is_locked_to_a_version_that_will_do(
    wanted: Requirement,
) -> None:
    assert pins_of("dev")[canonicalize_name(wanted.name)] in wanted.specifier


def test_nothing_is_locked_for_a_wish_that_has_been_dropped() -> None:
    run = {str(canonicalize_name(wanted.name)) for wanted in RUN}
    dev = {str(canonicalize_name(wanted.name)) for wanted in DEV}
    assert asked_for_by_parvis("run") == run
    assert asked_for_by_parvis("dev") == run | dev


def test_development_runs_on_the_versions_that_are_run() -> None:
    run, dev = pins_of("run"), pins_of("dev")
    assert {package: dev.get(package) for package in run} == run


@pytest.mark.parametrize("package", sorted(pins_of("run").keys() - ON_WINDOWS_ALONE))
def test_the_licence_of_what_parvis_runs_on_goes_with_its_own(package: str) -> None:
    assert licences_of(distribution(package)) <= ACCEPTED
