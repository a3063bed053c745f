"""What a person does at the desk, step by step, in a browser or in a terminal."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from playwright.sync_api import Page, expect

from parvis.config.installation import installation
from tests.cast import PASSWORD, picture
from tests.journeys.conftest import World
from tests.servers.mastodon import MastodonServer
from tests.servers.waiting import wait_until

ZONE = ZoneInfo("Europe/Paris")


def open_the_desk(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Your name").fill("Alice")
    page.get_by_label("Your e-mail address").fill("alice@example.org")
    page.get_by_label("A password", exact=True).fill(PASSWORD)
    page.get_by_label("Whose desk is it?").fill("Librairie Ponts")
    page.get_by_label("Time zone").select_option("Europe/Paris")
    page.get_by_role("button", name="Open the desk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")


def connect_bluesky(page: Page, world: World) -> None:
    page.get_by_role("link", name="Connect Bluesky").click()
    page.get_by_label("Handle").fill(world.account.handle)
    page.get_by_label("App password", exact=True).fill(world.account.app_password)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text(world.account.handle).first).to_be_visible()


def connect_mastodon(page: Page, server: MastodonServer) -> None:
    page.get_by_role("link", name="Connect Mastodon").click()
    page.get_by_label("Server").fill(server.url)
    page.get_by_role("button", name="Go to").click()
    page.get_by_role("button", name="Librairie Ponts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")


def furnish_by_command(world: World) -> None:
    """Alice's desk and her account, without a browser."""
    world.installed.inside("open_desk_of_alice")
    said = world.installed.run(
        "accounts", "connect", "bluesky", world.account.handle, stdin=world.account.app_password
    )
    assert said.returncode == 0, said.stderr


def picture_file(folder: Path, name: str = "stalls.png") -> Path:
    file = folder / name
    file.write_bytes(picture(width=320, height=240).getvalue())
    return file


def next_minute() -> datetime:
    """The next whole minute by the clocks of the workspace that leaves time to press a button."""
    moment = datetime.now(ZONE) + timedelta(seconds=70)
    return moment.replace(second=0, microsecond=0, tzinfo=None)


def in_seconds(seconds: float) -> str:
    return (datetime.now(ZONE) + timedelta(seconds=seconds)).isoformat()


def wait_until_state(world: World, post: int, state: str, seconds: float = 120) -> None:
    """Asks the database itself: a command per look would keep the machine busy."""
    url = installation({"PARVIS_DATA": str(world.installed.data)}).postgres().url
    with psycopg.connect(url, autocommit=True) as database:

        def states() -> list[str]:
            asked = "SELECT state FROM deliver_delivery WHERE post_id = %s"
            return [row[0] for row in database.execute(asked, [post])]

        wait_until(lambda: states() == [state], seconds, f"the delivery to be {state}")
