"""Accounts: the list, connecting and disconnecting."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from parvis.connections import rehearsal
from parvis.connections import verbs as connections
from parvis.connections.models import Account, AccountState
from parvis.connections.rehearsal import Stage
from parvis.deliver.parting import Fate, NotAStandIn, part_with, stand_ins_for
from parvis.networks.contract import Secret
from parvis.networks.errors import NetworkError
from parvis.report.accounts import account_line, account_lines
from parvis.report.parting import disconnected_in_words
from parvis.report.sentences import sentence_for_connecting
from parvis.report.ways import networks_to_connect
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.accounts import BlueskyForm, MastodonServerForm, MastodonTokenForm
from parvis.web.middleware import lets_forms_lead_to
from parvis.web.views import oauth
from parvis.web.views.owners import owners_only
from parvis.web.views.welcoming import welcome


@require_safe
def list_accounts(request: DeskRequest) -> HttpResponse:
    accounts = account_lines(request.workspace)
    stages = _stages()
    context = {
        "accounts": [account for account in accounts if not account.is_disconnected],
        "disconnected": [account for account in accounts if account.is_disconnected],
        "networks": sorted(networks_to_connect(), key=lambda network: not network.is_ready),
        "stages": stages,
        "sandbox": settings.INSTALLATION.sandbox,
    }
    page = render(request, "parvis/accounts.html", context)
    return lets_forms_lead_to(page, oauth.sandbox_pages()) if stages else page


@owners_only
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def connect_bluesky(request: DeskRequest) -> HttpResponse:
    """`?sandbox=1` is for an account of the sandbox, whose password must reach nobody else."""
    in_sandbox = bool(request.GET.get("sandbox"))
    stage = rehearsal.stage_of("bluesky") if in_sandbox else None
    if in_sandbox and stage is None:
        messages.error(request, _("The sandbox does not answer. Nothing was connected."))
        return redirect("accounts")
    form = BlueskyForm(request.POST or None, initial={"handle": request.GET.get("handle", "")})
    if form.is_valid():
        try:
            return welcome(request, [_sign_in(request, form.cleaned_data, stage)])
        except NetworkError as error:
            form.add_error(None, sentence_for_connecting(error))
    return _page(request, "parvis/connect_bluesky.html", form, stage=stage)


@owners_only
@never_cache
@require_http_methods(["GET", "POST"])
def connect_mastodon(request: DeskRequest) -> HttpResponse:
    """Sends the browser to the server's own page, which asks whether Parvis may post."""
    form = MastodonServerForm(
        request.POST or None, initial={"server": request.GET.get("server", "")}
    )
    if form.is_valid():
        try:
            return oauth.leave_for(request, "mastodon", form.cleaned_data["server"])
        except NetworkError as error:
            form.add_error(None, sentence_for_connecting(error))
    page = _page(request, "parvis/connect_mastodon.html", form)
    return lets_forms_lead_to(page, oauth.networks_pages())


@owners_only
@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def connect_mastodon_token(request: DeskRequest) -> HttpResponse:
    form = MastodonTokenForm(
        request.POST or None, initial={"server": request.GET.get("server", "")}
    )
    if form.is_valid():
        server, token = form.cleaned_data["server"], Secret(form.cleaned_data["token"])
        try:
            account = connections.connect_with_token(request.workspace, "mastodon", server, token)
        except NetworkError as error:
            form.add_error(None, sentence_for_connecting(error))
        else:
            return welcome(request, [account])
    return _page(request, "parvis/connect_mastodon_token.html", form)


@owners_only
@require_http_methods(["GET", "POST"])
def disconnect(request: DeskRequest, account_id: int) -> HttpResponse:
    """Asks first what becomes of what is scheduled."""
    connected = Account.objects.exclude(state=AccountState.DISCONNECTED)
    account = get_object_or_404(connected, pk=account_id, workspace=request.workspace)
    if request.method != "POST":
        return _asking_what_becomes(request, account)
    stand_ins = {str(each.pk): each for each in stand_ins_for(account)}
    try:
        fate = Fate(request.POST.get("fate", Fate.HOLD))
        stand_in = stand_ins.get(request.POST.get("stand_in", ""))
        parted = part_with(account, fate, by=request.user, stand_in=stand_in)
    except (ValueError, NotAStandIn):
        return _asking_what_becomes(request, account, wrong=True)
    messages.success(request, disconnected_in_words(account, parted))
    return redirect("accounts")


def _asking_what_becomes(
    request: DeskRequest, account: Account, *, wrong: bool = False
) -> HttpResponse:
    context = {
        "account": account_line(account),
        "stand_ins": stand_ins_for(account),
        "wrong": wrong,
    }
    return render(request, "parvis/disconnect.html", context, status=422 if wrong else 200)


def _sign_in(request: DeskRequest, given: dict[str, str], stage: Stage | None) -> Account:
    return connections.connect_with_password(
        request.workspace,
        "bluesky",
        given["handle"],
        Secret(given["password"]),
        server=stage.origin if stage else given["server"],
        is_sandbox=stage is not None,
    )


def _stages() -> list[Stage]:
    """A sandbox that is starting, or has stopped, is no reason to show nothing else."""
    try:
        return rehearsal.stages() if rehearsal.is_offered() else []
    except NetworkError:
        return []


def _page(request: DeskRequest, template: str, form: object, **more: object) -> HttpResponse:
    wrong = bool(getattr(form, "errors", None))
    return render(request, template, {"form": form, **more}, status=422 if wrong else 200)
