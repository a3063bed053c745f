"""Pictures on their way in and out."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.compose.content import Content, UsedMedia
from parvis.compose.media import NoRoomLeft
from parvis.compose.models import Media
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT, NotAPicture
from parvis.compose.verbs import ChangedElsewhere, NoLongerADraft
from parvis.report.sentences import sentence_for_picture
from parvis.web.compose_page import pictures_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.compose import read_typed, with_pictures
from parvis.web.uploads import BODY_BYTES_LIMIT, keep_arrived, was_cut
from parvis.web.views.compose import keep_typed, sent_by_form


@sent_by_form
def upload(request: DeskRequest) -> HttpResponse:
    """Scripts send files alone and get them back as a fragment; a plain form is kept whole."""
    kept, refused = _keep_all(request)
    if request.accepts("text/html"):
        return _keep_form(request, kept, refused)
    content = Content(media=tuple(UsedMedia(media_id=media.pk) for media in kept))
    fragment = render_to_string(
        "parvis/compose/pictures.html",
        {"pictures": pictures_of(request.workspace, content)},
        request,
    )
    return JsonResponse({"pictures": fragment, "refused": refused}, status=200 if kept else 422)


@cache_control(private=True, max_age=31_536_000, immutable=True)
@require_safe
def show(request: DeskRequest, sha256: str) -> HttpResponse:
    """The address is the picture's own hash, so what it names never changes."""
    media = get_object_or_404(Media, sha256=sha256, workspace=request.workspace)
    response = HttpResponse(media.path.read_bytes(), content_type=media.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _keep_all(request: DeskRequest) -> tuple[list[Media], list[str]]:
    kept, refused = [], []
    for arrived in request.FILES.getlist("picture"):
        try:
            kept.append(keep_arrived(request.workspace, arrived))
        except NotAPicture as error:
            refused.append(_named(arrived, sentence_for_picture(error)))
        except NoRoomLeft:
            refused.append(_named(arrived, _disk_is_full()))
    if was_cut(request):
        refused.append(_too_much_at_once())
    return kept, refused or ([] if kept else [_("No picture was chosen.")])


def _keep_form(request: DeskRequest, kept: list[Media], refused: list[str]) -> HttpResponse:
    for sentence in refused:
        messages.error(request, sentence)
    typed = read_typed(request.POST, request.workspace)
    typed = with_pictures(typed, [media.pk for media in kept])
    try:
        post = keep_typed(request, typed)
    except (ChangedElsewhere, NoLongerADraft) as elsewhere:
        messages.warning(
            request,
            _(
                "This draft was changed elsewhere meanwhile. What you typed and added here is kept "
                "among the versions below."
            ),
        )
        post = elsewhere.post
    return redirect("compose", post.pk)


def _named(arrived: "UploadedFile[bytes]", sentence: str) -> str:
    return _("%(file)s: %(sentence)s") % {"file": arrived.name, "sentence": sentence}


def _disk_is_full() -> str:
    return _(
        "The disk of this installation is full, so the picture was not kept. Make room on the "
        "machine, then add it again."
    )


def _too_much_at_once() -> str:
    return _(
        "More than %(sum)s arrived at once, so a picture was not kept. One picture may have "
        "%(limit)s: add a smaller one, or fewer at a time."
    ) % {"sum": filesizeformat(BODY_BYTES_LIMIT), "limit": filesizeformat(UPLOAD_BYTES_LIMIT)}
