"""Posts: the list, the page of one, and what can be done with it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose import verbs as compose
from parvis.compose.models import Post
from parvis.deliver import verbs as deliver
from parvis.report.posts import Shelf, page_of_posts
from parvis.report.story import story_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.when import WhenForm
from parvis.web.views.posted import posted_from


@require_safe
def list_posts(request: DeskRequest) -> HttpResponse:
    page = page_of_posts(request.workspace, _shelf(request), _number(request))
    return render(request, "parvis/posts.html", {"page": page, "shelves": _shelves()})


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
    context = {"story": story_of(post), "when": when}
    return render(request, "parvis/post.html", context, status=status)


def _too_late() -> str:
    return _("Too late: part of this post is on its way or has gone out. Nothing was changed.")


def _shelf(request: DeskRequest) -> Shelf:
    asked = request.GET.get("show", "")
    return Shelf(asked) if asked in set(Shelf) else Shelf.ALL


def _number(request: DeskRequest) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _shelves() -> list[tuple[Shelf, str]]:
    return [
        (Shelf.ALL, _("All")),
        (Shelf.DRAFTS, _("Drafts")),
        (Shelf.SCHEDULED, _("Scheduled")),
        (Shelf.PUBLISHED, _("Published")),
        (Shelf.TO_DECIDE, _("To decide")),
        (Shelf.DELETED, _("Deleted")),
    ]
