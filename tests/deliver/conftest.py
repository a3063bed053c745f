from collections.abc import Iterator
from dataclasses import replace

import pytest

from parvis.connections.models import Account
from parvis.deliver import courier, looking_up, preparing
from parvis.people.models import Workspace
from tests.deliver.model_network import ModelNetwork
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


@pytest.fixture
def network(ponts: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelNetwork]:
    """A network that has no keys: a post is found again by what it says."""
    model = ModelNetwork(keyed=False)
    ponts.stored_traits = replace(ponts.traits, native_key_seconds=0).to_json()
    ponts.save()
    for room in (courier, looking_up, preparing):
        monkeypatch.setattr(room, "all_networks", lambda: {"bluesky": model})
    yield model
    assert model.unwritten_sends == 0
