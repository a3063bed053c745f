"""What is done to many posts at once, and what became of each."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from parvis.compose.models import Post, Tag
from parvis.compose.tags import tag_named
from parvis.deliver import in_bulk
from parvis.deliver.in_bulk import Fate, Obstacle
from parvis.report.bulk_phrases import sentence_for
from parvis.report.post_search import Wanted, found_posts
from parvis.report.post_table import write_table
from parvis.web.desk_request import DeskRequest
from parvis.web.files import send_whole
from parvis.web.forms import bulk
from parvis.web.forms.bulk import BulkForm
from parvis.web.forms.post_search import wanted_from
from parvis.web.views.posted import posted_from
from parvis.web.views.posts import list_again

# What one request does; a person goes on with the next.
BATCH = 200
_TOLD = "posts-done"
_TEXT = 90


@posted_from("posts")
def change_many(request: DeskRequest) -> HttpResponseBase:
    form = BulkForm(request.POST, workspace=request.workspace)
    if not form.is_valid():
        return list_again(request, form)
    if form.cleaned_data["do"] == bulk.EXPORT:
        return _exported(request, form)
    posts = _to_do(request, form)
    fates = _carried_out(request, form, posts)
    request.session[_TOLD] = _told(request, form, fates)
    return redirect("posts-done")


@require_safe
def show_done(request: DeskRequest) -> HttpResponse:
    """What the last change of this browser's session did, so that reading it anew does nothing."""
    told = request.session.get(_TOLD)
    if told is None:
        return redirect("posts")
    fates = [{**each, "why": _why(each["obstacle"])} for each in told["fates"]]
    context = {
        **told,
        "doing": dict(bulk.DOINGS)[told["do"]],
        "done": [each for each in fates if not each["obstacle"]],
        "stayed": [each for each in fates if each["obstacle"]],
    }
    return render(request, "parvis/posts_done.html", context)


def _exported(request: DeskRequest, form: BulkForm) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_table(_meant(request, form), request.workspace.zone, file)
    return send_whole(file, media_type="text/csv; charset=utf-8", name="posts.csv")


def _to_do(request: DeskRequest, form: BulkForm) -> list[Post]:
    """By their keys: a post that moves keeps its own, and what is made now has a later one."""
    posts = _meant(request, form)
    if form.cleaned_data["scope"] == bulk.FOUND:
        posts = posts.filter(pk__gt=form.cleaned_data["beyond"] or 0, pk__lte=_up_to(form, posts))
    told = posts.select_related("workspace").prefetch_related("tags", "variants", "used_media")
    return list(told.order_by("pk")[:BATCH])


def _meant(request: DeskRequest, form: BulkForm) -> QuerySet[Post]:
    if form.cleaned_data["scope"] == bulk.FOUND:
        return found_posts(request.workspace, _wanted(form))
    return Post.objects.filter(workspace=request.workspace, pk__in=form.cleaned_data["post"])


def _wanted(form: BulkForm) -> Wanted:
    return wanted_from(QueryDict(form.cleaned_data["query"]).dict())


def _up_to(form: BulkForm, posts: QuerySet[Post]) -> int:
    if form.cleaned_data["up_to"] is None:
        form.cleaned_data["up_to"] = posts.aggregate(last=Max("pk"))["last"] or 0
    return int(form.cleaned_data["up_to"])


def _carried_out(request: DeskRequest, form: BulkForm, posts: Sequence[Post]) -> list[Fate]:
    given, by = form.cleaned_data, request.user
    match given["do"]:
        case bulk.MOVE:
            return in_bulk.move_all(posts, form.shift, request.workspace.zone, by=by)
        case bulk.CAMPAIGN:
            return in_bulk.put_all_into(posts, given["campaign"])
        case bulk.TAG:
            return in_bulk.tag_all(posts, tag_named(request.workspace, given["tag"]))
        case bulk.UNTAG:
            return _untagged(request, given["tag"], posts)
        case bulk.DUPLICATE:
            return in_bulk.duplicate_all(posts, by=by)
        case bulk.TAKE_BACK:
            return in_bulk.take_all_back(posts, by=by)
        case bulk.DELETE:
            return in_bulk.delete_all(posts, by=by)
        case _:
            return in_bulk.restore_all(posts)


def _untagged(request: DeskRequest, name: str, posts: Sequence[Post]) -> list[Fate]:
    """Without making the tag that is to go."""
    known = Tag.objects.filter(workspace=request.workspace, name__iexact=name.strip()).first()
    return in_bulk.untag_all(posts, known or Tag(workspace=request.workspace, name=name))


def _told(request: DeskRequest, form: BulkForm, fates: Sequence[Fate]) -> dict[str, Any]:
    return {
        "do": form.cleaned_data["do"],
        "query": form.cleaned_data["query"],
        "fates": [
            {
                "post_id": fate.post_id,
                "text": Truncator(fate.text).chars(_TEXT),
                "obstacle": fate.obstacle and fate.obstacle.value,
                "made": fate.made,
            }
            for fate in fates
        ],
        "go_on": _rest(request, form, fates),
    }


def _rest(request: DeskRequest, form: BulkForm, fates: Sequence[Fate]) -> list[tuple[str, str]]:
    """The fields that go on with the next batch; empty where nothing is left."""
    if form.cleaned_data["scope"] != bulk.FOUND or len(fates) < BATCH:
        return []
    beyond, up_to = fates[-1].post_id, form.cleaned_data["up_to"]
    left = _meant(request, form).filter(pk__gt=beyond, pk__lte=up_to)
    if not left.exists():
        return []
    same = ("do", "scope", "query", "by", "unit", "campaign", "tag")
    fields = [(name, request.POST.get(name, "")) for name in same]
    return [*fields, ("beyond", str(beyond)), ("up_to", str(up_to))]


def _why(obstacle: str | None) -> str:
    return sentence_for(Obstacle(obstacle)) if obstacle else ""
