"""The addresses of the composer."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
