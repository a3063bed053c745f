"""Where an entry of the calendar is put down."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from parvis.web.forms.when import WhenForm, within_reach


class MoveForm(WhenForm):
    """`seen` is the moment at which the entry stood for who moved it, `page` the query string of
    the calendar that it was moved in."""

    post = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    seen = forms.DateTimeField(validators=[within_reach])
    page = forms.CharField(required=False, max_length=1000)

    def __init__(self, data: Any, *, zone: ZoneInfo) -> None:
        super().__init__(data, zone=zone)
