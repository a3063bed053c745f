"""Pictures of the furnished desk: `make screenshots` writes them to docs/pictures/.

A test module that is only run when it is named, for it stands on the tests' running desk.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser

from parvis.people.models import User
from tests.demo import furnish
from tests.web.browsing import at_the_desk, chromium
from tests.web.pages import pages_of
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]

FOLDER = Path(__file__).parents[2] / "docs/pictures"
SIZES = {"1280": {"width": 1280, "height": 860}, "390": {"width": 390, "height": 844}}
# Every page would be many megabytes in a repository.
SHOWN = {
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
COLOURS = 128


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_desk_is_photographed(
    chromium: Browser,
    running_desk: RunningDesk,
    alice: User,
    size: str,
    theme: Any,
    language: str,
) -> None:
    demo = furnish(alice)
    User.objects.update(theme=theme, language=language)
    look: dict[str, Any] = {"viewport": SIZES[size], "reduced_motion": "reduce"}
    with at_the_desk(chromium, running_desk, **look) as desk:
        pages, page = pages_of(demo, desk), desk.new_page()
        for name, title in SHOWN.items():
            page.goto(pages[name])
            page.wait_for_load_state("networkidle")
            keep(page.screenshot(), FOLDER / f"{title}-{language}-{theme}-{size}.png")


def keep(png: bytes, file: Path) -> None:
    """In few colours: the desk has few, and the repository stays small. Also the rare ones are
    kept: the panes of the window and the marks are small."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(file, optimize=True)
