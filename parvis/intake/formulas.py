"""The apostrophe that stands in a table before what a spreadsheet would take for a formula and run.

Source: OWASP, CSV Injection. It is put there when posts are written into a table, and taken away
when a table is read, so that what went out comes back as it was. Pure.
"""

import re

# Whatever space stands before the sign: some spreadsheets leave it out. An apostrophe that a text
# has itself gets another one, so that it is not taken for ours.
_FORMULA = re.compile(r"[\s']*[=+\-@＝＋－＠]")
_GUARD = "'"


def guarded(cell: str) -> str:
    return _GUARD + cell if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Takes one apostrophe away, and only where `guarded` would have put it."""
    is_guarded = cell.startswith(_GUARD) and _FORMULA.match(cell)
    return cell.removeprefix(_GUARD) if is_guarded else cell
