"""What an invitation's link opens: a name and a password, and one is at the desk."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from parvis.people import invitations
from parvis.people.invitations import AddressTaken, NotTheirPassword, NotValid
from parvis.people.models import Invitation, User
from parvis.people.sign_in import TooManyTries, count_try, forgive
from parvis.web.forms.people import NewcomerForm


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    if request.user.is_authenticated:
        messages.info(request, _("You are at the desk already. The invitation was not used."))
        return redirect("today")
    try:
        invitation = invitations.invitation_behind(token)
        return _asked_in(request, token, invitation)
    except NotValid:
        return render(request, "parvis/join_not_valid.html", status=404)


def _asked_in(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST or None)
    if form.is_valid() and (person := _accepted(request, token, form)):
        login(request, person)
        return redirect("today")
    context = {"form": form, "invitation": invitation}
    status = 422 if form.errors else 200
    return render(request, "parvis/join.html", context, status=status)


def _accepted(request: HttpRequest, token: str, form: NewcomerForm) -> User | None:
    """None when the form now says why not. Passwords are tried here as well: tries are counted."""
    newcomer = form.newcomer(get_language() or "en")
    try:
        this_try = count_try(newcomer.email, request.META.get("REMOTE_ADDR", ""))
        person = invitations.accept(token, newcomer)
    except TooManyTries:
        form.add_error(None, _("Too many tries from here. Try again in a quarter of an hour."))
    except AddressTaken:
        form.add_error("email", _("Somebody here signs in with this address. Use another."))
    except NotTheirPassword:
        form.add_error(
            "password",
            _(
                "Somebody with this address belonged to the desk before. If it was you, enter the "
                "password of then; else use another address."
            ),
        )
    else:
        forgive(this_try)
        return person
    return None
