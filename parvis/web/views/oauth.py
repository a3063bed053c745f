"""To a network's own page and back. What must match on return waits in the session, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.config.reach import sandbox_hosts
from parvis.connections.oauth import Departing, begin_oauth, finish_oauth, offer
from parvis.connections.verbs import keep_connected
from parvis.networks.contract import Connected, Secret
from parvis.networks.errors import NetworkError
from parvis.report.sentences import sentence_for_connecting
from parvis.web.desk_request import DeskRequest
from parvis.web.views.owners import owners_only
from parvis.web.views.welcoming import welcome

_KEPT = "departed for a network"


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """Why the browser came back with nothing that can be used. `sentence` is for a person."""

    sentence: str


def leave_for(request: DeskRequest, network: str, server: str, *, way: str = "") -> HttpResponse:
    """Raises NetworkError when the server cannot be found or will not know Parvis."""
    return depart(request, begin_oauth(network, server, return_address(request), way=way))


def depart(request: DeskRequest, departing: Departing) -> HttpResponse:
    """What must match on return is kept in this browser's session."""
    request.session[_KEPT] = {
        "network": departing.network,
        "way": departing.way,
        "server": departing.server,
        "is_sandbox": departing.is_sandbox,
        "redirect_uri": departing.redirect_uri,
        "state": departing.state,
        "code_verifier": departing.code_verifier.reveal(),
    }
    return redirect(departing.url)


def networks_pages() -> str:
    """Where the browser may be sent, as sources of a content security policy."""
    private = settings.INSTALLATION.private_hosts
    named = (host if ":" in host else f"{host}:*" for host in private)
    return " ".join(["https:", *(f"http://{host}" for host in sorted(named))])


def sandbox_pages() -> str:
    """The same for the networks that the sandbox stands in for."""
    hosts = sandbox_hosts(settings.INSTALLATION.sandbox)
    return " ".join(f"http://{host}" for host in sorted(hosts))


def pages_of(is_sandbox: bool) -> str:
    return sandbox_pages() if is_sandbox else networks_pages()


@owners_only
@never_cache
@require_safe
def come_back(request: DeskRequest) -> HttpResponse:
    """One account is connected at once; of several, a person chooses."""
    kept = request.session.pop(_KEPT, None)
    try:
        departed, code = _matched(request, kept)
        found = finish_oauth(departed, code)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    except NetworkError as error:
        messages.error(request, sentence_for_connecting(error))
    else:
        return _received(request, departed, found)
    return redirect(_page_to_begin_again(kept))


def _received(
    request: DeskRequest, departed: Departing, found: Sequence[Connected]
) -> HttpResponse:
    if len(found) == 1:
        account = keep_connected(request.workspace, found[0], is_sandbox=departed.is_sandbox)
        return welcome(request, [account])
    batch = offer(request.workspace, found, is_sandbox=departed.is_sandbox)
    return redirect("choose-accounts", batch)


def _page_to_begin_again(departed: dict[str, Any] | None) -> str:
    """A server of one's own is named on a page of its own; what begins elsewhere begins there."""
    named_there = departed and departed["network"] == "mastodon" and not departed["is_sandbox"]
    return "connect-mastodon" if named_there else "accounts"


def _matched(request: DeskRequest, departed: dict[str, Any] | None) -> tuple[Departing, str]:
    """What this browser left with, and the code it brought. Raises Refusal."""
    if not departed or not constant_time_compare(request.GET.get("state", ""), departed["state"]):
        raise Refusal(
            _(
                "This return from the network does not belong to a sign-in that began in this "
                "browser. Nothing was connected; begin again."
            )
        )
    if not (code := request.GET.get("code", "")):
        raise Refusal(
            _("The network gave no permission. Nothing was connected; you can begin again.")
        )
    kept = {**departed, "code_verifier": Secret(departed["code_verifier"])}
    return Departing(url="", **kept), code


def return_address(request: DeskRequest) -> str:
    path = reverse("oauth-return")
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    return request.build_absolute_uri(path)
