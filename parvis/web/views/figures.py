"""Reading a post's figures at once, and how posts are followed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.engagement.verbs import (
    NothingToRead,
    ReadJustNow,
    read_now,
    set_pace,
    set_patience,
)
from parvis.report.faces import speaker_of
from parvis.report.following import following_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.figures import FOR_EVER, DaysForm, PaceForm
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@posted_from("post", "post_id")
def read_figures(request: DeskRequest, post_id: int) -> HttpResponse:
    post = get_object_or_404(Post, pk=post_id, workspace=request.workspace)
    try:
        read_now(post)
    except NothingToRead:
        messages.error(request, _("None of this post is on an account that can be read now."))
    except ReadJustNow:
        messages.info(request, _("The figures were read within the last minute."))
    else:
        messages.success(
            request, _("The figures are being read, as far as the networks’ limits allow.")
        )
    return redirect("post", post_id)


@owners_only
@require_safe
def show_following(request: DeskRequest) -> HttpResponse:
    return _page(request)


@owners_only
@posted_from("settings-figures")
def change_days(request: DeskRequest) -> HttpResponse:
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _page(request, days_form=form, status=422)
    set_patience(request.workspace, form.cleaned_data["days"])
    messages.success(request, _("Kept. Figures that were read already stay, however old."))
    return redirect("settings-figures")


@owners_only
@posted_from("settings-figures")
def change_pace(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=account_id, workspace=request.workspace)
    form = PaceForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422)
    set_pace(account, form.cleaned_data["pace"])
    told = {"handle": speaker_of(account).named}
    messages.success(request, _("How often %(handle)s is read is changed.") % told)
    return redirect("settings-figures")


def _page(
    request: DeskRequest, *, days_form: DaysForm | None = None, status: int = 200
) -> HttpResponse:
    followed = following_of(request.workspace)
    days = FOR_EVER if followed.days is None else str(followed.days)
    context = {
        "days_form": days_form or DaysForm(initial={"days": days}),
        "accounts": [
            (one, PaceForm(initial={"pace": one.pace}, usual=one.usual, auto_id=False))
            for one in followed.accounts
        ],
    }
    return render(request, "parvis/settings/figures.html", context, status=status)
