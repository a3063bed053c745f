"""The composer: a draft is kept while it is typed, looked at, and handed over to delivery.

Every button sends the whole form, and keeping it comes before anything else: no answer, however
bad, costs a word that was typed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.compose import verbs
from parvis.compose.content import Content, Said, content_of
from parvis.compose.models import Post, Snippet, Version
from parvis.compose.verbs import ChangedElsewhere, NoLongerADraft
from parvis.connections.verbs import accounts_of
from parvis.deliver import queueing
from parvis.deliver import verbs as deliver
from parvis.deliver.freeze import NotReady
from parvis.schedule.slots import has_slots
from parvis.web.arrivals import keep_arrivals
from parvis.web.compose_belonging import belonging_of
from parvis.web.compose_page import Question, remembering, sheet_of, told, versions_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.compose import (
    Typed,
    as_shown,
    below,
    read_typed,
    rearranged,
    with_pictures,
)
from parvis.web.forms.when import WhenForm

View = Callable[[DeskRequest], HttpResponse]
HandOver = Callable[[Post, Typed], object]


class NotNow(Exception):
    """The post was kept and not handed over. `question` says why and what can be chosen."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.sentence)
        self.question = question


def sent_by_form(view: View) -> View:
    """Who comes by GET, as after signing in again, is led to the composer."""

    @wraps(view)
    def led(request: DeskRequest) -> HttpResponse:
        return view(request) if request.method == "POST" else redirect("compose-new")

    return led


@never_cache
@require_safe
def write(request: DeskRequest, post_id: int | None = None) -> HttpResponse:
    if post_id is None:
        return _page(request, _blank(request))
    post = _post(request, post_id)
    return _page(request, _opened(request, post), post) if post.is_draft else _gone_out(post)


@sent_by_form
def keep(request: DeskRequest) -> HttpResponse:
    typed = _read(request)
    if _is_untouched(request, typed):
        return _nothing_to_keep(request)
    try:
        post = keep_typed(request, typed)
    except ChangedElsewhere as changed:
        return _changed_elsewhere(request, typed, changed)
    except NoLongerADraft as over:
        return _handed_over(request, over)
    onwards = "series-begin" if request.POST.get("then") == "repeat" else "compose"
    return JsonResponse(_kept(post)) if _by_script(request) else redirect(onwards, post.pk)


@sent_by_form
def find(request: DeskRequest) -> HttpResponse:
    """What is found about a text as it is typed; nothing is stored."""
    context = {"sheet": sheet_of(request.workspace, _read(request).content)}
    return render(request, "parvis/compose/found.html", context)


@sent_by_form
def schedule(request: DeskRequest) -> HttpResponse:
    return _hand_over(
        request,
        lambda post, typed: deliver.schedule(post, _chosen_moment(typed), by=request.user),
    )


@sent_by_form
def schedule_next(request: DeskRequest) -> HttpResponse:
    """Into the next slot that is free for all of its accounts."""
    return _hand_over(request, lambda post, typed: queueing.fill_next_slot(post, by=request.user))


@sent_by_form
def publish(request: DeskRequest) -> HttpResponse:
    return _hand_over(request, lambda post, typed: deliver.publish_now(post, by=request.user))


@sent_by_form
def discard(request: DeskRequest) -> HttpResponse:
    post = _post(request, _read(request).post_id)
    try:
        verbs.discard_draft(post)
    except NoLongerADraft as over:
        return _handed_over(request, over)
    return redirect("compose", post.pk)


@sent_by_form
def restore(request: DeskRequest) -> HttpResponse:
    post = _post(request, _read(request).post_id)
    verbs.restore_draft(post)
    return redirect("compose", post.pk)


@sent_by_form
def use_version(request: DeskRequest) -> HttpResponse:
    """A kept version, when one is named; else what this tab typed, in the place of another's."""
    typed = _read(request)
    post = _post(request, typed.post_id)
    try:
        _use(request, post, typed)
    except NoLongerADraft as over:
        return _handed_over(request, over)
    return redirect("compose", post.pk)


@sent_by_form
def keep_version(request: DeskRequest) -> HttpResponse:
    """Takes what the other tab saved; what this one typed stays among the versions."""
    typed = _read(request)
    post = _post(request, typed.post_id)
    if typed.content != content_of(post):
        verbs.keep_aside(post, typed.content, request.user, typed.tab)
    messages.info(request, _("What you typed is kept among the versions below."))
    return redirect("compose", post.pk)


