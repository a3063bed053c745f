from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.squeak import Squeak
from tests.servers.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def module_squeaks() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(Squeak,)) as running:
        yield running


@pytest.fixture
def squeaks(module_squeaks: RunningSandbox) -> RunningSandbox:
    """A sandbox of the one small network, as if nothing had ever happened there."""
    module_squeaks.reset()
    return module_squeaks
