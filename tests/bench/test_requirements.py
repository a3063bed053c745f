"""The lock file of what only the measurements need."""

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_requirements import PROJECT, RUN, asked_for_by_parvis, pins_of

BENCH = [Requirement(text) for text in PROJECT["dependency-groups"]["bench"]]


@pytest.mark.parametrize("wanted", BENCH, ids=str)
def test_what_is_measured_beside_parvis_is_locked(wanted: Requirement) -> None:
    assert pins_of("bench")[canonicalize_name(wanted.name)] in wanted.specifier


def test_parvis_is_measured_on_the_versions_that_are_run() -> None:
    run, bench = pins_of("run"), pins_of("bench")
    assert {package: bench.get(package) for package in run} == run


def test_nothing_is_locked_that_no_measurement_wants() -> None:
    wanted = {str(canonicalize_name(requirement.name)) for requirement in BENCH}
    run = {str(canonicalize_name(requirement.name)) for requirement in RUN}
    assert asked_for_by_parvis("bench") == wanted | run
