"""For whoever watches this installation from outside: is it well, may it be asked, its figures.

None of these needs a sign-in, names an account, or waits for long: a database that hangs is an
answer as well.
"""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.watch.here import view_here
from parvis.watch.once import look_once
from parvis.watch.readiness import why_not_ready
from parvis.watch.troubles import Trouble, status_of

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_BEHIND_A_PROXY = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded")


def _open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return login_not_required(never_cache(require_safe(view)))


@_open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """The whole installation: 200 while it works, if need be with warnings, else 503."""
    view = view_here()
    troubles = view.troubles if view else look_once()
    status = status_of(troubles)
    facts = {"status": status, "troubles": [_facts(trouble) for trouble in troubles]}
    return JsonResponse(facts, status=503 if status == "error" else 200)


@_open_to_all
def readyz(request: HttpRequest) -> HttpResponse:
    """This process alone: 200 when it may be asked for pages."""
    if why := why_not_ready():
        return JsonResponse({"status": "not ready", "why": why}, status=503)
    return JsonResponse({"status": "ready"})


@_open_to_all
def metrics(request: HttpRequest) -> HttpResponse:
    """In Prometheus' format, to this machine or to whoever has the token; to others it is not
    there."""
    if not _may_read_metrics(request):
        raise Http404
    from parvis.watch.metrics import exposition

    content_type, text = exposition(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type)


def _facts(trouble: Trouble) -> dict[str, str | None]:
    since = trouble.since.isoformat() if trouble.since else None
    return {"code": trouble.code, "severity": trouble.severity, "since": since}


def _may_read_metrics(request: HttpRequest) -> bool:
    return _has_the_token(request) or _is_of_this_machine(request)


def _has_the_token(request: HttpRequest) -> bool:
    token = settings.ALERTS.metrics_token
    if token is None:
        return False
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token.reveal()}".encode())


def _is_of_this_machine(request: HttpRequest) -> bool:
    """Behind a proxy on this machine everybody seems to be."""
    if settings.PUBLIC_URL or any(name in request.headers for name in _BEHIND_A_PROXY):
        return False
    return request.META.get("REMOTE_ADDR") in _LOOPBACK
