"""The room of figures beside the sandbox, whose clock and ours go on together."""

from collections.abc import Iterator

import pytest

from parvis.networks import present
from parvis.people.models import Workspace
from tests.deliver.rehearsing import KINDS, Rehearsal, beside
from tests.engagement.following import Observed
from tests.servers.sandbox import RunningSandbox


@pytest.fixture
def observed(
    request: pytest.FixtureRequest,
    sandbox: RunningSandbox,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Observed]:
    """With the account that `on` names."""
    with beside(sandbox, monkeypatch):
        yield Observed(Rehearsal(sandbox, workspace, KINDS[request.param]))
    present.set_clock_ahead(0.0)
