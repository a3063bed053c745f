"""Pausing an account or everything, and deciding about all that a pause held of one."""

from itertools import islice

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.connections.models import Account
from parvis.deliver import pausing
from parvis.deliver import verbs as deliver
from parvis.report.faces import speaker_of
from parvis.schedule.slots import free_slots_for
from parvis.web.desk_request import DeskRequest
from parvis.web.views.posted import posted_from


@posted_from("queue")
def pause_all(request: DeskRequest) -> HttpResponse:
    pausing.pause_all(request.workspace)
    messages.success(
        request,
        _("Everything is paused. What was being sent just now ends; what becomes due is held."),
    )
    return _back(request)


@posted_from("queue")
def resume_all(request: DeskRequest) -> HttpResponse:
    pausing.resume_all(request.workspace)
    messages.success(request, _("It goes on. What was held meanwhile waits for you below."))
    return redirect("queue")


@posted_from("queue")
def pause(request: DeskRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    pausing.pause(account)
    told = {"handle": speaker_of(account).named}
    messages.success(
        request, _("%(handle)s is paused. What becomes due of it is held meanwhile.") % told
    )
    return _back(request)


@posted_from("queue")
def resume(request: DeskRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    pausing.resume(account)
    told = {"handle": speaker_of(account).named}
    messages.success(request, _("%(handle)s goes on. What was held waits for you.") % told)
    return _back(request)


@posted_from("queue")
def send_held(request: DeskRequest, account_id: int) -> HttpResponse:
    try:
        sent = pausing.release_held(_account(request, account_id), by=request.user)
    except deliver.StillPaused:
        messages.warning(request, _("Nothing was sent: the pause lasts. Resume first."))
    else:
        said = ngettext("%(n)s post goes out now.", "%(n)s posts go out now.", sent)
        messages.success(request, said % {"n": sent})
    return redirect("queue")


@posted_from("queue")
def move_held(request: DeskRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    waiting = pausing.held_by_pauses(account).count()
    free = free_slots_for([account], deliver.database_now())
    moved = pausing.move_held(account, list(islice(free, waiting)), by=request.user)
    said = ngettext("%(n)s post has a new slot.", "%(n)s posts have new slots.", moved)
    messages.success(request, said % {"n": moved})
    if moved < waiting:
        messages.warning(request, _("There were not free slots enough: the others are held."))
    return redirect("queue")


@posted_from("queue")
def give_up_held(request: DeskRequest, account_id: int) -> HttpResponse:
    given_up = pausing.give_up_held(_account(request, account_id), by=request.user)
    said = ngettext(
        "%(n)s post is given up; its text stays.",
        "%(n)s posts are given up; their texts stay.",
        given_up,
    )
    messages.success(request, said % {"n": given_up})
    return redirect("queue")


def _account(request: DeskRequest, account_id: int) -> Account:
    accounts = Account.objects.select_related("workspace")
    return get_object_or_404(accounts, pk=account_id, workspace=request.workspace)


def _back(request: DeskRequest) -> HttpResponse:
    """To the page whose button was pressed, if it is one of ours."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return HttpResponseRedirect(page)
    return redirect("queue")
