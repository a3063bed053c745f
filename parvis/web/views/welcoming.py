"""What every way of connecting an account ends with."""

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.connections.models import Account
from parvis.deliver import leaving
from parvis.report.faces import face_of, speaker_of
from parvis.web.desk_request import DeskRequest

_EXPECTED = "account to connect again"


def expect(request: DeskRequest, account: Account) -> None:
    """Whoever leaves to connect this one again may sign in as somebody else."""
    request.session[_EXPECTED] = account.pk


def welcome(request: DeskRequest, accounts: Collection[Account]) -> HttpResponse:
    """The accounts are connected: what was held for them goes out."""
    released = sum(leaving.welcome_back(account) for account in accounts)
    if accounts:
        messages.success(request, _told(accounts, released))
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


def _told(accounts: Collection[Account], released: int) -> str:
    """One message, however many they are."""
    if len(accounts) > 1:
        return f"{_all_connected(accounts)} {_released_for_them(released)}".strip()
    (account,) = accounts
    said = _("%(handle)s is connected.") % {"handle": speaker_of(account).named}
    return f"{said} {_released_for_it(released)}".strip()


def _all_connected(accounts: Collection[Account]) -> str:
    named = [
        _("%(handle)s on %(network)s")
        % {"handle": speaker_of(each).named, "network": face_of(each.network).label}
        for each in accounts
    ]
    said = _("%(count)s accounts are connected: %(accounts)s.")
    return said % {"count": len(accounts), "accounts": ", ".join(named)}


def _released_for_it(released: int) -> str:
    said = ngettext(
        "%(count)s post that was held for it is scheduled again.",
        "%(count)s posts that were held for it are scheduled again.",
        released,
    )
    return said % {"count": released} if released else ""


def _released_for_them(released: int) -> str:
    said = ngettext(
        "%(count)s post that was held for them is scheduled again.",
        "%(count)s posts that were held for them are scheduled again.",
        released,
    )
    return said % {"count": released} if released else ""
