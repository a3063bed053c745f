"""Pictures of the furnished desk: `make screenshots` writes them to docs/pictures/.

A test module that is only run when it is named, for it stands on the tests' running desk.
"""

from collections.abc import Mapping
from io import BytesIO
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext

from parvis.people.models import User
from tests.demo import Demo, furnish
from tests.web.browsing import at_the_desk, chromium
from tests.web.pages import pages_of
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]

FOLDER = Path(__file__).parents[2] / "docs/pictures"
SIZES = {"1280": {"width": 1280, "height": 860}, "390": {"width": 390, "height": 844}}
# Where people spend their day: the titles by which other pages know their pictures.
OFTEN = {
    "today": "today",
    "compose": "write",
    "calendar": "calendar",
    "queue": "queue",
    "posts": "posts",
    "post": "post",
    "campaigns": "campaigns",
    "library": "media",
    "accounts": "accounts",
    "settings": "settings",
}
FREQUENT, RARE = 96, 64


def test_the_desk_is_photographed(
    chromium: Browser, running_desk: RunningDesk, alice: User
) -> None:
    demo = furnish(alice)
    paths: Mapping[str, str] = {}
    for size, theme, language in product(SIZES, ("light", "dark"), ("en", "fr")):
        User.objects.update(theme=theme, language=language)
        look: dict[str, Any] = {"viewport": SIZES[size], "reduced_motion": "reduce"}
        with at_the_desk(chromium, running_desk, **look) as desk:
            paths, page = paths or _paths(demo, desk), desk.new_page()
            for title, path in paths.items():
                page.goto(path)
                page.wait_for_load_state("networkidle")
                keep(page.screenshot(), FOLDER / f"{title}-{language}-{theme}-{size}.png")


def _paths(demo: Demo, desk: BrowserContext) -> Mapping[str, str]:
    """By the title of the picture."""
    every = {OFTEN.get(name, name): path for name, path in pages_of(demo, desk).items()}
    assert {*OFTEN.values()} <= {*every}
    published = reverse("post", args=[demo.published.post_id])
    return {**every, "figures": f"{published}#figures"}


def keep(png: bytes, file: Path) -> None:
    """In few colours, so that the repository stays small: the most frequent ones as they are, and
    what comes nearest to the rare ones, for the panes of the window and the marks are small."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(png)) as picture:
        whole = picture.convert("RGB")
    counted: list[Any] = whole.getcolors(whole.width * whole.height) or []
    frequent = [colour for _, colour in sorted(counted, reverse=True)[:FREQUENT]]
    rare = whole.quantize(RARE, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*chain.from_iterable(frequent), *rare])
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(file, optimize=True)
