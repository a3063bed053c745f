"""Signing in and out. The session is renewed by Django when somebody signs in."""

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from parvis.web.forms.sign_in import SignInForm


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "parvis/sign_in.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A part of a page that asks for news after the session has ended reloads the page."""
        if getattr(request, "htmx", False):
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)


class SignOut(LogoutView):
    next_page = "sign-in"
