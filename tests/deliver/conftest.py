from collections.abc import Iterator

import pytest

from parvis.people.models import Workspace
from tests.deliver.rehearsing import KINDS, Rehearsal, beside
from tests.servers.sandbox import RunningSandbox


@pytest.fixture
def rehearsal(
    request: pytest.FixtureRequest,
    sandbox: RunningSandbox,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Rehearsal]:
    """With the account that `on` names."""
    with beside(sandbox, monkeypatch):
        yield Rehearsal(sandbox, workspace, KINDS[request.param])
