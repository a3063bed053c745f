"""What every way of connecting an account ends with."""

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.connections.models import Account
from parvis.deliver import leaving
from parvis.report.faces import speaker_of
from parvis.web.desk_request import DeskRequest

_EXPECTED = "account to connect again"


def expect(request: DeskRequest, account: Account) -> None:
    """Whoever leaves to connect this one again may sign in as somebody else."""
    request.session[_EXPECTED] = account.pk


def welcome(request: DeskRequest, accounts: Collection[Account]) -> HttpResponse:
    """The accounts are connected: what was held for them goes out."""
    for account in accounts:
        released = leaving.welcome_back(account)
        messages.success(request, _connected(account, released))
    if missed := _missed(request, accounts):
        messages.warning(request, missed)
    return redirect("accounts")


def _missed(request: DeskRequest, accounts: Collection[Account]) -> str:
    """Which account was to be connected again, and was not."""
    expected = request.session.pop(_EXPECTED, None)
    missing = Account.objects.filter(workspace=request.workspace, pk=expected).first()
    if missing is None or not accounts or any(each.pk == missing.pk for each in accounts):
        return ""
    said = _(
        "%(handle)s is not connected again: the network signed in another account. Sign in there "
        "as %(handle)s, then connect it again."
    )
    return said % {"handle": speaker_of(missing).named}


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
