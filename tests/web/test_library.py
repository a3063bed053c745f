"""The media library through its pages: finding, describing, deleting, choosing, cropping."""

import html
from dataclasses import replace
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template.defaultfilters import filesizeformat
from django.test import Client

from parvis.compose.content import UsedMedia, content_of
from parvis.compose.models import Media, Post
from parvis.compose.verbs import keep_aside, save_draft
from parvis.connections.models import Account
from parvis.deliver import verbs as deliver
from parvis.people.models import Workspace
from parvis.report.library import PAGE
from tests.cast import (
    copy_for_a_network,
    draft,
    kept_photograph,
    kept_picture,
    photograph,
    picture,
    scheduled,
)
from tests.compose.films import film
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

BY_SCRIPT = {"Accept": "application/json"}


def shown(desk: Client, address: str = "/library/") -> str:
    answer = desk.get(address, follow=True)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def names_on(page: str, media: list[Media]) -> list[str]:
    return [one.name for one in media if f'/library/{one.pk}/"' in page]


def kept_film(desk: Client, folder: Path) -> Media:
    with film(folder / "shop.mp4").open("rb") as file:
        desk.post("/media/", {"picture": file}, headers=BY_SCRIPT)
    return Media.objects.get(media_type="video/mp4")


# Finding


def test_an_empty_library_says_how_it_fills(desk: Client) -> None:
    assert "What you add to a post is kept here" in shown(desk)


def test_a_picture_stands_with_its_facts_and_where_it_is_used(desk: Client, ponts: Account) -> None:
    media = kept_photograph(ponts.workspace, width=400, height=300)
    scheduled(
        ponts, text="The square reopens.", media=(UsedMedia(media_id=media.pk, alt="Square"),)
    )
    page = shown(desk)
    assert "400 × 300" in page
    assert "The square reopens." in page
    assert 'aria-label="scheduled"' in page


def test_pictures_videos_and_what_is_not_described_have_their_shelves(
    desk: Client, workspace: Workspace, tmp_path: Path
) -> None:
    still, moving = kept_picture(workspace, "stalls.png"), kept_film(desk, tmp_path)
    Media.objects.filter(pk=still.pk).update(alt="Stalls at dawn")
    both = [still, moving]
    assert names_on(shown(desk, "/library/?show=pictures"), both) == ["stalls.png"]
    assert names_on(shown(desk, "/library/?show=videos"), both) == ["shop.mp4"]
    assert names_on(shown(desk, "/library/?show=undescribed"), both) == ["shop.mp4"]


def test_what_no_post_uses_has_its_shelf(desk: Client, ponts: Account) -> None:
    used, spare = (kept_picture(ponts.workspace, f"{c}.png", colour=c) for c in ("teal", "red"))
    draft(ponts, media=(UsedMedia(media_id=used.pk),))
    assert names_on(shown(desk, "/library/?show=unused"), [used, spare]) == ["red.png"]


def test_a_word_is_found_in_names_and_descriptions_whatever_its_accents(
    desk: Client, workspace: Workspace
) -> None:
    one, other = (kept_picture(workspace, f"{c}.png", colour=c) for c in ("teal", "red"))
    Media.objects.filter(pk=other.pk).update(alt="Le marché d’ÉTÉ")
    assert names_on(shown(desk, "/library/?q=ete+marche"), [one, other]) == ["red.png"]
    assert names_on(shown(desk, "/library/?q=TEAL"), [one, other]) == ["teal.png"]
    assert "Nothing like this was found." in shown(desk, "/library/?q=100%25")


def test_older_ones_stand_on_the_next_page(desk: Client, workspace: Workspace) -> None:
    media = [kept_picture(workspace, f"{n}.png", colour=f"rgb({n},0,0)") for n in range(PAGE + 1)]
    first = shown(desk)
    assert len(names_on(first, media)) == PAGE
    second = shown(desk, f"/library/?before={media[1].pk}")
    assert names_on(second, media) == ["0.png"]
    assert f"before={media[1].pk}" in first


