"""Posts that come back: the list, the page of one series, and what can be done with it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.compose.content import Content, Said, content_of
from parvis.compose.models import Post
from parvis.compose.verbs import NoLongerADraft
from parvis.connections.models import Account, AccountState
from parvis.deliver import verbs as deliver
from parvis.deliver.freeze import NotReady
from parvis.intake import recurring
from parvis.intake.recurring import NotRepeatable, Plan, Scope
from parvis.report.faces import speaker_of
from parvis.report.recurring import series_of, stances_of, story_of_series, turn_of_post
from parvis.schedule.models import Kind, Occurrence, Series
from parvis.schedule.recurrence import Improper
from parvis.web.compose_page import told
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.recurring import RecurringForm, initial_of, usual
from parvis.web.views.posted import posted_from

PROPOSED_END = timedelta(days=182)
InTheWay = list[tuple[Any, Any]]


@require_safe
def list_series(request: DeskRequest) -> HttpResponse:
    return render(request, "parvis/recurring/list.html", {"series": series_of(request.workspace)})


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    if (turn := turn_of_post(post)) is not None:
        return redirect("series", turn.series_id)
    if request.method != "POST":
        return _begin_page(request, post, _proposal(post))
    form = RecurringForm(request.POST)
    if "more" in request.POST or not form.is_valid():
        return _begin_page(request, post, form, status=_status(form))
    try:
        series = _begun(request, post, form)
    except NotRepeatable as refused:
        return _begin_page(request, post, form, refused, status=422)
    except Improper as improper:
        form.refuse(improper)
        return _begin_page(request, post, form, status=422)
    messages.success(request, _("It comes back from now on. Here you see when."))
    return redirect("series", series.pk)


@require_safe
def show_series(request: DeskRequest, series_id: int) -> HttpResponse:
    series = _series(request, series_id)
    return _page(request, series, _form_of(series))


@posted_from("series", "series_id")
def change(request: DeskRequest, series_id: int) -> HttpResponse:
    series = _series(request, series_id)
    form = RecurringForm(request.POST)
    if "more" in request.POST or not form.is_valid():
        return _page(request, series, form, status=_status(form))
    try:
        plan = _plan(Content.from_json(series.content), form)
        recurring.change(series, plan, by=request.user)
    except NotRepeatable as refused:
        return _page(request, series, form, refused, status=422)
    except Improper as improper:
        form.refuse(improper)
        return _page(request, series, form, status=422)
    except recurring.HasEnded:
        messages.error(request, _has_ended())
    else:
        messages.success(request, _("The series is kept as you changed it, and what waits of it."))
    return redirect("series", series_id)


@posted_from("series", "series_id")
def skip(request: DeskRequest, series_id: int) -> HttpResponse:
    day = _day(request)
    try:
        recurring.skip(_series(request, series_id), day, by=request.user)
    except recurring.GoneBy:
        messages.error(request, _gone_by())
    except recurring.HasEnded:
        messages.error(request, _has_ended())
    else:
        messages.success(request, _("It is skipped this once. You can put it back."))
    return redirect("series", series_id)


@posted_from("series", "series_id")
def put_back(request: DeskRequest, series_id: int) -> HttpResponse:
    try:
        recurring.put_back(_series(request, series_id), _day(request))
    except recurring.GoneBy:
        messages.error(request, _gone_by())
    except recurring.HasEnded:
        messages.error(request, _has_ended())
    else:
        messages.success(request, _("It comes after all."))
    return redirect("series", series_id)


@posted_from("series", "series_id")
def end(request: DeskRequest, series_id: int) -> HttpResponse:
    takes_off = request.POST.get("waiting") == "delete"
    try:
        gone = recurring.end(_series(request, series_id), take_off=takes_off, by=request.user)
    except recurring.HasEnded:
        messages.info(request, _has_ended())
    else:
        messages.success(request, _ended(gone) if takes_off else _ended_and_left())
    return redirect("series", series_id)


@posted_from("recurring")
def use_for(request: DeskRequest, occurrence_id: int) -> HttpResponse:
    rows = Occurrence.objects.select_related("series", "post")
    row = get_object_or_404(rows, pk=occurrence_id, series__workspace=request.workspace)
    scope = request.POST.get("scope", "")
    try:
        recurring.use_for(row, Scope(scope if scope in set(Scope) else "this"), by=request.user)
    except NotRepeatable as refused:
        _say_what_is_in_the_way(request, refused)
    except recurring.HasEnded:
        messages.error(request, _has_ended())
    else:
        if scope in (Scope.LATER, Scope.ALL):
            messages.success(request, _("The others say the same from now on."))
    return redirect("post", row.post_id) if row.post_id else redirect("series", row.series_id)


def _begun(request: DeskRequest, post: Post, form: RecurringForm) -> Series:
    """Raises NotRepeatable or Improper."""
    try:
        plan = _plan(_on_the_chosen(post, request), form)
        return recurring.begin(request.workspace, plan, post, by=request.user)
    except NotReady as refused:
        raise NotRepeatable(refused.findings) from refused
    except (deliver.InThePast, deliver.AlreadyHandedOver, NoLongerADraft):
        raise Improper("nothing-ahead") from None


def _on_the_chosen(post: Post, request: DeskRequest) -> Content:
    """What the post says, on the accounts that are chosen on the page."""
    content, chosen = content_of(post), set(request.POST.getlist("account"))
    offered = [account.pk for account in _offered(post) if str(account.pk) in chosen]
    return replace(content, said={pk: content.said.get(pk, Said()) for pk in offered})


def _offered(post: Post) -> list[Account]:
    """Its own accounts; all where it has none yet."""
    of_the_desk = post.workspace.accounts.exclude(state=AccountState.DISCONNECTED)
    return list(post.accounts.all()) or list(of_the_desk)


def _plan(content: Content, form: RecurringForm) -> Plan:
    return Plan(content=content, texts=form.texts, rule=form.cleaned_data["rule"])


def _proposal(post: Post) -> RecurringForm:
    """From the day after the post goes out, or from the day for which it is planned."""
    zone = post.workspace.zone
    now = deliver.database_now()
    at = (post.planned_at or (now + timedelta(days=1)).replace(minute=0)).astimezone(zone)
    starts_on = max(at, now.astimezone(zone)).date()
    usual_time = at.time().replace(second=0, microsecond=0)
    return RecurringForm(
        initial=usual(starts_on, usual_time, [post.text], starts_on + PROPOSED_END)
    )


def _form_of(series: Series) -> RecurringForm:
    plan = recurring.plan_of(series)
    initial = initial_of(plan.rule, plan.texts)
    if plan.kind is Kind.RECURRING and initial["times"]:
        initial["times"] = len(recurring.turns_ahead(series, deliver.database_now()))
    return RecurringForm(initial=initial)


def _begin_page(
    request: DeskRequest,
    post: Post,
    form: RecurringForm,
    refused: NotRepeatable | None = None,
    status: int = 200,
) -> HttpResponse:
    accounts = _offered(post)
    posted = request.method == "POST"
    chosen = request.POST.getlist("account") if posted else [str(one.pk) for one in accounts]
    context = {
        "post": post,
        "accounts": list(zip(accounts, stances_of(accounts), strict=True)),
        "chosen": [one.pk for one in accounts if str(one.pk) in chosen],
        "form": form,
        "texts": _fields_for(form, "more" in request.POST),
        "refused": refused is not None,
        "in_the_way": _in_the_way(refused),
    }
    return render(request, "parvis/recurring/begin.html", context, status=status)


def _page(
    request: DeskRequest,
    series: Series,
    form: RecurringForm,
    refused: NotRepeatable | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "series": series,
        "story": story_of_series(series),
        "form": form,
        "texts": _fields_for(form, "more" in request.POST),
        "changes": request.method == "POST",
        "refused": refused is not None,
        "in_the_way": _in_the_way(refused),
    }
    return render(request, "parvis/recurring/series.html", context, status=status)


def _fields_for(form: RecurringForm, one_more: bool) -> list[str]:
    """What was typed, and an empty field where there was but one text or one more is wanted."""
    typed = form.typed or [""]
    return [*typed, ""] if one_more or len(typed) < 2 else typed


def _in_the_way(refused: NotRepeatable | None) -> InTheWay:
    if refused is None:
        return []
    return [(speaker_of(account), told(findings)) for account, findings in refused.findings.items()]


def _say_what_is_in_the_way(request: DeskRequest, refused: NotRepeatable) -> None:
    messages.error(request, _("Nothing was changed: something stands in the way."))
    for speaker, sentences in _in_the_way(refused):
        for _severity, _code, sentence in sentences:
            messages.error(
                request, _("%(kind)s: %(sentence)s") % {"kind": speaker.named, "sentence": sentence}
            )


def _status(form: RecurringForm) -> int:
    return 422 if form.errors else 200


def _day(request: DeskRequest) -> date:
    try:
        return parse_date(request.POST.get("day", "")) or date.min
    except ValueError:
        return date.min


def _post(request: DeskRequest, post_id: int) -> Post:
    posts = Post.objects.select_related("workspace").filter(deleted_at=None)
    return get_object_or_404(posts, pk=post_id, workspace=request.workspace)


def _series(request: DeskRequest, series_id: int) -> Series:
    series = Series.objects.select_related("workspace", "began_from")
    return get_object_or_404(series, pk=series_id, workspace=request.workspace)


def _gone_by() -> str:
    return _("Too late: it has gone by or is on its way. Nothing was changed.")


def _has_ended() -> str:
    return _("This series has ended. Nothing was changed.")


def _ended(gone: int) -> str:
    return ngettext(
        "The series has ended, and %(n)s post was deleted. You can put it back.",
        "The series has ended, and %(n)s posts were deleted. You can put them back.",
        gone,
    ) % {"n": gone}


def _ended_and_left() -> str:
    return _("The series has ended. What is scheduled of it goes out as planned.")
