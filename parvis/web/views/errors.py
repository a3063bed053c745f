"""What is said when a page cannot be shown. None of these needs the database."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        400,
        _("This request could not be understood"),
        _("Nothing was changed. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        403, _("This page is not yours"), _("Sign in with another account, or go back to the desk.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        404,
        _("There is nothing at this address"),
        _("It may have been deleted, or the address is misspelt. Nothing was changed."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    return _page(
        500,
        _("Something broke in Parvis"),
        _(
            "What is scheduled stays scheduled, and what was kept is kept. Try again; if it breaks "
            "again, the log of Parvis says why."
        ),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        403,
        _("This form was open for too long"),
        _(
            "Nothing was changed. Go back, load the page again and send the form once more. Your "
            "browser must accept cookies from Parvis."
        ),
    )


def _page(status: int, heading: str, sentence: str) -> HttpResponse:
    """Rendered without the request: its context would ask the database."""
    page = render_to_string(
        "parvis/errors/error.html", {"heading": heading, "sentence": sentence, "status": status}
    )
    return HttpResponse(page, status=status)
