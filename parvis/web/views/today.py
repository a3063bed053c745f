"""The first page of the day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from parvis.report.today import today_of
from parvis.web.desk_request import DeskRequest


@require_safe
def show_today(request: DeskRequest) -> HttpResponse:
    return render(request, "parvis/today.html", {"today": today_of(request.workspace)})
