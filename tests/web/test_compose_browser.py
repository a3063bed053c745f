"""The composer in a real Chromium: what is typed survives tabs, networks and missing scripts."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.models import Media, Post, Version
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from tests.cast import draft, picture
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The square reopens on Saturday."


@pytest.fixture
def desk_without_scripts(chromium: Browser, running_desk: RunningDesk) -> Iterator[BrowserContext]:
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as context:
        yield context


def opened(desk: BrowserContext, address: str = "/write/") -> Page:
    page = desk.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if is_refusal(said.text) else None)
    page.goto(address)
    assert problems == []
    return page


def is_refusal(said: str) -> bool:
    return "Content Security Policy" in said


def kept(page: Page) -> None:
    expect(page.locator("#state [data-said]")).to_have_text("Draft kept")


def text_of(post: Post) -> str:
    return Post.objects.get(pk=post.pk).text


def drawn(colour: str = "teal") -> dict[str, Any]:
    content: BytesIO = picture(400, 300, "JPEG", colour)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_what_is_typed_survives_a_closed_tab(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").press_sequentially(TEXT)
    page.close(run_before_unload=True)
    wait_until(lambda: Post.objects.filter(text=TEXT).exists(), 60, "the draft")
    assert Post.objects.count() == 1


def test_the_address_becomes_the_drafts_own(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").fill(TEXT)
    kept(page)
    expect(page).to_have_url(f"{origin(page)}/write/{Post.objects.get().pk}/")
    page.reload()
    expect(page.get_by_label("What you want to say")).to_have_value(TEXT)


def test_looking_at_the_page_makes_no_draft(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").focus()
    page.get_by_label("Language").focus()
    page.close(run_before_unload=True)
    opened(desk, "/posts/")
    assert not Post.objects.exists()


def test_going_on_typing_is_one_draft_and_no_conflict(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    area = page.get_by_label("What you want to say")
    for word in TEXT.split():
        area.press_sequentially(f"{word} ")
        kept(page)
        page.evaluate("document.querySelector('#text').blur()")
        area.focus()
    wait_until(lambda: Post.objects.filter(text=f"{TEXT} ").exists(), 60, "the whole text")
    assert Post.objects.count() == 1
    assert not Version.objects.exists()


def test_of_two_tabs_the_second_is_told_and_neither_text_is_lost(
    desk: BrowserContext, ponts: Account
) -> None:
    post = draft(ponts, text=TEXT)
    there, here = opened(desk, f"/write/{post.pk}/"), opened(desk, f"/write/{post.pk}/")
    there.get_by_label("What you want to say").fill("Said there")
    kept_in_database(post, "Said there")
    here.get_by_label("What you want to say").fill("Said here")
    expect(here.get_by_text("Changed elsewhere at")).to_be_visible()
    expect(here.locator("#changed blockquote").first).to_have_text("Said there")
    here.get_by_label("What you want to say").press_sequentially(", and more")
    here.get_by_role("button", name="Use mine").click()
    expect(here.get_by_text("1 kept version")).to_be_visible()
    assert text_of(post).startswith("Said here")
    assert "and more" in text_of(post)
    assert Version.objects.get().content["text"] == "Said there"


def test_taking_the_others_text_keeps_mine_among_the_versions(
    desk: BrowserContext, ponts: Account
) -> None:
    post = draft(ponts, text=TEXT)
    there, here = opened(desk, f"/write/{post.pk}/"), opened(desk, f"/write/{post.pk}/")
    there.get_by_label("What you want to say").fill("Said there")
    kept_in_database(post, "Said there")
    here.get_by_label("What you want to say").fill("Said here")
    here.get_by_role("button", name="Take the other").click()
    expect(here.get_by_label("What you want to say")).to_have_value("Said there")
    here.get_by_text("1 kept version").click()
    here.get_by_role("button", name="Use this one").click()
    expect(here.get_by_label("What you want to say")).to_have_value("Said here")


def test_without_a_connection_the_text_stays_in_the_browser_and_is_offered_again(
    desk: BrowserContext, ponts: Account
) -> None:
    post = draft(ponts, text=TEXT)
    page = opened(desk, f"/write/{post.pk}/")
    desk.set_offline(True)
    page.get_by_label("What you want to say").fill("Typed in a tunnel")
    expect(page.locator("#state")).to_contain_text("Not kept: no connection.")
    page.close()
    desk.set_offline(False)
    assert text_of(post) == TEXT
    again = opened(desk, f"/write/{post.pk}/")
    expect(again.get_by_text("This browser holds a text that was not kept")).to_be_visible()
    again.get_by_role("button", name="Put it back").click()
    kept_in_database(post, "Typed in a tunnel")


def test_the_text_is_kept_by_itself_once_the_connection_is_back(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    desk.set_offline(True)
    page.get_by_label("What you want to say").fill(TEXT)
    expect(page.locator("#state")).to_contain_text("Not kept: no connection.")
    desk.set_offline(False)
    kept(page)
    assert Post.objects.get().text == TEXT


def test_who_was_signed_out_is_told_and_goes_on_after_signing_in(
    desk: BrowserContext, ponts: Account, running_desk: RunningDesk
) -> None:
    page = opened(desk)
    desk.clear_cookies(name="sessionid")
    page.get_by_label("What you want to say").fill(TEXT)
    expect(page.locator("#state")).to_contain_text("Not kept: you are signed out.")
    cookie = {"name": "sessionid", "value": running_desk.session, "url": running_desk.url}
    desk.add_cookies([cookie])  # type: ignore[list-item]
    page.get_by_label("What you want to say").press_sequentially(" Come early.")
    kept(page)
    assert "Come early." in Post.objects.get().text


def test_findings_follow_the_typing(
    desk: BrowserContext, ponts: Account, ponts_mastodon: Account
) -> None:
    page = opened(desk)
    for account in (ponts, ponts_mastodon):
        page.locator(f"[name=account][value='{account.pk}']").check(force=True)
    page.get_by_label("What you want to say").fill("a" * 305)
    expect(page.locator(f"#found-{ponts.pk}")).to_contain_text("5 characters too many of 300")
    expect(page.locator(f"#found-{ponts_mastodon.pk}")).to_contain_text("305 of 500")
    expect(page.get_by_label("Content warning")).to_be_visible()
    expect(page.get_by_label("Who sees it")).to_be_visible()
    line = page.locator(f"[data-account='{ponts.pk}']")
    line.get_by_label("say it differently here").check()
    line.get_by_role("textbox").fill("Short")
    expect(page.locator(f"#found-{ponts.pk}")).to_contain_text("fits · 5 of 300")


def test_pictures_are_added_described_and_put_in_order(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.get_by_label("Add pictures").set_input_files([drawn("teal"), drawn("red")])
    expect(page.locator(".shot")).to_have_count(2)
    page.get_by_label("Description for those who cannot see it").first.fill("The teal one")
    page.get_by_role("button", name="Move teal.jpg back").click()
    kept(page)
    wait_until(lambda: described() == ["", "The teal one"], 60, "both pictures in their order")
    page.get_by_role("button", name="Remove red.jpg").click()
    wait_until(lambda: described() == ["The teal one"], 60, "the other picture alone")


def described() -> list[str]:
    return [used.alt for used in Post.objects.get().used_media.all()]


PASTE_AND_DROP = """async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
    const drawn = () => new Promise((done) => canvas.toBlob(done));
    const held = async (name) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([await drawn()], name, { type: "image/png" }));
        return transfer;
    };
    const clipboardData = await held("pasted.png");
    text.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    canvas.getContext("2d").fillRect(0, 0, 9, 9);
    const dataTransfer = await held("dropped.png");
    text.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""


