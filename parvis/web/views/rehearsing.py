"""The sandbox's accounts: all of them with one click, or each through its network's pages."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from parvis.connections import rehearsal
from parvis.connections.models import Account
from parvis.connections.rehearsal import Stage
from parvis.networks.errors import NetworkError
from parvis.report.sentences import sentence_for_connecting
from parvis.web.desk_request import DeskRequest
from parvis.web.views import oauth
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from
from parvis.web.views.welcoming import welcome


@owners_only
@posted_from("accounts")
def rehearse_with_all(request: DeskRequest) -> HttpResponse:
    """One account of each network. What cannot be connected is said, and the others are."""
    connected = [account for stage in _stages(request) for account in _one(request, stage)]
    return welcome(request, connected)


@owners_only
@posted_from("accounts")
def rehearse_on_its_pages(request: DeskRequest, network: str) -> HttpResponse:
    stage = rehearsal.stage_of(network)
    if stage is None:
        raise Http404
    if not rehearsal.has_pages(stage):
        where = {"handle": stage.handle, "server": stage.origin, "sandbox": "1"}
        return redirect(f"{reverse('connect-bluesky')}?{urlencode(where)}")
    try:
        departing = rehearsal.begin_at(stage, oauth.return_address(request))
    except NetworkError as error:
        messages.error(request, sentence_for_connecting(error))
        return redirect("accounts")
    return oauth.depart(request, departing)


def _one(request: DeskRequest, stage: Stage) -> list[Account]:
    try:
        return [rehearsal.rehearse_with(request.workspace, stage)]
    except NetworkError as error:
        messages.error(
            request,
            _("%(kind)s: %(sentence)s")
            % {"kind": stage.label, "sentence": sentence_for_connecting(error)},
        )
        return []


def _stages(request: DeskRequest) -> list[Stage]:
    if not rehearsal.is_offered():
        raise Http404
    try:
        return rehearsal.stages()
    except NetworkError as error:
        messages.error(request, sentence_for_connecting(error))
        return []
