"""What every way of connecting an account ends with."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.connections.models import Account
from parvis.deliver import leaving
from parvis.report.faces import speaker_of
from parvis.web.desk_request import DeskRequest


def welcome(request: DeskRequest, accounts: Iterable[Account]) -> HttpResponse:
    """The accounts are connected: what was held for them goes out."""
    for account in accounts:
        released = leaving.welcome_back(account)
        messages.success(request, _connected(account, released))
    return redirect("accounts")


def _connected(account: Account, released: int) -> str:
    said = _("%(handle)s is connected.") % {"handle": speaker_of(account).named}
    if not released:
        return said
    more = ngettext(
        "%(count)s post that was held for it is scheduled again.",
        "%(count)s posts that were held for it are scheduled again.",
        released,
    )
    return f"{said} {more % {'count': released}}"