def keep_typed(request: DeskRequest, typed: Typed) -> Post:
    """Raises ChangedElsewhere or NoLongerADraft; what was typed is kept in any case."""
    if typed.post_id is None:
        return verbs.start_draft(
            request.workspace, request.user, typed.content, tab=typed.tab, turn=typed.turn
        )
    return verbs.save_draft(
        _post(request, typed.post_id),
        typed.content,
        base_revision=typed.base_revision,
        saved_by=request.user,
        tab=typed.tab,
        turn=typed.turn,
    )


def _hand_over(request: DeskRequest, hand_over: HandOver) -> HttpResponse:
    typed = _read(request)
    if _is_untouched(request, typed):
        return _page(request, typed, question=_nothing_said(), status=422)
    try:
        post = keep_typed(request, typed)
    except ChangedElsewhere as changed:
        return _changed_elsewhere(request, typed, changed)
    except NoLongerADraft as over:
        return _handed_over(request, over)
    try:
        _attempt(hand_over, post, typed)
    except NotNow as refused:
        return _page(request, _continued(post, typed), post, refused.question, status=422)
    return _gone_out(post)


def _attempt(hand_over: HandOver, post: Post, typed: Typed) -> None:
    """Raises NotNow. Whom another click has overtaken has what was wanted."""
    try:
        _refuse_unfinished(post, typed)
        hand_over(post, typed)
    except deliver.InThePast:
        gone_by = _("This moment has gone by. Choose a later one.")
        raise NotNow(Question(sentence=gone_by, is_about_when=True)) from None
    except queueing.NoFreeSlot:
        raise NotNow(Question(sentence=_no_free_slot())) from None
    except NotReady as refused:
        raise NotNow(_in_the_way(refused)) from None
    except deliver.AlreadyHandedOver:
        return


def _refuse_unfinished(post: Post, typed: Typed) -> None:
    if post.deleted_at:
        raise NotNow(Question(sentence=_("This draft is discarded. Put it back first.")))
    if typed.lacks_pictures:
        raise NotNow(Question(sentence=_("A picture is missing, so nothing was handed over.")))


def _chosen_moment(typed: Typed) -> datetime:
    if typed.content.planned_at:
        return typed.content.planned_at
    sentences = [str(error) for errors in typed.when.errors.values() for error in errors]
    raise NotNow(
        Question(sentence=" ".join(sentences), is_about_when=True, choices=typed.when.choices)
    )


def _no_free_slot() -> str:
    return _(
        "None of its accounts has a free slot within half a year. Choose a time, or give them "
        "slots under “Queue”. Your text is kept."
    )


def _nothing_said() -> Question:
    return Question(sentence=_("There is nothing to say yet: write a text or add a picture."))


def _in_the_way(refused: NotReady) -> Question:
    if not refused.findings:
        return Question(sentence=_("No account is chosen. Choose where this should be said."))
    return Question(
        sentence=_("Not yet: something stands in the way. Your text is kept."),
        in_the_way=[(account, told(findings)) for account, findings in refused.findings.items()],
    )


def _use(request: DeskRequest, post: Post, typed: Typed) -> None:
    named = request.POST.get("version", "")
    if not named.isascii() or not named.isdecimal():
        verbs.use_instead(post, typed.content, request.user, typed.tab)
        return
    version = get_object_or_404(Version, pk=int(named), post=post)
    if typed.content != content_of(post):
        verbs.keep_aside(post, typed.content, request.user, tab="")
    verbs.use_version(version, request.user)


def _read(request: DeskRequest) -> Typed:
    """Whatever button was pressed, pictures that were chosen come with the form."""
    typed = rearranged(read_typed(request.POST, request.workspace), request.POST.get("arrange", ""))
    typed = _with_snippet(request, typed)
    arrivals = keep_arrivals(request)
    for sentence in arrivals.refused:
        messages.error(request, sentence)
    added = with_pictures(typed, arrivals.kept)
    return replace(added, lacks_pictures=bool(arrivals.refused))


