"""Choosing, cropping and ordering pictures in a real Chromium, by pointer and by keys alone."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.content import UsedMedia
from parvis.compose.models import Media, Post
from parvis.connections.models import Account
from tests.cast import draft, kept_photograph
from tests.servers.axe import Axe
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk_without_scripts(chromium: Browser, running_desk: RunningDesk) -> Iterator[BrowserContext]:
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as context:
        yield context


def opened(desk: BrowserContext, address: str = "/write/") -> Page:
    page = desk.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(address)
    return page


def used() -> list[tuple[str, str]]:
    post = Post.objects.latest("pk")
    entries = post.used_media.select_related("media")
    return [(entry.media.name, entry.alt) for entry in entries]


def kept(*wanted: tuple[str, str]) -> None:
    wait_until(lambda: Post.objects.exists() and used() == list(wanted), 60, f"{wanted} kept")


def test_a_picture_is_chosen_from_the_library_by_keys_alone(
    desk: BrowserContext, ponts: Account
) -> None:
    kept_photograph(ponts.workspace, "dawn.png", seed=1)
    square = kept_photograph(ponts.workspace, "square.png", seed=2)
    Media.objects.filter(pk=square.pk).update(alt="The square")
    page = opened(desk)
    page.get_by_role("button", name="Choose from the library").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("squ")
    page.keyboard.press("Enter")
    expect(page.locator(".tiles li")).to_have_count(1)
    page.get_by_role("checkbox", name="square.png").press("Space")
    page.get_by_role("button", name="Add what is ticked").press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_label("Description for those who cannot see it")).to_be_focused()
    kept(("square.png", "The square"))


def test_escape_leaves_the_library_and_leads_back(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_role("button", name="Choose from the library").click()
    expect(page.get_by_role("dialog")).to_contain_text("No pictures or videos here yet.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Choose from the library")).to_be_focused()


def test_a_part_is_cut_out_by_keys_and_keeps_the_description(
    desk: BrowserContext, ponts: Account
) -> None:
    media = kept_photograph(ponts.workspace, width=1000, height=800)
    post = draft(ponts, media=(UsedMedia(media_id=media.pk, alt="Stalls"),))
    page = opened(desk, f"/write/{post.pk}/")
    page.get_by_role("button", name="Crop stalls.png").press("Enter")
    part = page.get_by_role("group", name="The part that stays")
    expect(part).to_be_focused()
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("[data-measured]")).to_have_text("980 × 790")
    page.get_by_role("button", name="Use this part").press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    cut = Media.objects.exclude(pk=media.pk).get()
    assert (cut.width, cut.height) == (980, 790)
    wait_until(lambda: post.used_media.get().media_id == cut.pk, 60, "the part in the draft")
    assert post.used_media.get().alt == "Stalls"


def test_a_part_is_drawn_with_a_pointer_in_a_shape(desk: BrowserContext, ponts: Account) -> None:
    media = kept_photograph(ponts.workspace, width=1000, height=800)
    page = opened(desk, f"/library/{media.pk}/crop/")
    page.get_by_label("square, 1:1").check()
    expect(page.get_by_label("Width")).to_have_value("800")
    expect(page.get_by_label("From the left")).to_have_value("100")
    corner = page.locator(".corner").bounding_box()
    assert corner is not None
    page.mouse.move(corner["x"] + 10, corner["y"] + 10)
    page.mouse.down()
    page.mouse.move(corner["x"] - 90, corner["y"] - 90)
    page.mouse.up()
    width, height = (int(page.get_by_label(side).input_value()) for side in ("Width", "Height"))
    assert width == height < 800
    page.get_by_role("button", name="Use this part").click()
    page.wait_for_url("**/library/*/")
    assert Media.objects.latest("pk").width == width


def test_pictures_are_put_in_order_by_dragging(desk: BrowserContext, ponts: Account) -> None:
    first, second = (kept_photograph(ponts.workspace, f"{n}.png", seed=n) for n in (1, 2))
    media = (UsedMedia(media_id=first.pk, alt="One"), UsedMedia(media_id=second.pk, alt="Two"))
    post = draft(ponts, media=media)
    page = opened(desk, f"/write/{post.pk}/")
    page.locator(".shot img").first.drag_to(page.locator(".shot img").last)
    kept(("2.png", "Two"), ("1.png", "One"))
    assert Media.objects.count() == 2


def test_the_description_of_the_last_time_is_taken_with_one_press(
    desk: BrowserContext, ponts: Account
) -> None:
    media = kept_photograph(ponts.workspace)
    draft(ponts, media=(UsedMedia(media_id=media.pk, alt="Stalls at dawn"),))
    post = draft(ponts, media=(UsedMedia(media_id=media.pk),))
    page = opened(desk, f"/write/{post.pk}/")
    page.get_by_role("button", name="Same as last time").press("Enter")
    expect(page.get_by_label("Description for those who cannot see it")).to_be_focused()
    kept(("stalls.png", "Stalls at dawn"))


def test_a_description_is_kept_in_its_place(desk: BrowserContext, ponts: Account) -> None:
    media = kept_photograph(ponts.workspace)
    page = opened(desk, "/library/")
    page.get_by_label("Description for those who cannot see it").fill("Stalls at dawn")
    page.get_by_role("button", name="Keep the description").click()
    expect(page.get_by_role("status").filter(has_text="Kept.")).to_be_visible()
    media.refresh_from_db()
    assert media.alt == "Stalls at dawn"


def test_choosing_and_cropping_work_without_scripts(
    desk_without_scripts: BrowserContext, ponts: Account
) -> None:
    media = kept_photograph(ponts.workspace)
    page = opened(desk_without_scripts)
    page.get_by_label("What you want to say").fill("Come early.")
    page.get_by_role("button", name="Choose from the library").click()
    page.get_by_role("checkbox", name="stalls.png").check()
    page.get_by_role("button", name="Add what is ticked").click()
    expect(page.get_by_label("What you want to say")).to_have_value("Come early.")
    page.get_by_label("Description for those who cannot see it").fill("Stalls")
    page.get_by_role("button", name="Crop stalls.png").click()
    page.get_by_label("square, 1:1").check()
    page.get_by_role("button", name="Use this part").click()
    page.wait_for_url("**/write/*/")
    cut = Media.objects.exclude(pk=media.pk).get()
    assert (cut.width, cut.height) == (180, 180)
    assert used() == [("stalls.png", "Stalls")]


@pytest.mark.parametrize("address", ["/library/", "/library/{}/", "/library/{}/crop/"])
def test_nothing_reaches_over_the_edge_of_a_telephone(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, address: str
) -> None:
    media = kept_photograph(ponts.workspace, "a-very-long-name" * 9 + ".png", width=1600)
    with at_the_desk(chromium, running_desk, viewport={"width": 360, "height": 800}) as desk:
        page = opened(desk, address.format(media.pk))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neither_the_pages_nor_the_dialogs_have_a_barrier(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, theme: Literal["light", "dark"]
) -> None:
    axe = Axe()
    media = kept_photograph(ponts.workspace, "large.png", width=960, height=720)
    kept_photograph(ponts.workspace, "small.png", width=480, height=360)
    post = draft(ponts, media=(UsedMedia(media_id=media.pk, alt="Stalls"),))
    with at_the_desk(chromium, running_desk, color_scheme=theme) as desk:
        for address in ("", f"{media.pk}/", f"{media.pk}/crop/", "choose/", "?q=nothing"):
            assert axe.barriers(opened(desk, f"/library/{address}")) == []
        page = opened(desk, f"/write/{post.pk}/")
        for button in ("Choose from the library", "Crop large.png"):
            page.get_by_role("button", name=button).click()
            expect(page.locator("#chooser-body form").first).to_be_visible()
            assert axe.barriers(page) == []
            page.keyboard.press("Escape")
