"""The calendar: its pages, and moving what stands in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.deliver.moving import MovedMeanwhile, move_entry
from parvis.deliver.verbs import AlreadyOnItsWay, InThePast, database_now
from parvis.people.dates import written_date
from parvis.report.calendar import Calendar, View, agenda_of, month_of, week_of
from parvis.report.calendar_entries import Faces, Kind, Span
from parvis.report.calendar_notes import accounts_ahead, notes_of
from parvis.report.faces import face_of, speaker_of
from parvis.report.score import day_around
from parvis.web.calendar_address import Asked, asked_by
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.calendar import MoveForm
from parvis.web.forms.when import Choice
from parvis.web.templatetags.desk import day as written_day
from parvis.web.templatetags.desk import moment
from parvis.web.views.calendar_feed import address_of_feed
from parvis.web.views.posted import posted_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a move. `back_to` is where it can be put back, None where it cannot;
    `choices` are the moments that its time may mean."""

    said: str
    is_done: bool = False
    post_id: int = 0
    seen: datetime | None = None
    back_to: datetime | None = None
    choices: Sequence[Choice] = ()


@require_safe
def show_calendar(request: DeskRequest) -> HttpResponse:
    now = database_now()
    return _page(request, _asked(request, request.GET, now), now)


@posted_from("calendar")
def move(request: DeskRequest) -> HttpResponse:
    """Answers the changed part to htmx, and to a plain form the way back to its page."""
    form = MoveForm(request.POST, zone=request.workspace.zone)
    answer = _moved(request, form)
    now = database_now()
    asked = _asked(request, QueryDict(request.POST.get("page", "")[:1000]), now)
    if answer.is_done and not request.htmx:
        messages.success(request, answer.said)
        return redirect(asked.address)
    return _page(request, asked, now, answer)


def _moved(request: DeskRequest, form: MoveForm) -> Answer:
    if not form.is_valid():
        return _not_understood(form)
    chosen = form.cleaned_data
    post = get_object_or_404(Post, pk=chosen["post"], workspace=request.workspace, deleted_at=None)
    try:
        move_entry(post, chosen["seen"], chosen["due_at"], by=request.user)
    except InThePast:
        return Answer(said=_("This moment has gone by. Nothing was moved; choose a later one."))
    except AlreadyOnItsWay:
        return Answer(
            said=_(
                "Too late: part of this post is on its way or has gone out. Nothing was changed."
            )
        )
    except MovedMeanwhile:
        return Answer(said=_("It was moved or changed meanwhile. Here is how it stands now."))
    return _done(post, chosen["seen"], chosen["due_at"])


def _done(post: Post, seen: datetime, to: datetime) -> Answer:
    return Answer(
        said=_("Moved to %(moment)s.") % {"moment": moment(to)},
        is_done=True,
        post_id=post.pk,
        seen=to,
        back_to=seen if seen > database_now() else None,
    )


def _not_understood(form: MoveForm) -> Answer:
    if form.choices:
        chosen = form.cleaned_data
        said = " ".join(str(error) for error in form.non_field_errors())
        return Answer(said=said, post_id=chosen["post"], seen=chosen["seen"], choices=form.choices)
    return Answer(said=_("This place in the calendar could not be read. Nothing was moved."))


def _page(
    request: DeskRequest, asked: Asked, now: datetime, answer: Answer | None = None
) -> HttpResponse:
    accounts = list(accounts_ahead(request.workspace, now))
    faces = {account.pk: speaker_of(account) for account in accounts}
    calendar = _calendar(request, asked, now, faces)
    context = {
        "asked": asked,
        "calendar": calendar,
        "title": _title(calendar),
        "notes": notes_of(request.workspace, accounts, faces, _shown(request, calendar), now),
        "answer": answer,
        **_around(request, asked, calendar, accounts),
    }
    template = "parvis/calendar/part.html" if request.htmx else "parvis/calendar.html"
    status = 422 if answer and not answer.is_done else 200
    return render(request, template, context, status=status)


def _calendar(request: DeskRequest, asked: Asked, now: datetime, faces: Faces) -> Calendar:
    about = (request.workspace, asked.day, now, asked.filters, faces)
    match asked.view:
        case View.MONTH:
            return month_of(*about)
        case View.WEEK:
            return week_of(*about, all_hours=asked.all_hours)
        case View.AGENDA:
            return agenda_of(*about, after=asked.after)


def _shown(request: DeskRequest, calendar: Calendar) -> Span:
    zone = request.workspace.zone
    first, last = (datetime.combine(day, _NOON, zone) for day in (calendar.first, calendar.last))
    return Span(day_around(first, zone)[0], day_around(last, zone)[1])


def _around(
    request: DeskRequest, asked: Asked, calendar: Calendar, accounts: Sequence[Account]
) -> dict[str, object]:
    """The ways to other pages, and what can be chosen from."""
    return {
        "before": asked.but(day=calendar.before).address,
        "after": asked.but(day=calendar.after).address,
        "at_today": asked.but(day=calendar.today).address,
        "views": [(asked.but(view=view).address, view, words) for view, words in _views()],
        "later": asked.but(after=calendar.later).address if calendar.later else "",
        "hours": asked.but(all_hours=not asked.all_hours).address,
        "accounts": [(account.pk, _full_name(account)) for account in accounts],
        "campaigns": list(_named(Campaign.objects.filter(workspace=request.workspace))),
        "tags": list(_named(Tag.objects.filter(workspace=request.workspace))),
        "kinds": _kinds(),
        "feed": address_of_feed(request),
    }


def _full_name(account: Account) -> str:
    return f"{face_of(account.network).label}, {speaker_of(account).named}"


def _named(rows: QuerySet[Campaign] | QuerySet[Tag]) -> Iterable[tuple[int, str]]:
    return rows.values_list("pk", "name")


def _asked(request: DeskRequest, query: QueryDict, now: datetime) -> Asked:
    return asked_by(query, now.astimezone(request.workspace.zone).date())


def _title(calendar: Calendar) -> str:
    """“April 2026”, “20–26 April 2026”, “From Monday 20 April on”."""
    match calendar.view:
        case View.MONTH:
            return written_date(calendar.first, pgettext("month, Django’s date format", "F Y"))
        case View.WEEK:
            return _week_title(calendar.first, calendar.last)
        case _:
            return _("From %(day)s on") % {"day": written_day(calendar.day)}


def _week_title(first: date, last: date) -> str:
    whole = pgettext("day of a year, Django’s date format", "j F Y")
    if first.month == last.month:
        told = {"first": written_date(first, "j"), "last": written_date(last, whole)}
        return pgettext("days of one month", "%(first)s–%(last)s") % told
    short = pgettext("day of a month, Django’s date format", "j F")
    form = short if first.year == last.year else whole
    told = {"first": written_date(first, form), "last": written_date(last, whole)}
    return pgettext("days of two months", "%(first)s – %(last)s") % told


def _views() -> list[tuple[View, str]]:
    return [(View.MONTH, _("Month")), (View.WEEK, _("Week")), (View.AGENDA, _("Agenda"))]


def _kinds() -> list[tuple[Kind, str]]:
    return [
        (Kind.DRAFT, _("Drafts")),
        (Kind.SCHEDULED, _("Scheduled")),
        (Kind.PUBLISHED, _("Published")),
        (Kind.TO_DECIDE, _("To decide")),
        (Kind.REFUSED, _("Refused")),
    ]


_NOON = time(12)
