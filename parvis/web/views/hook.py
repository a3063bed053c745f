"""The webhook of a workspace: set, changed, tried and removed by its owners."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from parvis.report.notices import why_not_told
from parvis.watch.hooks import NoAddress, change_wishes, remove_hook, send_test, set_hook
from parvis.watch.models import Hook
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.notifications import HookForm
from parvis.web.views.notifications import render_notifications
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@posted_from("settings-notifications")
@owners_only
def keep(request: DeskRequest) -> HttpResponse:
    hook = Hook.objects.filter(workspace=request.workspace).first()
    form = HookForm(request.POST, instance=hook)
    if not form.is_valid() or not _kept(request, hook, form):
        return render_notifications(request, hook_form=form, status=422)
    messages.success(request, _("The webhook is kept."))
    return redirect("settings-notifications")


@posted_from("settings-notifications")
@owners_only
def try_out(request: DeskRequest) -> HttpResponse:
    hook = Hook.objects.filter(workspace=request.workspace).first()
    if hook is None:
        messages.error(request, _("There is no webhook any more."))
    elif problem := send_test(hook):
        messages.error(request, why_not_told(problem))
    else:
        messages.success(request, _("%(host)s took the test.") % {"host": hook.host})
    return redirect("settings-notifications")


@posted_from("settings-notifications")
@owners_only
def remove(request: DeskRequest) -> HttpResponse:
    remove_hook(request.workspace)
    messages.success(request, _("The webhook is removed. Nothing is sent there any more."))
    return redirect("settings-notifications")


def _kept(request: DeskRequest, hook: Hook | None, form: HookForm) -> bool:
    address = form.cleaned_data["address"]
    if hook is not None and not address:
        change_wishes(hook, form.wishes)
        return True
    try:
        set_hook(request.workspace, address, form.wishes)
    except NoAddress:
        form.add_error("address", _("Enter an address that begins with https://."))
        return False
    return True
