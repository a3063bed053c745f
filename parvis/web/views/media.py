"""Pictures and videos on their way in and out."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.compose.content import Content, UsedMedia
from parvis.compose.media import still_of
from parvis.compose.models import Media
from parvis.compose.public_media import media_opened_by, probe_opened_by
from parvis.web.arrivals import keep_arrivals
from parvis.web.compose_page import pictures_of, remembering
from parvis.web.desk_request import DeskRequest
from parvis.web.files import serve_file
from parvis.web.views.compose import keep, sent_by_form
from parvis.web.views.library import number_in


@sent_by_form
def upload(request: DeskRequest) -> HttpResponse:
    """Scripts send files alone and get them back as a fragment; a plain form is kept whole."""
    if request.accepts("text/html"):
        return keep(request)
    arrivals = keep_arrivals(request)
    used = [UsedMedia(media_id=media.pk, alt=media.alt) for media in arrivals.kept]
    shown = pictures_of(request.workspace, Content(media=tuple(used)))
    pictures = {"pictures": remembering(shown, apart_from=number_in(request.POST.get("post", "")))}
    told = {
        "pictures": render_to_string("parvis/compose/pictures.html", pictures, request),
        "refused": arrivals.refused or ([] if arrivals.kept else [_("No picture was chosen.")]),
    }
    return JsonResponse(told, status=200 if arrivals.kept else 422)


@cache_control(private=True, max_age=31_536_000, immutable=True)
@require_safe
def show(request: DeskRequest, sha256: str) -> HttpResponseBase:
    """The address is the file's own hash, so what it names never changes."""
    media = get_object_or_404(Media, sha256=sha256, workspace=request.workspace)
    return _served(request, media)


@cache_control(private=True, max_age=31_536_000, immutable=True)
@require_safe
def show_still(request: DeskRequest, sha256: str) -> HttpResponseBase:
    """A video's first picture, for where it does not play, and a small one of a picture."""
    media = get_object_or_404(Media, sha256=sha256, workspace=request.workspace)
    if (still := still_of(media)) is None:
        raise Http404
    return serve_file(request, still, media_type="image/jpeg", etag=f"still-{media.sha256}")


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def show_to_network(request: HttpRequest, signed: str, name: str) -> HttpResponseBase:
    """For whoever has the signed address: a network that comes to fetch what it was told of."""
    if (probe := probe_opened_by(signed)) is not None:
        return HttpResponse(probe, content_type="text/plain")
    media = media_opened_by(signed)
    if media is None:
        raise Http404
    return _served(request, media)


def _served(request: HttpRequest, media: Media) -> HttpResponseBase:
    try:
        return serve_file(request, media.path, media_type=media.media_type, etag=media.sha256)
    except FileNotFoundError:
        raise Http404 from None
