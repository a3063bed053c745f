"""The weekly slots of one account."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from parvis.connections.models import Account
from parvis.connections.verbs import accounts_of
from parvis.report.faces import speaker_of
from parvis.schedule.slots import PROPOSED, TooManySlots, WeeklyTime, set_slots, slots_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.slots import SlotsForm


@require_http_methods(["GET", "HEAD", "POST"])
def change_slots(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=account_id, workspace=request.workspace)
    if request.method == "POST":
        return _keep(request, account)
    return _page(request, account, SlotsForm(times=_to_begin_with(request, account)))


def _keep(request: DeskRequest, account: Account) -> HttpResponse:
    form = SlotsForm(request.POST)
    if not form.is_valid():
        return _page(request, account, form, status=422)
    try:
        kept = len(set_slots(account, form.times))
    except TooManySlots:
        form.add_error(None, _("These are more slots than a week has hours. Nothing was changed."))
        return _page(request, account, form, status=422)
    said = ngettext(
        "%(handle)s has %(n)s slot a week. What is scheduled stays where it is.",
        "%(handle)s has %(n)s slots a week. What is scheduled stays where it is.",
        kept,
    )
    messages.success(request, said % {"n": kept, "handle": speaker_of(account).named})
    return redirect("queue")


def _to_begin_with(request: DeskRequest, account: Account) -> Sequence[WeeklyTime]:
    """What it has; else another account's, when one is to be copied; else a proposal. Nothing of it
    is kept before the form is sent."""
    other = request.GET.get("like", "")
    if other.isascii() and other.isdecimal() and len(other) < 12:
        return slots_of(get_object_or_404(Account, pk=int(other), workspace=request.workspace))
    return slots_of(account) or PROPOSED


def _page(
    request: DeskRequest, account: Account, form: SlotsForm, status: int = 200
) -> HttpResponse:
    others = [each for each in accounts_of(request.workspace) if each.pk != account.pk]
    context = {
        "account": account,
        "form": form,
        "others": others,
        "is_proposal": not form.is_bound and not slots_of(account),
        "is_copy": not form.is_bound and "like" in request.GET,
    }
    return render(request, "parvis/queue/slots.html", context, status=status)
