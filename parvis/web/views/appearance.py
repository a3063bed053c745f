"""Light or dark, as the person or their system has it."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from parvis.people.models import User
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.appearance import AppearanceForm
from parvis.web.views.posted import posted_from


@posted_from("today")
def choose_appearance(request: DeskRequest) -> HttpResponse:
    form = AppearanceForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return HttpResponseBadRequest()
    request.user.theme = form.save().theme  # the browser remembers it from there
    return redirect(_way_back(request))


def _way_back(request: DeskRequest) -> str:
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours and back.startswith("/") else "today"
