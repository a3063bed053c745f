"""The media library: everything that was ever added, to be found and used again."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from parvis.compose.media_words import describe
from parvis.compose.models import Media
from parvis.deliver.unused_media import StillUsed, delete_unused
from parvis.report.library import MediaShelf, Wanted, line_of, page_of_library
from parvis.web.desk_request import DeskRequest
from parvis.web.files import serve_file
from parvis.web.views.posted import posted_from

_LONGEST_QUERY = 200
_LARGEST_ID = 2**63 - 1


@require_safe
def list_media(request: DeskRequest) -> HttpResponse:
    page = page_of_library(request.workspace, wanted_from(request))
    return render(request, "parvis/library.html", {"page": page, "shelves": shelves()})


@require_safe
def show_media(request: DeskRequest, media_id: int) -> HttpResponse:
    media = media_of(request, media_id)
    if media.copy_of_id is not None:
        return redirect("library-item", media.copy_of_id)
    context = {"line": line_of(media), "alone": True}
    return render(request, "parvis/library_item.html", context)


@posted_from("library-item", "media_id")
def describe_media(request: DeskRequest, media_id: int) -> HttpResponse:
    media = media_of(request, media_id)
    describe(media, request.POST.get("alt", "").replace("\r\n", "\n").replace("\x00", ""))
    if request.htmx:
        return render(
            request, "parvis/library/description.html", {"line": line_of(media), "kept": True}
        )
    messages.success(request, _("The description is kept, and offered when it is used again."))
    return redirect("library-item", media.pk)


@posted_from("library-item", "media_id")
def delete_media(request: DeskRequest, media_id: int) -> HttpResponse:
    media = media_of(request, media_id)
    try:
        delete_unused(media)
    except StillUsed as used:
        messages.error(request, _still_used(used.code))
        return redirect("library-item", media.pk)
    messages.success(request, _("“%(name)s” was deleted.") % {"name": media.name})
    return redirect("library")


@require_safe
def download(request: DeskRequest, media_id: int) -> HttpResponseBase:
    media = media_of(request, media_id)
    try:
        answer = serve_file(request, media.path, media_type=media.media_type, etag=media.sha256)
    except FileNotFoundError:
        raise Http404 from None
    answer.headers["Content-Disposition"] = content_disposition_header(True, media.name) or ""
    return answer


def media_of(request: DeskRequest, media_id: int) -> Media:
    media = Media.objects.select_related("workspace")
    return get_object_or_404(media, pk=media_id, workspace=request.workspace)


def wanted_from(request: DeskRequest) -> Wanted:
    """What the address asks for; what cannot be understood is left out."""
    shelf, before = request.GET.get("show", ""), request.GET.get("before", "")
    query = request.GET.get("q", "").replace("\x00", "").strip()
    return Wanted(
        shelf=MediaShelf(shelf) if shelf in set(MediaShelf) else MediaShelf.ALL,
        query=query[:_LONGEST_QUERY],
        before=number_in(before),
    )


def number_in(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    return min(int(text), _LARGEST_ID)


def shelves() -> list[tuple[MediaShelf, str]]:
    return [
        (MediaShelf.ALL, pgettext("pictures and videos", "All")),
        (MediaShelf.PICTURES, _("Pictures")),
        (MediaShelf.VIDEOS, _("Videos")),
        (MediaShelf.UNUSED, pgettext("pictures and videos", "Unused")),
        (MediaShelf.UNDESCRIBED, _("Without description")),
    ]


def _still_used(code: str) -> str:
    return {
        "post": _("Nothing was deleted: a post uses it."),
        "version": _("Nothing was deleted: a kept version of a draft uses it."),
        "series": _("Nothing was deleted: a post that comes back uses it."),
        "delivery": _("Nothing was deleted: something that was scheduled or sent names it."),
    }[code]
