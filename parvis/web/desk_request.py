"""A request as the desk's middleware hands it to a view of somebody who has signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from parvis.people.models import User, Workspace


class DeskRequest(HttpRequest):
    user: User
    workspace: Workspace
    htmx: HtmxDetails
