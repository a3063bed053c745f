"""The queue: the coming slots, what fills them, and what could."""

from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose.models import Post
from parvis.deliver import queueing
from parvis.deliver import verbs as deliver
from parvis.deliver.freeze import NotReady
from parvis.report.queue import Key, queue_of
from parvis.report.sentences import sentence_for_finding
from parvis.web.calendar_address import read_key, written_key
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.when import FIRST_YEAR, LAST_YEAR
from parvis.web.templatetags.desk import moment as moment_in_words
from parvis.web.views.posted import posted_from


@require_safe
def show_queue(request: DeskRequest) -> HttpResponse:
    queue = queue_of(
        request.workspace,
        _first(request),
        _number(request.GET.get("account", "")),
        after=_after(request),
    )
    return render(
        request, "parvis/queue/queue.html", {"queue": queue, "goes_on": written_key(queue.later)}
    )


@posted_from("queue")
def fill(request: DeskRequest) -> HttpResponse:
    """A draft, or what is scheduled elsewhere, goes into a slot that is free."""
    at = _moment(request.POST.get("at", ""))
    if not request.POST.get("post"):
        messages.info(request, _("Choose a draft first, then its slot. Nothing was changed."))
        return _back(request)
    post = _post(request, request.POST.get("post", ""))
    return _place(request, post, lambda: _fill(request, post, at))


@posted_from("queue")
def fill_next(request: DeskRequest) -> HttpResponse:
    post = _post(request, request.POST.get("next_slot", ""))
    return _place(request, post, lambda: queueing.fill_next_slot(post, by=request.user))


@posted_from("queue")
def swap(request: DeskRequest) -> HttpResponse:
    one, _comma, other = request.POST.get("swap", "").partition(",")
    posts = _post(request, one), _post(request, other)
    try:
        queueing.swap(*posts, by=request.user)
    except deliver.AlreadyOnItsWay:
        messages.error(request, _too_late())
    except deliver.InThePast:
        messages.error(request, _gone_by())
    else:
        messages.success(request, _("They have changed places."))
    return _back(request)


def _fill(request: DeskRequest, post: Post, at: datetime) -> datetime:
    queueing.fill_slot(post, at, by=request.user)
    return at


def _place(request: DeskRequest, post: Post, place: Callable[[], datetime]) -> HttpResponse:
    try:
        at = place()
    except queueing.SlotTaken:
        messages.error(request, _("This slot has been filled meanwhile. Nothing was changed."))
    except queueing.NoFreeSlot:
        messages.error(
            request, _("No slot is free on its accounts within half a year. Give them slots below.")
        )
    except NotReady as refused:
        messages.error(request, _in_the_way(refused))
        return redirect("compose", post.pk)
    except deliver.InThePast:
        messages.error(request, _gone_by())
    except (deliver.AlreadyOnItsWay, deliver.AlreadyHandedOver):
        messages.error(request, _too_late())
    else:
        messages.success(request, _("It goes out on %(when)s.") % {"when": moment_in_words(at)})
    return _back(request)


def _in_the_way(refused: NotReady) -> str:
    found = [
        sentence_for_finding(finding)
        for findings in refused.findings.values()
        for finding in findings
    ]
    return " ".join([_("It is still a draft: something stands in the way."), *found[:3]])


def _too_late() -> str:
    return _("Too late: part of this post is on its way or has gone out. Nothing was changed.")


def _gone_by() -> str:
    return _("This moment has gone by. Nothing was moved; choose a later one.")


def _post(request: DeskRequest, number: str) -> Post:
    wanted = _number(number)
    if wanted is None:
        raise Http404
    return get_object_or_404(Post, pk=wanted, workspace=request.workspace, deleted_at=None)


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Http404 from None
    if timezone.is_naive(moment) or not FIRST_YEAR < moment.year < LAST_YEAR:
        raise Http404
    return moment


def _first(request: DeskRequest) -> date | None:
    try:
        first = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return None
    return first if FIRST_YEAR < first.year < LAST_YEAR else None


def _after(request: DeskRequest) -> Key | None:
    key = read_key(request.GET.get("after", ""))
    return key if key and FIRST_YEAR < key[0].year < LAST_YEAR else None


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else None


def _back(request: DeskRequest) -> HttpResponse:
    """To the days and the account that were shown."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return HttpResponseRedirect(page)
    return redirect("queue")
