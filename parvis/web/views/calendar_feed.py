"""The calendar's feed (iCalendar, RFC 5545), and the address at which it is found."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from parvis.deliver.verbs import database_now
from parvis.people.calendar_key import (
    remove_calendar_key,
    renew_calendar_key,
    workspace_opened_by,
)
from parvis.people.models import Workspace
from parvis.report.calendar_entries import Entry
from parvis.report.calendar_feed import FeedEvent, feed_of
from parvis.web.desk_request import DeskRequest
from parvis.web.templatetags.desk import in_words, state_words
from parvis.web.views.posted import posted_from

_LASTS = timedelta(minutes=15)
_ASK_AGAIN_AFTER = timedelta(hours=1)
_TITLE = 90


@posted_from("calendar")
def change_address(request: DeskRequest) -> HttpResponse:
    if request.POST.get("do") == "remove":
        remove_calendar_key(request.workspace)
        messages.success(request, _("The calendar’s address was removed. It opens nothing now."))
    else:
        renew_calendar_key(request.workspace)
        messages.success(request, _("The calendar has a new address. An older one opens nothing."))
    return redirect(reverse("calendar") + "#feed")


@login_not_required
@require_safe
def show_feed(request: HttpRequest, key: str) -> HttpResponse:
    """In the workspace's language: who subscribes is nobody that is known here."""
    workspace = workspace_opened_by(key)
    if workspace is None:
        raise Http404
    with translation.override(workspace.language):
        content = _written(workspace, request).to_ical()
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = 'inline; filename="parvis.ics"'
    return answer


def address_of_feed(request: DeskRequest) -> str:
    """Empty while there is no key."""
    key = request.workspace.calendar_key
    return request.build_absolute_uri(reverse("calendar-feed", args=[key])) if key else ""


def _written(workspace: Workspace, request: HttpRequest) -> Calendar:
    now = database_now()
    calendar = Calendar()
    calendar.add("prodid", "-//Parvis//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("name", workspace.name)
    calendar.add("x-wr-calname", workspace.name)
    calendar.add("x-wr-timezone", workspace.time_zone)
    calendar.add("refresh-interval", _ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for event in _events(feed_of(workspace, now), request, now):
        calendar.add_component(event)
    return calendar


def _events(found: Iterable[FeedEvent], request: HttpRequest, now: datetime) -> Iterable[Event]:
    for told in found:
        address = request.build_absolute_uri(reverse("post", args=[told.entry.post_id]))
        event = Event()
        event.add("uid", str(told.uid))
        event.add("dtstamp", now)
        event.add("dtstart", told.entry.at)
        event.add("duration", _LASTS)
        event.add("summary", _title(told.entry))
        event.add("description", f"{told.entry.text}\n\n{_state(told.entry)}\n{address}".strip())
        event.add("url", address)
        event.add("status", "TENTATIVE" if told.entry.is_draft else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        yield event


def _title(entry: Entry) -> str:
    """“Bluesky, Mastodon: The square reopens on Saturday.”"""
    said = Truncator(entry.text).chars(_TITLE) or _("Picture without text")
    told = {"where": in_words(entry.places), "text": " ".join(said.split())}
    if entry.is_draft:
        return _("Draft: %(text)s") % told
    return _("%(where)s: %(text)s") % told


def _state(entry: Entry) -> str:
    return _("draft") if entry.is_draft else state_words(entry.state)
