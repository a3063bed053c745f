"""Settings of the workspace and of the person who has signed in."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from parvis.people.models import User, Workspace
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.settings import NewPasswordForm, WorkspaceForm, YourselfForm
from parvis.web.views.posted import posted_from


@require_safe
def show_settings(request: DeskRequest) -> HttpResponse:
    return _page(request)


@posted_from("settings")
def change_workspace(request: DeskRequest) -> HttpResponse:
    changed = Workspace.objects.get(pk=request.workspace.pk)
    form = WorkspaceForm(request.POST, instance=changed)
    if not form.is_valid():
        return _page(request, workspace_form=form, status=422)
    form.save()
    messages.success(request, _("The workspace’s settings are kept."))
    return redirect("settings")


@posted_from("settings")
def change_yourself(request: DeskRequest) -> HttpResponse:
    form = YourselfForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return _page(request, yourself_form=form, status=422)
    person = form.save()
    with override(person.language):
        messages.success(request, _("Your settings are kept."))
    return redirect("settings")


@sensitive_post_parameters("old", "new")
@posted_from("settings")
def change_password(request: DeskRequest) -> HttpResponse:
    person = User.objects.get(pk=request.user.pk)
    form = NewPasswordForm(request.POST, user=person)
    if not form.is_valid():
        return _page(request, password_form=form, status=422)
    person.set_password(form.cleaned_data["new"])
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)
    messages.success(request, _("Your password is changed. Other browsers are signed out."))
    return redirect("settings")


def _page(
    request: DeskRequest,
    *,
    workspace_form: WorkspaceForm | None = None,
    yourself_form: YourselfForm | None = None,
    password_form: NewPasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form that was sent comes back as it was; the others show what is kept."""
    context = {
        "workspace_form": workspace_form or WorkspaceForm(instance=request.workspace),
        "yourself_form": yourself_form or YourselfForm(instance=request.user),
        "password_form": password_form or NewPasswordForm(user=request.user),
    }
    return render(request, "parvis/settings.html", context, status=status)
