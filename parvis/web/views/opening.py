"""The first page of a new installation: it makes the owner's account, once."""

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

from parvis.people.verbs import AlreadyOpened, is_first_start, open_desk
from parvis.web.forms.opening import OpeningForm


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def open_the_desk(request: HttpRequest) -> HttpResponse:
    if not is_first_start():
        return redirect("today")
    form = OpeningForm(request.POST or None)
    if not form.is_valid():
        return render(request, "parvis/opening.html", {"form": form})
    return _open(request, form)


def _open(request: HttpRequest, form: OpeningForm) -> HttpResponse:
    try:
        owner = open_desk(form.opening(get_language() or "en"))
    except AlreadyOpened:
        messages.warning(request, _("Somebody else has just opened this desk. Sign in to it."))
        return redirect("sign-in")
    login(request, owner)
    return redirect("accounts")
