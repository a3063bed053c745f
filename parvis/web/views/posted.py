"""Views that answer to forms alone."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from parvis.web.desk_request import DeskRequest

View = Callable[..., HttpResponseBase]


def posted_from(page: str, *keeps: str) -> Callable[[View], View]:
    """Who comes by another way, as after signing in again, is led to the page with the form.

    `keeps` names the parts of the address that this page needs as well.
    """

    def answering_forms_alone(view: View) -> View:
        @wraps(view)
        def led(request: DeskRequest, **parts: int) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, **parts)
            return redirect(reverse(page, kwargs={name: parts[name] for name in keeps}))

        return led

    return answering_forms_alone
