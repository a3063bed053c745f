"""A backup of the whole desk, made beside the pages and handed to its owner."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from parvis.backup import shelf
from parvis.backup.shelf import Phase
from parvis.people.models import User
from parvis.report.backup_phrases import why_no_backup
from parvis.web.desk_request import DeskRequest
from parvis.web.files import serve_file
from parvis.web.forms.settings import PresentPasswordForm
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@owners_only
@never_cache
@require_safe
def show_backup(request: DeskRequest) -> HttpResponse:
    return _page(request)


@posted_from("settings-backup")
@owners_only
def make(request: DeskRequest) -> HttpResponse:
    if not shelf.make_beside(settings.INSTALLATION):
        messages.info(request, _("A backup is being made already."))
    return redirect("settings-backup")


@sensitive_post_parameters("present")
@posted_from("settings-backup")
@owners_only
def download(request: DeskRequest) -> HttpResponseBase:
    """The file opens every account: whoever finds a browser signed in does not get it."""
    person = User.objects.get(pk=request.user.pk)
    form = PresentPasswordForm(
        request.POST, user=person, address=request.META.get("REMOTE_ADDR", "")
    )
    if not form.is_valid():
        return _page(request, form, status=422)
    if shelf.look(settings.INSTALLATION).phase is not Phase.MADE:
        raise Http404
    return _file(request)


@posted_from("settings-backup")
@owners_only
def remove(request: DeskRequest) -> HttpResponse:
    if shelf.remove(settings.INSTALLATION):
        messages.success(request, _("The backup is deleted here. Copies that you made stay."))
    return redirect("settings-backup")


def _file(request: DeskRequest) -> HttpResponseBase:
    file = shelf.file_of(settings.INSTALLATION)
    day = timezone.localdate().isoformat()
    answer = serve_file(
        request, file, media_type="application/x-tar", etag=str(file.stat().st_mtime_ns)
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="parvis-{day}.parvis"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(
    request: DeskRequest, form: PresentPasswordForm | None = None, status: int = 200
) -> HttpResponse:
    kept = shelf.look(settings.INSTALLATION)
    context = {
        "kept": kept,
        "why": why_no_backup(kept.problem) if kept.phase is Phase.FAILED else "",
        "form": form or PresentPasswordForm(user=request.user),
    }
    return render(request, "parvis/settings/backup.html", context, status=status)
