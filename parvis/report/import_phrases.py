"""What is told of a file of posts and of its rows, by code: `intake.reading` and
`intake.checking`."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

FILES = {
    "none": _("No file was chosen. Choose a CSV file, then look at it again."),
    "too-large": _(
        "The file is larger than %(limit)s. Nothing was kept. Bring it in several parts: rows that "
        "were imported are not imported twice."
    ),
    "no-room": _(
        "The disk of this desk is full, so the file could not be kept. Make room, then bring it "
        "again."
    ),
    "not-text": _(
        "This is not a CSV file. Nothing was kept. In a spreadsheet, save it as “CSV UTF-8”."
    ),
    "broken": _(
        "The file breaks off near line %(line)s: a quotation mark is not closed. Nothing was kept. "
        "Close it, or save the file from a spreadsheet again."
    ),
    "no-columns": _(
        "The first row must name the columns, and one of them must be “text”. Nothing was kept. "
        "The file to start from shows all names."
    ),
    "twice": _("Two columns say the same: “%(heading)s”. Nothing was kept. Take one of them out."),
    "nameless": _(
        "Row %(number)s has something in a column that has no name. Nothing was kept. Name the "
        "column; or, where a text holds commas, put quotation marks around it."
    ),
    "no-rows": _("There are no rows below the names of the columns. Nothing was kept."),
    "too-many-rows": _(
        "The file has more than %(limit)s rows. Nothing was kept. Bring it in several parts: rows "
        "that were imported are not imported twice."
    ),
}

ROWS = {
    "nothing-said": _("There is no text and no picture in this row."),
    "no-account": _("It has a time and no account. Name one under “accounts”."),
    "no-account-yet": _("No account is named yet: the draft is kept without one."),
    "unknown-account": _(
        "No connected account is named “%(name)s”. Write its handle, or network:handle."
    ),
    "several-accounts": _(
        "“%(name)s” fits more than one account. Write its handle, or network:handle."
    ),
    "no-date": _("There is a time and no date."),
    "no-time": _("There is a date and no time."),
    "bad-date": _("“%(written)s” is not a date. Write it as 2026-12-24, or as 24/12/2026."),
    "bad-time": _("“%(written)s” is not a time of day. Write it as 18:05, 18 h 05 or 6:05 pm."),
    "bad-zone": _(
        "“%(written)s” is not a time zone. Write it as Europe/Paris, or as an offset: +01:00."
    ),
    "skipped-time": _(
        "The clocks skip this time that night. Choose another, or write %(first)s or %(second)s as "
        "its time zone."
    ),
    "repeated-time": _(
        "The clocks show this time twice that night. Write which one is meant as its time zone: "
        "%(first)s or %(second)s."
    ),
    "gone-by": _("This moment has gone by."),
    "day-first": _("Read with the day first: %(day)s."),
    "unknown-media": _(
        "There is no file named “%(name)s” in the media library. Upload it first: files are not "
        "fetched from addresses."
    ),
    "several-media": _("Several files are named “%(name)s”; the newest is used."),
    "more-alts": ngettext_lazy(
        "There are more descriptions than files: %(alts)s for %(media)s file.",
        "There are more descriptions than files: %(alts)s for %(media)s files.",
        "media",
    ),
    "bad-language": _("“%(written)s” is not a language. Write it as en, fr or pt-BR."),
    "bad-visibility": _(
        "“%(written)s” is no visibility. Write public, unlisted, private, direct or connections."
    ),
    "long-tag": _("The tag “%(name)s…” is longer than %(limit)s characters."),
    "long-campaign": _("The campaign’s name is longer than %(limit)s characters."),
    "new-tag": _("The tag “%(name)s” is new."),
    "new-campaign": _("The campaign “%(name)s” is new."),
    "ended-campaign": _("The campaign “%(name)s” has ended."),
    "said-already": _("Post %(post)s says the same at the same time."),
    "same-as-row": _("Row %(number)s says the same at the same time."),
}