def test_the_number_of_queries_does_not_grow(desk: Client, ponts: Account) -> None:
    def one_more(seed: int) -> None:
        media = kept_photograph(ponts.workspace, f"{seed}.png", seed=seed % 2, width=200 + seed)
        if seed % 3 == 0:
            copy_for_a_network(media)
        scheduled(ponts, text=f"Post {seed}", media=(UsedMedia(media_id=media.pk),))

    for seed in range(3):
        one_more(seed)
    few = queries(desk, "/library/")
    for seed in range(3, 12):
        one_more(seed)
    assert queries(desk, "/library/") == few


def test_a_network_that_needs_a_smaller_copy_is_told_so(desk: Client, ponts: Account) -> None:
    kept_photograph(ponts.workspace)
    assert "as it is" in shown(desk)
    Media.objects.update(size=5_000_000)
    assert "a smaller copy" in shown(desk)


def test_a_picture_that_looks_like_another_says_so(desk: Client, workspace: Workspace) -> None:
    large = kept_photograph(workspace, "large.png", width=960, height=720)
    small = kept_photograph(workspace, "small.jpg", kind="JPEG")
    page = shown(desk, f"/library/{large.pk}/")
    assert "Looks like" in page
    assert f"/library/{small.pk}/" in page


def test_copies_for_networks_are_counted_with_what_they_were_made_of(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_photograph(workspace, width=1500, height=1000)
    copies = [copy_for_a_network(media, limit) for limit in (60_000, 40_000)]
    size = filesizeformat(sum(copy.size for copy in copies))
    page = shown(desk)
    assert names_on(page, [media, *copies]) == ["stalls.png"]
    assert f"2 copies for networks, {size}" in page
    assert names_on(shown(desk, "/library/?show=unused"), copies) == []
    assert names_on(shown(desk, "/library/choose/"), copies) == []


def test_the_address_of_a_copy_leads_to_what_it_was_made_of(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_photograph(workspace, width=1500, height=1000)
    answer = desk.get(f"/library/{copy_for_a_network(media).pk}/")
    assert answer.headers["Location"] == f"/library/{media.pk}/"


def test_another_workspaces_picture_cannot_be_seen(desk: Client) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="Europe/Paris", language="en")
    media = kept_picture(other)
    for address in ("", "download/", "crop/"):
        assert desk.get(f"/library/{media.pk}/{address}").status_code == 404
    assert names_on(shown(desk), [media]) == []


def test_a_hostile_description_is_text(desk: Client, workspace: Workspace) -> None:
    media = kept_picture(workspace)
    Media.objects.update(alt='"><script>alert(1)</script>')
    assert "<script>alert" not in desk.get("/library/").content.decode()
    assert "<script>alert" not in desk.get(f"/library/{media.pk}/").content.decode()


# Describing


def test_a_description_is_kept_and_offered_when_it_is_used_again(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_photograph(workspace)
    page = desk.post(f"/library/{media.pk}/describe/", {"alt": "Stalls at dawn"}, follow=True)
    assert "The description is kept" in page.content.decode()
    told = desk.post("/media/", {"picture": photograph()}, headers=BY_SCRIPT).json()
    assert "\nStalls at dawn</textarea>" in told["pictures"]


def test_what_a_draft_says_of_a_picture_is_kept_with_it(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    draft(ponts, media=(UsedMedia(media_id=media.pk, alt="Stalls at dawn"),))
    media.refresh_from_db()
    assert media.alt == "Stalls at dawn"


def test_a_draft_that_goes_on_does_not_bring_an_older_description_back(
    desk: Client, ponts: Account
) -> None:
    media = kept_picture(ponts.workspace)
    post = draft(ponts, media=(UsedMedia(media_id=media.pk, alt="Stalls"),))
    desk.post(f"/library/{media.pk}/describe/", {"alt": "Stalls at dawn"})
    went_on = replace(content_of(post), text="Anew")
    save_draft(post, went_on, base_revision=post.revision, saved_by=None)
    media.refresh_from_db()
    assert media.alt == "Stalls at dawn"


def test_a_look_alike_says_when_it_was_used_and_how_it_was_described(
    desk: Client, ponts: Account
) -> None:
    before = kept_photograph(ponts.workspace, width=960, height=720)
    draft(ponts, media=(UsedMedia(media_id=before.pk, alt="Stalls at dawn"),))
    told = desk.post("/media/", {"picture": photograph(kind="JPEG")}, headers=BY_SCRIPT).json()
    assert "One that looks like it was used on" in told["pictures"]
    assert "Stalls at dawn</q>" in told["pictures"]


# Deleting


def test_an_unused_picture_is_deleted_with_its_file(desk: Client, workspace: Workspace) -> None:
    media = kept_picture(workspace, colour="orchid")
    assert "was deleted" in deleted(desk, media)
    assert not media.path.exists()
    assert not Media.objects.exists()


def test_the_file_stays_for_another_workspace_that_keeps_the_same(
    desk: Client, workspace: Workspace
) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="Europe/Paris", language="en")
    mine, theirs = kept_picture(workspace), kept_picture(other)
    deleted(desk, mine)
    assert theirs.path.exists()
    assert Media.objects.get() == theirs


def test_what_a_post_uses_is_not_deleted(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    draft(ponts, media=(UsedMedia(media_id=media.pk),))
    assert "a post uses it" in deleted(desk, media)
    assert media.path.exists()


def test_what_a_kept_version_names_is_not_deleted(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    post = draft(ponts, media=(UsedMedia(media_id=media.pk),))
    keep_aside(post, content_of(post), None, tab="")
    post.used_media.all().delete()
    assert "a kept version of a draft uses it" in deleted(desk, media)
    assert media.path.exists()


def test_what_a_delivery_names_is_not_deleted(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    delivery = scheduled(ponts, media=(UsedMedia(media_id=media.pk),))
    deliver.take_back(delivery.post, by=None)
    delivery.post.used_media.all().delete()
    assert "something that was scheduled or sent names it" in deleted(desk, media)
    assert media.path.exists()


def test_a_picture_is_deleted_with_its_copies(desk: Client, workspace: Workspace) -> None:
    media = kept_photograph(workspace, width=1500, height=1000)
    copy = copy_for_a_network(media)
    assert "was deleted" in deleted(desk, media)
    assert not Media.objects.exists()
    assert not copy.path.exists()


def test_a_picture_stays_while_a_delivery_names_a_copy_of_it(desk: Client, ponts: Account) -> None:
    media = kept_photograph(ponts.workspace, width=1500, height=1000)
    copy = copy_for_a_network(media)
    delivery = scheduled(ponts, media=(UsedMedia(media_id=copy.pk),))
    delivery.post.used_media.all().delete()
    assert "something that was scheduled or sent names it" in deleted(desk, media)
    assert Media.objects.count() == 2
    assert copy.path.exists()


def deleted(desk: Client, media: Media) -> str:
    answer = desk.post(f"/library/{media.pk}/delete/", follow=True)
    return html.unescape(answer.content.decode())


def test_the_original_is_downloaded_under_its_name(desk: Client, workspace: Workspace) -> None:
    media = kept_picture(workspace, "stalls “dawn”.png")
    answer = desk.get(f"/library/{media.pk}/download/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == media.path.read_bytes()  # type: ignore[attr-defined]


# Choosing


def test_ticked_pictures_are_added_to_the_draft_with_their_descriptions(
    desk: Client, ponts: Account
) -> None:
    first, second = (kept_picture(ponts.workspace, colour=c) for c in ("teal", "red"))
    Media.objects.filter(pk=second.pk).update(alt="The red one")
    post = draft(ponts, media=(UsedMedia(media_id=first.pk),))
    answer = desk.post(f"/library/choose/?post={post.pk}", {"post": post.pk, "chosen": [second.pk]})
    assert answer.headers["Location"] == f"/write/{post.pk}/"
    assert used_in(post) == [(first.pk, ""), (second.pk, "The red one")]


def test_choosing_before_anything_is_written_begins_a_draft(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    desk.post("/library/choose/", {"chosen": [media.pk]})
    post = Post.objects.get()
    assert used_in(post) == [(media.pk, "")]
    assert [variant.account for variant in post.variants.all()] == [ponts]


def test_ticking_nothing_is_said(desk: Client, workspace: Workspace) -> None:
    kept_picture(workspace)
    answer = desk.post("/library/choose/", follow=True)
    assert "No picture was chosen." in answer.content.decode()


def test_a_plain_button_keeps_the_draft_before_it_leads_to_the_library(
    desk: Client, ponts: Account
) -> None:
    answer = desk.post("/write/library/", {"text": "Come early.", "language": "en"})
    post = Post.objects.get()
    assert post.text == "Come early."
    assert answer.headers["Location"] == f"/library/choose/?post={post.pk}"


def test_a_blank_sheet_leads_to_the_library_as_well(desk: Client, workspace: Workspace) -> None:
    answer = desk.post("/write/library/", {"text": "", "language": "en"})
    assert answer.headers["Location"] == "/library/choose/"
    assert "nothing to keep" not in shown(desk, "/library/choose/")


def test_a_post_is_begun_with_a_picture(desk: Client, ponts: Account) -> None:
    media = kept_picture(ponts.workspace)
    desk.post(f"/library/{media.pk}/write/")
    assert used_in(Post.objects.get()) == [(media.pk, "")]


def used_in(post: Post) -> list[tuple[int, str]]:
    return [(used.media_id, used.alt) for used in post.used_media.all()]


# Cropping


def cropped(desk: Client, media: Media, **how: object) -> HttpResponse:
    box = {"left": 10, "top": 20, "width": 100, "height": 50, "shape": "", **how}
    return desk.post(f"/library/{media.pk}/crop/", box)


def test_a_part_becomes_a_picture_and_the_whole_stays(desk: Client, workspace: Workspace) -> None:
    media = kept_photograph(workspace)
    cropped(desk, media)
    part = Media.objects.exclude(pk=media.pk).get()
    assert (part.width, part.height) == (100, 50)
    assert (part.name, part.media_type) == (media.name, "image/png")
    assert media.path.exists()


def test_a_shape_is_taken_from_the_middle_without_scripts(
    desk: Client, workspace: Workspace
) -> None:
    media = kept_photograph(workspace)
    cropped(desk, media, left=0, top=0, width=240, height=180, shape="1:1")
    part = Media.objects.exclude(pk=media.pk).get()
    assert (part.width, part.height) == (180, 180)


def test_a_box_over_the_edge_is_refused_with_the_size(desk: Client, workspace: Workspace) -> None:
    media = kept_photograph(workspace)
    answer = cropped(desk, media, left=200)
    assert answer.status_code == 422
    assert "the picture has 240 × 180 pixels" in html.unescape(answer.content.decode())
    assert Media.objects.count() == 1


def test_the_part_stands_in_the_draft_where_the_whole_stood(desk: Client, ponts: Account) -> None:
    first, second = kept_photograph(ponts.workspace), kept_picture(ponts.workspace)
    used = (UsedMedia(media_id=first.pk, alt="Stalls"), UsedMedia(media_id=second.pk))
    post = draft(ponts, media=used)
    sent = {"post": post.pk, "revision": 1, "text": post.text, "language": "en", "crop": 0}
    sent |= {"media": [first.pk, second.pk], "alt": ["Stalls", ""], "account": ponts.pk}
    answer = desk.post("/write/crop/", sent)
    assert answer.headers["Location"] == f"/library/{first.pk}/crop/?post={post.pk}&at=0"
    cropped(desk, first, post=post.pk, at=0)
    part = Media.objects.latest("pk")
    assert used_in(post) == [(part.pk, "Stalls"), (second.pk, "")]


def test_the_whole_picture_is_no_new_one(desk: Client, workspace: Workspace) -> None:
    media = kept_photograph(workspace)
    cropped(desk, media, left=0, top=0, width=240, height=180)
    assert Media.objects.get() == media


def test_a_moving_picture_and_a_video_are_not_cropped(
    desk: Client, workspace: Workspace, tmp_path: Path
) -> None:
    media = kept_film(desk, tmp_path)
    assert desk.get(f"/library/{media.pk}/crop/").status_code == 404
    assert cropped(desk, media).status_code == 404


def test_an_upload_keeps_its_likeness(desk: Client) -> None:
    desk.post("/media/", {"picture": picture()}, headers=BY_SCRIPT)
    desk.post("/media/", {"picture": photograph()}, headers=BY_SCRIPT)
    flat, telling = Media.objects.order_by("pk")
    assert (flat.likeness, bool(telling.likeness)) == (0, True)
