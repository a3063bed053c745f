"""Who belongs to the desk: inviting, roles, letting go."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.people import invitations
from parvis.people.invitations import LastOwner
from parvis.people.models import Membership, Role
from parvis.report.people import people_of
from parvis.web.desk_request import DeskRequest, is_an_owners
from parvis.web.forms.people import ROLES, RoleForm
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """`link` lets its bearer in, and is shown to owners alone."""

    invitation_id: int
    role: str
    made_by: str
    until: datetime
    link: str


@never_cache
@require_safe
def list_people(request: DeskRequest) -> HttpResponse:
    """Members see who is there. The links that let somebody in are for owners."""
    is_owners = is_an_owners(request)
    context = {
        "people": people_of(request.workspace),
        "invited": _invited(request) if is_owners else [],
        "role_form": RoleForm(),
        "roles": ROLES,
    }
    return render(request, "parvis/settings/people.html", context)


@posted_from("settings-people")
@owners_only
def invite(request: DeskRequest) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role. Nobody was invited."))
    else:
        invitations.invite(request.workspace, Role(form.cleaned_data["role"]), request.user)
        messages.success(
            request,
            _("Here is the link. Hand it to one person; it works once, for seven days."),
        )
    return redirect("settings-people")


@posted_from("settings-people")
@owners_only
def withdraw(request: DeskRequest, invitation_id: int) -> HttpResponse:
    invitations.withdraw(request.workspace, invitation_id)
    messages.success(request, _("The invitation is withdrawn: its link lets nobody in."))
    return redirect("settings-people")


@posted_from("settings-people")
@owners_only
def change_role(request: DeskRequest, membership_id: int) -> HttpResponse:
    membership = _membership(request, membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role. Nothing was changed."))
        return redirect("settings-people")
    try:
        invitations.change_role(membership, Role(form.cleaned_data["role"]))
    except LastOwner:
        messages.error(request, _last_owner())
    else:
        told = {"name": membership.user.name, "role": Role(form.cleaned_data["role"]).label}
        messages.success(request, _("The role of %(name)s is now: %(role)s.") % told)
    return redirect("settings-people")


@posted_from("settings-people")
@owners_only
def remove(request: DeskRequest, membership_id: int) -> HttpResponse:
    membership = _membership(request, membership_id)
    try:
        invitations.remove(membership)
    except LastOwner:
        messages.error(request, _last_owner())
        return redirect("settings-people")
    if membership.user_id == request.user.pk:
        return redirect("sign-in")
    messages.success(
        request,
        _("%(name)s no longer belongs to the desk. What they wrote stays.")
        % {"name": membership.user.name},
    )
    return redirect("settings-people")


def _invited(request: DeskRequest) -> list[Invited]:
    base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return [
        Invited(
            invitation_id=each.pk,
            role=str(Role(each.role).label),
            made_by=each.made_by.name,
            until=each.made_at + invitations.VALID_FOR,
            link=f"{base}{reverse('join', args=[invitations.link_token(each)])}",
        )
        for each in invitations.open_invitations(request.workspace)
    ]


def _membership(request: DeskRequest, membership_id: int) -> Membership:
    of_the_desk = Membership.objects.filter(workspace=request.workspace).select_related("user")
    return get_object_or_404(of_the_desk, pk=membership_id)


def _last_owner() -> str:
    return _(
        "Nothing was changed: this is the desk’s only owner, and somebody must look after it. Make "
        "another person an owner first."
    )
