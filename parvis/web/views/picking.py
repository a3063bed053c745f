"""Takes pictures and videos from the library into a draft."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from parvis.compose.content import Content, Said, UsedMedia, content_of
from parvis.compose.models import Media, Post
from parvis.compose.verbs import ChangedElsewhere, NoLongerADraft, save_draft, start_draft
from parvis.connections.verbs import accounts_of
from parvis.report.library import page_of_library
from parvis.web.compose_page import pictures_of, remembering
from parvis.web.desk_request import DeskRequest
from parvis.web.views.compose import keep, sent_by_form
from parvis.web.views.library import media_of, number_in, shelves, wanted_from
from parvis.web.views.posted import posted_from


def choose(request: DeskRequest) -> HttpResponse:
    """A page of its own, and for scripts what stands in the composer's dialog."""
    if request.method == "POST":
        return _take_chosen(request)
    page = page_of_library(request.workspace, wanted_from(request))
    context = {"page": page, "shelves": shelves(), "post": number_in(request.GET.get("post", ""))}
    body = "parvis/library/choose.html" if request.htmx else "parvis/library_choose.html"
    return render(request, body, context)


@sent_by_form
def keep_and_choose(request: DeskRequest) -> HttpResponse:
    """Without scripts: the draft is kept before its page is left."""
    return go_on_after(keep(request), request, "library-choose")


@posted_from("library-item", "media_id")
def write_with(request: DeskRequest, media_id: int) -> HttpResponse:
    content = _blank(request, [media_of(request, media_id)])
    post = start_draft(request.workspace, request.user, content)
    return redirect("compose", post.pk)


def go_on_after(kept: HttpResponse, request: DeskRequest, page: str, **sent: str) -> HttpResponse:
    """On to a page that changes the draft which was just kept. What was answered instead, when it
    could not be kept, is shown."""
    if kept.status_code != 302:
        return kept
    post_id = resolve(kept.headers["Location"]).kwargs.get("post_id")
    if post_id is None:
        list(messages.get_messages(request))  # “nothing to keep” is no news to who wants to begin
        return redirect(page)
    return redirect(f"{reverse(page)}?{urlencode({'post': post_id, **sent})}")


def fragment_of(request: DeskRequest, used: Sequence[UsedMedia], post_id: int | None) -> str:
    """The composer's lines about these pictures."""
    pictures = pictures_of(request.workspace, Content(media=tuple(used)))
    context = {"pictures": remembering(pictures, apart_from=post_id)}
    return render_to_string("parvis/compose/pictures.html", context, request)


def put_in_draft(request: DeskRequest, post: Post, media: Sequence[UsedMedia]) -> HttpResponse:
    """Instead of the media that the draft has; what was typed elsewhere meanwhile is kept."""
    content = replace(content_of(post), media=tuple(media))
    try:
        save_draft(post, content, base_revision=post.revision, saved_by=request.user)
    except (ChangedElsewhere, NoLongerADraft):
        messages.warning(
            request, _("This draft was changed meanwhile, so its pictures were left as they are.")
        )
    return redirect("compose", post.pk)


def draft_of(request: DeskRequest, post_id: int | None) -> Post | None:
    if post_id is None:
        return None
    return get_object_or_404(Post, pk=post_id, workspace=request.workspace)


def wants_json(request: DeskRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _take_chosen(request: DeskRequest) -> HttpResponse:
    chosen = _chosen(request)
    post = draft_of(request, number_in(request.POST.get("post", "")))
    if wants_json(request):
        used = [_as_described(media) for media in chosen]
        answer = {"pictures": fragment_of(request, used, post.pk if post else None)}
        return JsonResponse(answer, status=200 if chosen else 422)
    if not chosen:
        messages.error(request, _("No picture was chosen."))
        return redirect(request.get_full_path())
    if post is None:
        post = start_draft(request.workspace, request.user, _blank(request, chosen))
        return redirect("compose", post.pk)
    here = content_of(post).media
    return put_in_draft(request, post, (*here, *map(_as_described, chosen)))


def _chosen(request: DeskRequest) -> list[Media]:
    """In the order of the page, which is that of the form."""
    ids = [number for text in request.POST.getlist("chosen") if (number := number_in(text))]
    kept = Media.objects.filter(workspace=request.workspace).in_bulk(ids)
    return [kept[number] for number in dict.fromkeys(ids) if number in kept]


def _as_described(media: Media) -> UsedMedia:
    return UsedMedia(media_id=media.pk, alt=media.alt)


def _blank(request: DeskRequest, chosen: Sequence[Media]) -> Content:
    """Who has one account speaks through it."""
    accounts = accounts_of(request.workspace)
    return Content(
        language=request.workspace.language,
        media=tuple(map(_as_described, chosen)),
        said={account.pk: Said() for account in accounts} if len(accounts) == 1 else {},
    )
