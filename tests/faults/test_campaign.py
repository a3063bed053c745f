"""The fault campaign in its short form: `make faults` is the long one."""

from __future__ import annotations

import pytest

from parvis.sandbox.ports import PORTS
from tests.faults.campaigning import campaign
from tests.faults.disasters import Kind
from tests.faults.gaps import Gap

pytestmark = [pytest.mark.installation, pytest.mark.timeout(600)]


def test_nothing_is_lost_duplicated_or_wrong_on_any_network_whatever_breaks() -> None:
    told = campaign("--seed=11", "--posts=210", "--minutes=1")

    assert told.exit_code == 0, told.stderr
    assert [line["network"] for line in told.lines] == [*PORTS, "total"]
    assert (told.total["lost"], told.total["duplicated"], told.total["wrong"]) == (0, 0, 0)
    assert told.total["published"] > 150
    assert _hit_gaps(told.total["hit"]["gaps"]) >= _ALWAYS_HIT
    assert set(told.total["hit"]["disasters"]) >= _ALWAYS_BEFALLING
    assert told.total["hit"]["faults"]["lose-answer on publish"] > 0


def _hit_gaps(gaps: dict[str, int]) -> set[str]:
    return {gap.rpartition(": ")[2] for gap, hits in gaps.items() if hits}


_ALWAYS_HIT = {Gap.TAKEN, Gap.WRITTEN, Gap.CALLING, Gap.ANSWERED}
_ALWAYS_BEFALLING = {Kind.CUT, Kind.FROZEN, Kind.KILLED, Kind.WORKER_CLOCK, Kind.POSTGRES_KILLED}
"""What a busy machine reaches in a minute; the others come as well, as a rule."""
