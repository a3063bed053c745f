"""Settings of the person who has signed in, and of the workspace."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from parvis.people.models import User, Workspace
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.settings import (
    NewPasswordForm,
    PresentPasswordForm,
    WorkspaceForm,
    YourselfForm,
)
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@require_safe
def show_yourself(request: DeskRequest) -> HttpResponse:
    return _yourself(request)


@posted_from("settings")
def change_yourself(request: DeskRequest) -> HttpResponse:
    form = YourselfForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return _yourself(request, yourself_form=form, status=422)
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
        return _yourself(request, password_form=form, status=422)
    _keep_password(request, person, form.cleaned_data["new"])
    messages.success(request, _("Your password is changed. Other browsers are signed out."))
    return redirect("settings")


@sensitive_post_parameters("present")
@posted_from("settings")
def sign_out_elsewhere(request: DeskRequest) -> HttpResponse:
    """A session holds as long as the hash of the password: the same password is hashed anew."""
    person = User.objects.get(pk=request.user.pk)
    form = PresentPasswordForm(
        request.POST, user=person, address=request.META.get("REMOTE_ADDR", "")
    )
    if not form.is_valid():
        return _yourself(request, elsewhere_form=form, status=422)
    _keep_password(request, person, form.cleaned_data["present"])
    messages.success(request, _("Other browsers are signed out. This one stays."))
    return redirect("settings")


@owners_only
@require_http_methods(["GET", "POST"])
def change_workspace(request: DeskRequest) -> HttpResponse:
    changed = Workspace.objects.get(pk=request.workspace.pk)
    form = WorkspaceForm(request.POST or None, instance=changed)
    if form.is_valid():
        form.save()
        messages.success(request, _("The workspace’s settings are kept."))
        return redirect("settings-workspace")
    context = {"workspace_form": form}
    status = 422 if form.errors else 200
    return render(request, "parvis/settings/workspace.html", context, status=status)


def _keep_password(request: DeskRequest, person: User, password: str) -> None:
    person.set_password(password)
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)


def _yourself(
    request: DeskRequest,
    *,
    yourself_form: YourselfForm | None = None,
    password_form: NewPasswordForm | None = None,
    elsewhere_form: PresentPasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form that was sent comes back as it was; the others show what is kept."""
    context = {
        "yourself_form": yourself_form or YourselfForm(instance=request.user),
        "password_form": password_form or NewPasswordForm(user=request.user),
        "elsewhere_form": elsewhere_form or PresentPasswordForm(user=request.user),
    }
    return render(request, "parvis/settings/yourself.html", context, status=status)
