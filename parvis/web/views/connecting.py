"""Connecting an account on its network's own pages, and choosing among those that it opens."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.connections import oauth as permissions
from parvis.connections.models import Account, AccountState, Offer
from parvis.networks.errors import NetworkError
from parvis.report.sentences import sentence_for_connecting
from parvis.report.ways import NetworkToConnect, network_to_connect
from parvis.web.desk_request import DeskRequest
from parvis.web.middleware import lets_forms_lead_to
from parvis.web.views import oauth
from parvis.web.views.owners import owners_only
from parvis.web.views.welcoming import welcome


@owners_only
@never_cache
@require_http_methods(["GET", "POST"])
def connect_network(request: DeskRequest, network: str) -> HttpResponse:
    """Says what will be asked for, and sends the browser to the network's page."""
    offered = network_to_connect(network)
    if offered is None:
        raise Http404
    if request.method == "POST":
        try:
            return oauth.leave_for(request, network, "", way=request.POST.get("way", ""))
        except NetworkError as error:
            messages.error(request, sentence_for_connecting(error))
    return _page(request, offered)


@owners_only
@never_cache
@require_http_methods(["GET", "POST"])
def choose_accounts(request: DeskRequest, batch: str) -> HttpResponse:
    """A permission may open several accounts; only the chosen ones are kept."""
    offers = permissions.offers_of(request.workspace, batch)
    if not offers:
        messages.error(
            request,
            _("This choice was made already, or an hour has gone by. Connect the account again."),
        )
        return redirect("accounts")
    chosen = {int(text) for text in request.POST.getlist("offer") if text.isdecimal()}
    if request.method == "POST" and chosen:
        return welcome(request, permissions.accept(request.workspace, batch, chosen))
    context = {
        "choices": _choices(request, offers),
        "network": offers[0].network,
        "nothing_chosen": request.method == "POST",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "parvis/choose_accounts.html", context, status=status)


def _page(request: DeskRequest, offered: NetworkToConnect) -> HttpResponse:
    page = render(request, "parvis/connect_network.html", {"offered": offered})
    return lets_forms_lead_to(page, oauth.networks_pages())


def _choices(request: DeskRequest, offers: Iterable[Offer]) -> list[tuple[Offer, bool]]:
    """Each with whether it is connected already: then only its permission is renewed."""
    connected = Account.objects.filter(workspace=request.workspace).exclude(
        state=AccountState.DISCONNECTED
    )
    known = set(connected.values_list("network", "server", "remote_id"))
    return [(each, (each.network, each.server, each.remote_id) in known) for each in offers]
