"""What the frame around every page shows."""

from typing import Any

from django.http import HttpRequest

from parvis.report.rail import Rail, rail_of
from parvis.web.desk_request import is_an_owners


def desk(request: HttpRequest) -> dict[str, Any]:
    workspace = getattr(request, "workspace", None)
    rail: Rail | None = rail_of(workspace) if workspace else None
    return {"workspace": workspace, "rail": rail, "is_owner": is_an_owners(request)}