def test_a_pasted_and_a_dropped_picture_are_added(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.evaluate(PASTE_AND_DROP)
    expect(page.locator(".shot")).to_have_count(2)
    assert set(Media.objects.values_list("name", flat=True)) == {"pasted.png", "dropped.png"}


def test_a_file_that_is_no_picture_is_said_beside_the_others(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    text = {"name": "stalls.png", "mimeType": "image/png", "buffer": b"Only a text."}
    page.get_by_label("Add pictures").set_input_files([text, drawn()])
    expect(page.locator("#arriving")).to_contain_text("stalls.png: This file is no picture")
    expect(page.locator(".shot")).to_have_count(1)


def test_scheduling_by_keyboard_hands_over_what_was_just_typed(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.get_by_label("Date").fill("2099-04-22")
    page.get_by_label("Time", exact=True).fill("08:30")
    page.get_by_label("What you want to say").fill(TEXT)
    page.get_by_label("What you want to say").press("Control+Enter")
    page.wait_for_url("**/posts/*/")
    assert Delivery.objects.get().parts[0]["text"] == TEXT
    fresh = opened(desk)
    expect(fresh.locator("#unkept")).to_be_hidden()


def test_what_stands_in_the_way_is_read_out_and_the_draft_goes_on(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").fill(TEXT)
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_role("alert").filter(has_text="Choose a date and a time.")).to_be_focused()
    post = Post.objects.get()
    expect(page).to_have_url(f"{origin(page)}/write/{post.pk}/")
    page.get_by_label("What you want to say").fill("Changed after the answer")
    kept_in_database(post, "Changed after the answer")
    assert not Version.objects.exists()


def test_everything_works_without_scripts(
    desk_without_scripts: BrowserContext, ponts: Account, ponts_mastodon: Account
) -> None:
    page = opened(desk_without_scripts)
    page.locator(f"[name=account][value='{ponts.pk}']").check(force=True)
    page.get_by_label("What you want to say").fill(TEXT)
    page.get_by_label("Add pictures").set_input_files(drawn())
    page.get_by_role("button", name="Keep draft").click()
    expect(page.locator(".shot")).to_have_count(1)
    expect(page.locator(f"#found-{ponts.pk}")).to_contain_text("31 of 300")
    page.get_by_label("Description for those who cannot see it").fill("Stalls at dawn")
    page.get_by_label("say it differently here").first.check()
    page.get_by_label(f"What {ponts.handle} says").fill("Said otherwise")
    page.get_by_label("Date").fill("2099-04-22")
    page.get_by_label("Time", exact=True).fill("08:30")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/posts/*/")
    part = Delivery.objects.get().parts[0]
    assert (part["text"], part["media"][0]["alt"]) == ("Said otherwise", "Stalls at dawn")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_reaches_over_the_edge_of_a_screen(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, width: int
) -> None:
    long = draft(ponts, text="https://ponts.example/" + "parvis" * 60)
    with at_the_desk(chromium, running_desk, viewport={"width": width, "height": 800}) as desk:
        page = opened(desk, f"/write/{long.pk}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def origin(page: Page) -> str:
    return str(page.evaluate("location.origin"))


def kept_in_database(post: Post, text: str) -> None:
    wait_until(lambda: text_of(post) == text, 60, f"“{text}” in the database")
