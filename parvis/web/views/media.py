"""Pictures on their way in and out."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.compose.content import Content, UsedMedia
from parvis.compose.models import Media
from parvis.compose.public_media import media_opened_by
from parvis.web.arrivals import keep_arrivals
from parvis.web.compose_page import pictures_of
from parvis.web.desk_request import DeskRequest
from parvis.web.views.compose import keep, sent_by_form


@sent_by_form
def upload(request: DeskRequest) -> HttpResponse:
    """Scripts send files alone and get them back as a fragment; a plain form is kept whole."""
    if request.accepts("text/html"):
        return keep(request)
    arrivals = keep_arrivals(request)
    content = Content(media=tuple(UsedMedia(media_id=media.pk) for media in arrivals.kept))
    pictures = {"pictures": pictures_of(request.workspace, content)}
    told = {
        "pictures": render_to_string("parvis/compose/pictures.html", pictures, request),
        "refused": arrivals.refused or ([] if arrivals.kept else [_("No picture was chosen.")]),
    }
    return JsonResponse(told, status=200 if arrivals.kept else 422)


@cache_control(private=True, max_age=31_536_000, immutable=True)
@require_safe
def show(request: DeskRequest, sha256: str) -> HttpResponse:
    """The address is the picture's own hash, so what it names never changes."""
    media = get_object_or_404(Media, sha256=sha256, workspace=request.workspace)
    response = HttpResponse(media.path.read_bytes(), content_type=media.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@require_safe
def show_to_network(request: HttpRequest, signed: str, name: str) -> FileResponse:
    """For whoever has the signed address: a network that comes to fetch what it was told of."""
    media = media_opened_by(signed)
    if media is None:
        raise Http404
    response = FileResponse(media.path.open("rb"), content_type=media.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
