"""How a signed-in person likes their pages, kept in the browser: a page that says what went wrong
follows it even while the database is away."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from parvis.people.models import Theme, User

_THEME = "parvis_theme"
_SECONDS = 365 * 24 * 3600


def remember_look(page: HttpResponse, request: HttpRequest, user: User) -> HttpResponse:
    """The language too, which Django reads from its own cookie where nobody has signed in."""
    liked = {_THEME: user.theme, settings.LANGUAGE_COOKIE_NAME: user.language}
    for name, value in liked.items():
        if request.COOKIES.get(name) != value:
            page.set_cookie(
                name,
                value,
                max_age=_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
    return page


def theme_of(request: HttpRequest) -> str:
    """“light” or “dark”; empty where the system decides."""
    theme = request.COOKIES.get(_THEME, "")
    return theme if theme in (Theme.LIGHT, Theme.DARK) else ""
