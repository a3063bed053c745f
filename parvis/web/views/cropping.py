"""Cuts a part out of a picture: a new one, and the whole one stays as it is."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from parvis.compose.content import UsedMedia, content_of
from parvis.compose.media import NoRoomLeft, cut_out
from parvis.compose.media_folder import MediaFolderAway
from parvis.compose.media_words import describe
from parvis.compose.models import Media, Post
from parvis.compose.pictures import NotAPicture
from parvis.report.library_fits import takers_of
from parvis.report.library_shapes import shapes_for
from parvis.report.sentences import sentence_for_picture
from parvis.web.arrivals import disk_is_away, disk_is_full
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.cropping import CropForm
from parvis.web.views.compose import keep, sent_by_form
from parvis.web.views.library import media_of, number_in
from parvis.web.views.picking import draft_of, fragment_of, put_in_draft, wants_json


def crop(request: DeskRequest, media_id: int) -> HttpResponse:
    """`post` and `at` name the draft, and the place in it, where the part stands instead."""
    media = media_of(request, media_id)
    if request.method != "POST":
        return _page(request, media, CropForm(media))
    form = CropForm(media, request.POST)
    if not form.is_valid():
        return _refused(request, media, form)
    try:
        cut = cut_out(media, form.box)
    except NotAPicture as error:
        form.add_error(None, sentence_for_picture(error))
    except NoRoomLeft:
        form.add_error(None, disk_is_full())
    except MediaFolderAway:
        form.add_error(None, disk_is_away())
    else:
        return _answer(request, media, cut)
    return _refused(request, media, form)


@sent_by_form
def keep_and_crop(request: DeskRequest) -> HttpResponse:
    """Without scripts: the draft is kept before its page is left."""
    kept = keep(request)
    if kept.status_code != 302:
        return kept
    post = draft_of(request, resolve(kept.headers["Location"]).kwargs.get("post_id"))
    at = number_in(request.POST.get("crop", ""))
    used = content_of(post).media if post else ()
    if post is None or at is None or at >= len(used):
        return kept
    address = reverse("library-crop", args=[used[at].media_id])
    return redirect(f"{address}?{urlencode({'post': post.pk, 'at': at})}")


def _answer(request: DeskRequest, media: Media, cut: Media) -> HttpResponse:
    if media.alt and not cut.alt:
        describe(cut, media.alt)
    post = draft_of(request, number_in(request.POST.get("post", "")))
    if wants_json(request):
        used = UsedMedia(media_id=cut.pk, alt=request.POST.get("alt", cut.alt))
        told = {"pictures": fragment_of(request, [used], post.pk if post else None)}
        return JsonResponse(told)
    if post is not None:
        return _put_in_its_place(request, post, media, cut)
    messages.success(request, _("Here is the part as a picture of its own. The whole one stays."))
    return redirect("library-item", cut.pk)


def _put_in_its_place(request: DeskRequest, post: Post, media: Media, cut: Media) -> HttpResponse:
    used = list(content_of(post).media)
    at = number_in(request.POST.get("at", ""))
    if at is None or at >= len(used) or used[at].media_id != media.pk:
        raise Http404
    used[at] = replace(used[at], media_id=cut.pk)
    return put_in_draft(request, post, used)


def _refused(request: DeskRequest, media: Media, form: CropForm) -> HttpResponse:
    if wants_json(request):
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        return JsonResponse({"refused": sentences}, status=422)
    return _page(request, media, form, status=422)


def _page(request: DeskRequest, media: Media, form: CropForm, status: int = 200) -> HttpResponse:
    if media.is_video or media.is_animated:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    context = {
        "media": media,
        "form": form,
        "shapes": shapes_for(takers_of(request.workspace)),
        "post": number_in(asked.get("post", "")),
        "at": number_in(asked.get("at", "")),
    }
    body = "parvis/library/crop.html" if request.htmx else "parvis/library_crop.html"
    return render(request, body, context, status=status)
