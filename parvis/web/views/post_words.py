"""What posts are sorted by: tags, and the searches that somebody has kept."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose.campaigns import NameTaken
from parvis.compose.models import Tag
from parvis.compose.tags import forget_tag, rename_tag
from parvis.people.models import SavedView
from parvis.people.views import ViewNameTaken, forget_view, keep_view
from parvis.people.views import rename_view as rename
from parvis.report.campaigns import tag_lines
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.campaigns import NameForm, TagNameForm
from parvis.web.forms.post_search import query_of, wanted_from
from parvis.web.views.posted import posted_from


@require_safe
def list_words(request: DeskRequest) -> HttpResponse:
    views = SavedView.objects.filter(user=request.user, workspace=request.workspace)
    context = {"tags": tag_lines(request.workspace), "views": views}
    return render(request, "parvis/posts_sorted.html", context)


@posted_from("posts-sorted")
def change_tag(request: DeskRequest, tag_id: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=tag_id, workspace=request.workspace)
    form = TagNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _no_name())
        return redirect("posts-sorted")
    try:
        rename_tag(tag, form.cleaned_data["name"])
    except NameTaken:
        messages.error(request, _("Another tag has this name. Nothing was changed."))
    else:
        messages.success(request, _("The tag has its new name, on every post."))
    return redirect("posts-sorted")


@posted_from("posts-sorted")
def delete_tag(request: DeskRequest, tag_id: int) -> HttpResponse:
    forget_tag(get_object_or_404(Tag, pk=tag_id, workspace=request.workspace))
    messages.success(request, _("The tag is gone. Its posts are still there."))
    return redirect("posts-sorted")


@posted_from("posts")
def keep(request: DeskRequest) -> HttpResponse:
    query = query_of(wanted_from(QueryDict(request.POST.get("query", "")).dict()))
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _no_name())
    else:
        _keep(request, form.cleaned_data["name"], query)
    return redirect(f"{reverse('posts')}?{query}")


@posted_from("posts-sorted")
def rename_view(request: DeskRequest, view_id: int) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _no_name())
        return redirect("posts-sorted")
    try:
        rename(_view(request, view_id), form.cleaned_data["name"])
    except ViewNameTaken:
        messages.error(request, _view_name_taken())
    else:
        messages.success(request, _("The search has its new name."))
    return redirect("posts-sorted")


@posted_from("posts-sorted")
def delete_view(request: DeskRequest, view_id: int) -> HttpResponse:
    forget_view(_view(request, view_id))
    messages.success(request, _("The search is forgotten. Its posts are still there."))
    return redirect("posts-sorted")


def _view(request: DeskRequest, view_id: int) -> SavedView:
    views = SavedView.objects.filter(user=request.user, workspace=request.workspace)
    return get_object_or_404(views, pk=view_id)


def _keep(request: DeskRequest, name: str, query: str) -> None:
    try:
        keep_view(request.user, request.workspace, name, query)
    except ViewNameTaken:
        messages.error(request, _view_name_taken())
    else:
        messages.success(request, _("The search is kept. It stands above the list."))


def _no_name() -> str:
    return _("Give it a name, a short one. Nothing was changed.")


def _view_name_taken() -> str:
    return _("Another search of yours has this name. Nothing was changed.")
