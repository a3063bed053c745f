"""The owner's own developer apps: what to enter at the network, and what to enter here."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from parvis.connections import client_apps
from parvis.connections.client_apps import AppToEnter
from parvis.deliver import leaving
from parvis.networks.contract import Secret
from parvis.networks.errors import NetworkError
from parvis.report.account import permissions_in_words
from parvis.report.app_guide import steps_for
from parvis.report.sentences import sentence_for_connecting
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.accounts import DeveloperAppForm
from parvis.web.views.oauth import return_address
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@owners_only
@require_safe
def list_apps(request: DeskRequest) -> HttpResponse:
    entered = client_apps.entered_apps()
    apps = [(entry, entered.get(entry.app.name)) for entry in client_apps.apps_to_enter()]
    return render(request, "parvis/developer_apps.html", {"apps": apps})


@owners_only
@never_cache
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
def enter_app(request: DeskRequest, name: str) -> HttpResponse:
    """What is entered is checked at the network before it is kept."""
    entry = _entry(name)
    kept = client_apps.entered_apps().get(name)
    form = DeveloperAppForm(
        request.POST or None, initial={"client_id": kept.client_id if kept else ""}
    )
    if form.is_valid():
        given = client_apps.as_given(
            name, form.cleaned_data["client_id"], Secret(form.cleaned_data["client_secret"])
        )
        try:
            known = client_apps.check_app(name, given)
        except NetworkError as error:
            form.add_error(None, sentence_for_connecting(error))
        else:
            client_apps.keep_app(name, given, checked=known)
            released = leaving.app_is_back(name)
            messages.success(request, _kept(entry, known, released))
            return redirect("developer-apps")
    context = {
        "entry": entry,
        "kept": kept,
        "form": form,
        "steps": steps_for(name),
        "permissions": permissions_in_words(entry.scopes),
        "connected": len(client_apps.accounts_connected_with(name)),
        "return_address": return_address(request),
        "is_secure": return_address(request).startswith("https:"),
    }
    return render(request, "parvis/developer_app.html", context, status=422 if form.errors else 200)


@owners_only
@posted_from("developer-app", "name")
def forget_app(request: DeskRequest, name: str) -> HttpResponse:
    entry = _entry(name)
    client_apps.forget_app(name)
    messages.success(
        request, _("The credentials of %(app)s are forgotten here.") % {"app": entry.app.label}
    )
    return redirect("developer-apps")


def _entry(name: str) -> AppToEnter:
    entry = client_apps.app_to_enter(name)
    if entry is None:
        raise Http404
    return entry


def _kept(entry: AppToEnter, known: bool, released: int) -> str:
    told = {"app": entry.app.label, "count": released}
    said = (
        _("%(app)s knows these credentials. They are kept, sealed.")
        if known
        else _(
            "The credentials of %(app)s are kept, sealed. The network cannot tell whether they are "
            "right before somebody signs in."
        )
    )
    more = ngettext(
        "%(count)s post that was held for want of them is scheduled again.",
        "%(count)s posts that were held for want of them are scheduled again.",
        released,
    )
    return f"{said} {more}" % told if released else said % told
