"""How dates are written for people."""

from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.translation import pgettext


def written_date(day: date, shape: str) -> str:
    """`shape` is one of Django’s date formats, which know no “1er” for the first of a month."""
    if day.day == 1:
        first = pgettext("first day of a month, Django’s date format", "j")
        shape = shape.replace("j", first)
    return formatted(day, shape)
