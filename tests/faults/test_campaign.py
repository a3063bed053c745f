"""The fault campaign in its short form: `make faults` is the long one."""

from __future__ import annotations

import pytest

from parvis.sandbox.ports import PORTS
from tests.faults.campaigning import Told, campaign

pytestmark = [pytest.mark.installation, pytest.mark.timeout(600)]
SOME = 4
"""Different gaps, and different disasters: what a very busy machine reaches in a minute."""


def test_nothing_is_lost_duplicated_or_wrong_on_any_network_whatever_breaks() -> None:
    told = campaign("--seed=11", "--posts=210", "--minutes=1")

    assert told.exit_code == 0, told.stderr
    assert [line["network"] for line in told.lines] == [*PORTS, "total"]
    assert (told.total["lost"], told.total["duplicated"], told.total["wrong"]) == (0, 0, 0)
    assert told.total["published"] > 150
    assert len(_hit(told, "gaps")) >= SOME
    assert len(_hit(told, "disasters")) >= SOME
    assert told.total["hit"]["faults"]["lose-answer on publish"] > 0


def _hit(told: Told, what: str) -> list[str]:
    return [each for each, times in told.total["hit"][what].items() if times]
