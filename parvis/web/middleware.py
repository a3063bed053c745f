"""What holds for every page: whose workspace it is, and what the browser may load."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from parvis.people.models import User
from parvis.people.verbs import is_first_start, membership_of
from parvis.web.remembered_look import remember_look
from parvis.web.views import errors

Page = Callable[[HttpRequest], HttpResponse]

_WITHOUT_THE_DATABASE = frozenset({"healthz", "readyz", "metrics"})
_WITHOUT_AN_OWNER = _WITHOUT_THE_DATABASE | {"opening", "language", "public-media"}


class WorkspaceMiddleware:
    """Gives the request its workspace, and the page the user's language and the workspace's time.

    Until somebody has made the owner's account, every page leads to the one that makes it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = _name_of(request)
        if name in _WITHOUT_THE_DATABASE:
            request.user = AnonymousUser()  # who asks is read from the database otherwise
            return self.page(request)
        if isinstance(request.user, User) and request.user.is_authenticated:
            return self._at_the_desk_of(request.user, request)
        if name not in _WITHOUT_AN_OWNER and is_first_start():
            return redirect("opening")
        return self.page(request)

    def _at_the_desk_of(self, user: User, request: HttpRequest) -> HttpResponse:
        membership = membership_of(user)
        workspace = membership.workspace
        request.workspace = workspace  # type: ignore[attr-defined]  # see desk_request.DeskRequest
        request.membership = membership  # type: ignore[attr-defined]
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language() or user.language
        with timezone.override(workspace.zone):
            return remember_look(self.page(request), request, user)


class MethodMiddleware:
    """Django answers a method that an address has no use for with nothing at all."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.page(request)
        if isinstance(answer, HttpResponseNotAllowed):
            answer.content = errors.not_allowed(request).content
            answer.headers["Content-Type"] = "text/html; charset=utf-8"
        return answer


class CompressedPagesMiddleware(GZipMiddleware):
    """Pages go out compressed; files lie compressed already, or cannot be, and keep their ranges.

    Nobody learns a page's secrets from its length: other sites cannot have a page of somebody who
    is signed in sent for (SameSite), its tokens differ each time, and its length varies by chance.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class ContentSecurityPolicyMiddleware:
    """Scripts, styles and pictures come from this installation alone, and nothing inline runs."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.page(request)
        response.headers.setdefault("Content-Security-Policy", _policy())
        return response


def lets_forms_lead_to(page: HttpResponse, sources: str) -> HttpResponse:
    """Chromium applies `form-action` also to where the answer to a form redirects, and OAuth
    redirects to a network."""
    page.headers["Content-Security-Policy"] = _policy(f"'self' {sources}")
    return page


def _policy(form_action: str = "'self'") -> str:
    return "; ".join((*_POLICY, f"form-action {form_action}"))


_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
