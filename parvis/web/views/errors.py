"""What is said when a page cannot be shown. None of these needs the database: whom it is for, and
how they like their pages, a cookie says."""

import sys

import psycopg
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parvis.watch.database import trouble_of
from parvis.watch.phrases import heading_of, sentence_of
from parvis.watch.troubles import (
    DATABASE_AWAY,
    DATABASE_FULL,
    DATABASE_READ_ONLY,
    DATABASE_SLOW,
    Trouble,
)
from parvis.web.remembered_look import theme_of
from parvis.web.views.owners import OwnersOnly

RETRY_SECONDS = 10
PASSING = frozenset({DATABASE_AWAY, DATABASE_SLOW, DATABASE_FULL, DATABASE_READ_ONLY})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        400,
        _("This request could not be understood"),
        _("Nothing was changed. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, OwnersOnly):
        return _page(
            request,
            403,
            _("Only an owner can do this"),
            _(
                "Nothing was changed. Owners look after the accounts, the people and the settings "
                "of the desk: ask one of them."
            ),
        )
    return _page(
        request,
        403,
        _("This page is not yours"),
        _("Sign in with another account, or go back to the desk."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing at this address"),
        _("It may have been deleted, or the address is misspelt. Nothing was changed."),
    )


def not_allowed(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        405,
        _("This address does not answer to that"),
        _("Nothing was changed. Go back, load the page again and send the form once more."),
    )


def disk_full(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        507,
        _("The disk of this installation is full"),
        _(
            "Nothing of what you sent was kept, and nothing that was kept before is lost. Go back "
            "in your browser to find your text again; make room on the machine, then send it anew."
        ),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles what a page has raised."""
    trouble = _trouble_behind(sys.exc_info()[1])
    if trouble is not None:
        heading, sentence = heading_of(trouble), sentence_of(trouble)
        return _page(request, 503, heading, sentence, retry_seconds=RETRY_SECONDS)
    return _page(
        request,
        500,
        _("Something broke in Parvis"),
        _(
            "What is scheduled stays scheduled, and what was kept is kept. Try again; if it breaks "
            "again, the log of Parvis says why."
        ),
    )


def _trouble_behind(error: BaseException | None) -> Trouble | None:
    """The database's own troubles, which pass. Any other error of it is a defect of ours."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    trouble = trouble_of(cause) if isinstance(cause, psycopg.Error) else None
    return trouble if trouble and trouble.code in PASSING else None


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("This form was open for too long"),
        _(
            "Nothing was changed. Go back, load the page again and send the form once more. Your "
            "browser must accept cookies from Parvis."
        ),
    )


def _page(
    request: HttpRequest,
    status: int,
    heading: str,
    sentence: str,
    *,
    retry_seconds: int | None = None,
) -> HttpResponse:
    """Rendered without the request: its context would ask the database."""
    said = {"heading": heading, "sentence": sentence, "status": status}
    page = render_to_string("parvis/errors/error.html", {**said, "theme": theme_of(request)})
    headers = {"Retry-After": str(retry_seconds)} if retry_seconds else None
    return HttpResponse(page, status=status, headers=headers)
