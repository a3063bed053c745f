"""How dates are written."""

from datetime import date

import pytest
from django.utils.translation import override

from parvis.people.dates import written_date


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("fr", date(2026, 11, 1), "dimanche 1er novembre"),
        ("fr", date(2026, 11, 11), "mercredi 11 novembre"),
        ("en", date(2026, 11, 1), "Sunday 1 November"),
    ],
)
def test_french_calls_the_first_of_a_month_so(language: str, day: date, written: str) -> None:
    with override(language):
        assert written_date(day, "l j F") == written
