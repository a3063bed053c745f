"""Views that are for owners alone: accounts, developer apps, people, the workspace, backups."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from parvis.web.desk_request import DeskRequest, is_an_owners

View = Callable[..., HttpResponseBase]


class OwnersOnly(PermissionDenied):
    """Asked by a member. Nothing was looked at and nothing was changed."""


def owners_only(view: View) -> View:
    @wraps(view)
    def asked_by_an_owner(
        request: DeskRequest, *parts: object, **named: object
    ) -> HttpResponseBase:
        if not is_an_owners(request):
            raise OwnersOnly
        return view(request, *parts, **named)

    return asked_by_an_owner
