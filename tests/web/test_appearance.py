"""Light or dark: what is chosen, and whether the colours of either can be read."""

import re
from pathlib import Path

import psycopg
import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client

from parvis.people.models import Theme, User

INK = ["ink", "ink-2", "glass", "verdigris", "amber", "garnet"]
GROUNDS = ["stone", "sheet"]


def test_a_page_follows_the_system_until_something_else_is_chosen(desk: Client) -> None:
    assert "data-theme" not in root_of(desk.get("/"))
    desk.post("/appearance/", {"theme": "dark", "next": "/posts/"})
    assert 'data-theme="dark"' in root_of(desk.get("/"))
    assert 'data-theme="dark"' in root_of(desk.get("/accounts/"))


def test_choosing_leads_back_to_the_page(desk: Client) -> None:
    answer = desk.post("/appearance/", {"theme": "light", "next": "/posts/?show=drafts"})
    assert answer["Location"] == "/posts/?show=drafts"
    assert User.objects.get().theme == Theme.LIGHT


def test_a_page_that_says_what_went_wrong_looks_as_its_reader_likes(desk: Client) -> None:
    desk.post("/appearance/", {"theme": "dark", "next": "/"})
    desk.raise_request_exception = False
    lost = [desk.get("/nowhere/"), desk.get("/sign-out/"), desk.post("/appearance/", {})]
    assert [page.status_code for page in lost] == [404, 405, 400]
    assert ['data-theme="dark"' in root_of(page) for page in lost[:2]] == [True, True]


def test_with_the_database_away_the_browser_still_knows_language_and_appearance(
    desk: Client, monkeypatch
) -> None:
    User.objects.update(theme=Theme.DARK, language="fr")
    desk.get("/")

    def fail(_: object) -> None:
        raise OperationalError from psycopg.OperationalError()

    monkeypatch.setattr("parvis.web.middleware.membership_of", fail)
    desk.raise_request_exception = False
    answer = desk.get("/")
    assert answer.status_code == 503
    assert root_of(answer) == '<html lang="fr" data-theme="dark">'


@pytest.mark.parametrize("known", ["system", "sepia", '"><script>'])
def test_what_the_browser_cannot_mean_leaves_the_appearance_to_the_system(
    client: Client, alice: User, known: str
) -> None:
    client.cookies["parvis_theme"] = known
    client.force_login(alice)
    client.raise_request_exception = False
    assert "data-theme" not in root_of(client.get("/nowhere/"))


def test_a_way_of_asking_that_an_address_does_not_have_is_told_the_others(desk: Client) -> None:
    answer = desk.get("/sign-out/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert answer["Content-Type"].startswith("text/html")
    assert "Nothing was changed." in answer.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "", "posts"])
def test_choosing_leads_nowhere_else(desk: Client, elsewhere: str) -> None:
    answer = desk.post("/appearance/", {"theme": "light", "next": elsewhere})
    assert answer["Location"] == "/"


def test_an_appearance_that_is_none_is_not_kept(desk: Client) -> None:
    assert desk.post("/appearance/", {"theme": "sepia"}).status_code == 400
    assert User.objects.get().theme == Theme.SYSTEM


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INK)
def test_every_text_stands_out_from_its_ground(theme: int, ground: str, ink: str) -> None:
    assert contrast(tokens()[ink][theme], tokens()[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("edge", ["edge", "glass", "verdigris", "amber", "garnet"])
def test_every_edge_and_mark_stands_out_from_its_ground(theme: int, ground: str, edge: str) -> None:
    assert contrast(tokens()[edge][theme], tokens()[ground][theme]) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_words_of_a_button_stand_out_from_it(theme: int) -> None:
    assert contrast(tokens()["on-glass"][theme], tokens()["glass"][theme]) >= 4.5


def test_every_colour_is_a_token() -> None:
    """A colour beside the tokens would be the same in both appearances."""
    sheet = stylesheet()
    after_tokens = sheet[sheet.index("}") :]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[\s;,)])", after_tokens) == []


def root_of(answer) -> str:
    return re.search(r"<html[^>]*>", answer.content.decode())[0]


def stylesheet() -> str:
    return Path(finders.find("parvis/desk.css")).read_text(encoding="utf-8")


def tokens() -> dict[str, tuple[str, str]]:
    """Name: its colours in light and in dark."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", stylesheet())
    return {name: (light, dark) for name, light, dark in pairs}


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, “contrast ratio”."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, “relative luminance”."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
