"""A campaign must be able to fail: with a safeguard turned off it finds what goes wrong then, and
with all of them the same trouble does no harm."""

from __future__ import annotations

import pytest

from tests.faults.campaigning import campaign

pytestmark = [pytest.mark.installation, pytest.mark.timeout(600)]
# Facebook takes equal texts and knows no key: nothing on its side hides what Parvis does wrongly.
_SHORT = ("--networks=facebook", "--posts=30", "--minutes=0.25", "--pace=8")


@pytest.mark.parametrize(
    ("safeguard", "trouble"),
    [("resend", "answers"), ("nolookup", "answers"), ("nofence", "freezing")],
)
def test_without_a_safeguard_the_campaign_finds_duplicates(safeguard: str, trouble: str) -> None:
    told = campaign(*_SHORT, f"--trouble={trouble}", f"--break={safeguard}")

    assert told.exit_code == 1
    assert told.total["duplicated"] > 0, told
    assert "DUPLICATED on facebook" in told.stderr


@pytest.mark.parametrize("trouble", ["answers", "freezing"])
def test_with_every_safeguard_the_same_trouble_does_no_harm(trouble: str) -> None:
    told = campaign(*_SHORT, f"--trouble={trouble}")

    assert told.exit_code == 0, told.stderr
    assert told.total["duplicated"] == told.total["wrong"] == told.total["lost"] == 0
