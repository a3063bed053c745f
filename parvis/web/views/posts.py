"""Posts: the list, the page of one, and what can be done with it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose import verbs as compose
from parvis.compose.models import Post
from parvis.deliver import verbs as deliver
from parvis.report.figures import figures_of
from parvis.report.post_choices import search_choices
from parvis.report.post_search import STATES, Shelf, Wanted, count, found_posts
from parvis.report.posts import Spot, page_of_posts
from parvis.report.recurring import turn_of_post
from parvis.report.story import story_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.bulk import DOINGS, EXPORT, RESTORE, BulkForm
from parvis.web.forms.post_search import on_other_shelf, query_of, wanted_from
from parvis.web.forms.when import WhenForm
from parvis.web.views.posted import posted_from

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@require_safe
def list_posts(request: DeskRequest) -> HttpResponse:
    return _list(request, wanted_from(request.GET))


def list_again(request: DeskRequest, form: BulkForm) -> HttpResponse:
    """With what was ticked and typed, and why nothing was done."""
    query = QueryDict(request.POST.get("query", ""))
    return _list(request, wanted_from(query), form=form, status=422)


@require_safe
def show_post(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    return _page(request, post, WhenForm(zone=request.workspace.zone, at=post.planned_at))


@posted_from("post", "post_id")
def take_back(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    try:
        deliver.take_back(post, by=request.user)
    except deliver.AlreadyOnItsWay:
        messages.error(request, _too_late())
        return redirect("post", post.pk)
    messages.success(
        request, _("This post is a draft again. Nothing is sent until you schedule it anew.")
    )
    return redirect("compose", post.pk)


@posted_from("post", "post_id")
def move(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    form = WhenForm(request.POST, zone=request.workspace.zone)
    if not form.is_valid():
        return _page(request, post, form, status=422)
    try:
        deliver.move(post, form.cleaned_data["due_at"], by=request.user)
    except deliver.InThePast:
        form.add_error(None, _("This moment has gone by. Nothing was moved; choose a later one."))
        return _page(request, post, form, status=422)
    except deliver.AlreadyOnItsWay:
        messages.error(request, _too_late())
    else:
        messages.success(request, _("The post was moved."))
    return redirect("post", post.pk)


@posted_from("post", "post_id")
def delete(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    try:
        deliver.delete(post, by=request.user)
    except deliver.AlreadyOnItsWay:
        messages.error(request, _too_late())
        return redirect("post", post.pk)
    messages.success(request, _("The post was deleted. It can be put back from among the deleted."))
    return redirect("posts")


@posted_from("post", "post_id")
def restore(request: DeskRequest, post_id: int) -> HttpResponse:
    post = _post(request, post_id)
    compose.restore_draft(post)
    messages.success(request, _("The draft is back."))
    return redirect("post", post.pk)


@posted_from("post", "post_id")
def duplicate(request: DeskRequest, post_id: int) -> HttpResponse:
    copy = compose.duplicate(_post(request, post_id), request.user)
    return redirect("compose", copy.pk)


def _post(request: DeskRequest, post_id: int) -> Post:
    posts = Post.objects.select_related("author", "workspace")
    return get_object_or_404(posts, pk=post_id, workspace=request.workspace)


def _page(request: DeskRequest, post: Post, when: WhenForm, status: int = 200) -> HttpResponse:
    context = {"story": story_of(post), "figures": figures_of(post), "when": when}
    context["turn"] = turn_of_post(post)
    return render(request, "parvis/post.html", context, status=status)


def _too_late() -> str:
    return _("Too late: part of this post is on its way or has gone out. Nothing was changed.")


def _list(
    request: DeskRequest, wanted: Wanted, *, form: BulkForm | None = None, status: int = 200
) -> HttpResponse:
    before, after = (Spot.read(request.GET.get(name, "")) for name in ("before", "after"))
    context = {
        "page": page_of_posts(request.workspace, wanted, before=before, after=after),
        "wanted": wanted,
        "query": query_of(wanted),
        "count": count(found_posts(request.workspace, wanted)),
        "shelves": [(shelf, words, on_other_shelf(wanted, shelf)) for shelf, words in _shelves()],
        "choices": search_choices(request.workspace, request.user),
        "states": [(state.value, state.label) for state in STATES],
        "doings": _doings(wanted.shelf),
        "form": form,
        "ticked": request.POST.getlist("post"),
    }
    return render(request, "parvis/posts.html", context, status=status)


def _doings(shelf: Shelf) -> "list[tuple[str, StrPromise]]":
    """Of what is deleted nothing can be done but to put it back, or to export it."""
    of_deleted = {RESTORE, EXPORT}
    return [
        each
        for each in DOINGS
        if (each[0] in of_deleted if shelf is Shelf.DELETED else each[0] != RESTORE)
    ]


def _shelves() -> list[tuple[Shelf, str]]:
    return [
        (Shelf.ALL, _("All")),
        (Shelf.DRAFTS, _("Drafts")),
        (Shelf.SCHEDULED, _("Scheduled")),
        (Shelf.PUBLISHED, _("Published")),
        (Shelf.TO_DECIDE, _("To decide")),
        (Shelf.DELETED, _("Deleted")),
    ]