def _with_snippet(request: DeskRequest, typed: Typed) -> Typed:
    """Without scripts nobody says where the cursor is: it goes below the text."""
    number = request.POST.get("snippet", "")
    if request.POST.get("arrange") != "snippet" or not number.isascii() or not number.isdecimal():
        return typed
    snippet = Snippet.objects.filter(workspace=request.workspace, pk=int(number)).first()
    return below(typed, snippet.text) if snippet else typed


def _blank(request: DeskRequest) -> Typed:
    return Typed(
        content=_blank_content(request),
        tab=get_random_string(20),
        when=WhenForm(zone=request.workspace.zone),
    )


def _blank_content(request: DeskRequest) -> Content:
    """Who has one account speaks through it."""
    accounts = accounts_of(request.workspace)
    said = {account.pk: Said() for account in accounts} if len(accounts) == 1 else {}
    return Content(language=request.workspace.language, said=said)


def _is_untouched(request: DeskRequest, typed: Typed) -> bool:
    """Then no draft is made of it."""
    blank = replace(typed.content, text="") == _blank_content(request)
    return typed.post_id is None and typed.content.is_blank and blank


def _opened(request: DeskRequest, post: Post) -> Typed:
    return Typed(
        content=content_of(post),
        post_id=post.pk,
        base_revision=post.revision,
        tab=get_random_string(20),
        when=WhenForm(zone=request.workspace.zone, at=post.planned_at),
    )


def _continued(post: Post, typed: Typed) -> Typed:
    return replace(typed, post_id=post.pk, base_revision=post.revision)


def _page(
    request: DeskRequest,
    typed: Typed,
    post: Post | None = None,
    question: Question | None = None,
    theirs: Content | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = sheet_of(request.workspace, typed.content)
    context = {
        "typed": typed,
        "post": post,
        "sheet": sheet,
        "belonging": belonging_of(request.workspace, typed.content),
        "pictures": remembering(sheet.pictures, apart_from=post.pk if post else None),
        "date_time": _date_and_time(typed),
        "versions": versions_of(post) if post else [],
        "question": question,
        "theirs": theirs,
        "has_slots": has_slots(request.workspace),
        "goes_on": request.method == "POST",
    }
    return render(request, "parvis/compose/write.html", context, status=status)


def _date_and_time(typed: Typed) -> tuple[str, str]:
    if typed.content.planned_at:
        return as_shown(typed.content.planned_at)
    return str(typed.when.data.get("date", "")), str(typed.when.data.get("time", ""))


def _changed_elsewhere(
    request: DeskRequest, typed: Typed, changed: ChangedElsewhere
) -> HttpResponse:
    """The tab keeps its old revision, and so keeps being told until a person has decided."""
    theirs = content_of(changed.post)
    if _by_script(request):
        context = {"post": changed.post, "theirs": theirs}
        told_so = render_to_string("parvis/compose/changed.html", context, request)
        return JsonResponse({**_kept(changed.post), "changed": told_so}, status=409)
    typed = replace(typed, post_id=changed.post.pk)
    return _page(request, typed, changed.post, theirs=theirs, status=409)


def _handed_over(request: DeskRequest, over: NoLongerADraft) -> HttpResponse:
    """A second click is led on; who typed meanwhile is told where that is."""
    if _by_script(request):
        return JsonResponse({"elsewhere": reverse("post", args=[over.post.pk])}, status=410)
    if over.version:
        messages.warning(
            request,
            _(
                "This post was handed over meanwhile, so it is not changed. What you typed is kept "
                "among its versions: take the post back to use it."
            ),
        )
    return _gone_out(over.post)


def _gone_out(post: Post) -> HttpResponse:
    return redirect("post", post.pk)


def _nothing_to_keep(request: DeskRequest) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({})
    messages.info(request, _("There is nothing to keep yet."))
    return redirect("compose-new")


def _kept(post: Post) -> dict[str, object]:
    return {
        "post": post.pk,
        "address": reverse("compose", args=[post.pk]),
        "revision": post.revision,
        "version": _("version %(number)s") % {"number": post.revision},
        "saved_at": post.saved_at.isoformat(),
        "discarded": post.deleted_at is not None,
    }


def _by_script(request: DeskRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _post(request: DeskRequest, post_id: int | None) -> Post:
    if post_id is None:
        raise Http404
    return get_object_or_404(Post, pk=post_id, workspace=request.workspace)
