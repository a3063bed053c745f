"""One account: what it may do and how long, and what a person can do about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.connections import health, rehearsal
from parvis.connections.client_apps import ways_of
from parvis.connections.models import Account
from parvis.deliver import pausing
from parvis.networks.errors import NetworkError, NotSent
from parvis.report.account import account_facts
from parvis.report.accounts import account_line
from parvis.report.faces import speaker_of
from parvis.report.figures_account import standing_of
from parvis.report.sentences import sentence_for_connecting
from parvis.web.desk_request import DeskRequest
from parvis.web.middleware import lets_forms_lead_to
from parvis.web.views import oauth
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from
from parvis.web.views.welcoming import expect


@require_safe
def show_account(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=account_id, workspace=request.workspace)
    context = {"account": account_facts(account), "standing": standing_of(account)}
    return render(request, "parvis/account.html", context)


@posted_from("account", "account_id")
def rest(request: DeskRequest, account_id: int) -> HttpResponse:
    """Everybody at the desk may stop what goes wrong."""
    account = _speaking(request, account_id)
    pausing.pause(account)
    messages.success(
        request,
        _("%(handle)s is paused. What becomes due meanwhile is held.")
        % {"handle": speaker_of(account).named},
    )
    return redirect("account", account_id)


@posted_from("account", "account_id")
def go_on(request: DeskRequest, account_id: int) -> HttpResponse:
    account = _speaking(request, account_id)
    pausing.resume(account)
    messages.success(
        request,
        _("The pause of %(handle)s is over. What was held meanwhile waits for you to decide.")
        % {"handle": speaker_of(account).named},
    )
    return redirect("account", account_id)


@owners_only
@posted_from("account", "account_id")
def check(request: DeskRequest, account_id: int) -> HttpResponse:
    """Asks the network whether it still takes what is kept."""
    account = _speaking(request, account_id)
    try:
        health.check_connection(account)
    except NetworkError as error:
        messages.error(request, sentence_for_connecting(error))
    else:
        told = {"handle": speaker_of(account).named}
        messages.success(request, _("The network knows %(handle)s, and takes what is kept.") % told)
    return redirect("account", account_id)


@owners_only
@posted_from("account", "account_id")
def read_limits(request: DeskRequest, account_id: int) -> HttpResponse:
    account = _speaking(request, account_id)
    try:
        health.read_limits(account)
    except NetworkError as error:
        messages.error(request, sentence_for_connecting(error))
    else:
        messages.success(request, _("The limits are as the network states them now."))
    return redirect("account", account_id)


@owners_only
@never_cache
@require_http_methods(["GET", "POST"])
def reconnect(request: DeskRequest, account_id: int) -> HttpResponse:
    """The same way as before. What is scheduled stays, and what is held goes on."""
    account = get_object_or_404(Account, pk=account_id, workspace=request.workspace)
    if not ways_of(account.network):
        return redirect(_form_with_password(account))
    if request.method == "POST":
        try:
            left = _leave(request, account)
        except NetworkError as error:
            messages.error(request, sentence_for_connecting(error))
        else:
            expect(request, account)
            return left
    page = render(request, "parvis/reconnect.html", {"account": account_line(account)})
    return lets_forms_lead_to(page, oauth.pages_of(account.is_sandbox))


def _speaking(request: DeskRequest, account_id: int) -> Account:
    """A disconnected one has nothing to speak with."""
    kept = Account.objects.exclude(sealed_tokens=None)
    return get_object_or_404(kept, pk=account_id, workspace=request.workspace)


def _leave(request: DeskRequest, account: Account) -> HttpResponse:
    if not account.is_sandbox:
        return oauth.leave_for(request, account.network, _named_server(account), way=account.way)
    stage = rehearsal.stage_of(account.network)
    if stage is None:
        raise NotSent("sandbox-away", "The sandbox does not answer. Nothing was changed.")
    return oauth.depart(
        request, rehearsal.begin_at(stage, oauth.return_address(request), way=account.way)
    )


def _named_server(account: Account) -> str:
    """A network with one server for all finds it by itself."""
    has_many_servers = not any(way.app for way in ways_of(account.network))
    return account.server if has_many_servers else ""


def _form_with_password(account: Account) -> str:
    asked = {"handle": account.handle} | ({"sandbox": "1"} if account.is_sandbox else {})
    return f"{reverse('connect-bluesky')}?{urlencode(asked)}"
