"""The small cast that every test plays with: Alice and her bookshop, Librairie Ponts."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image as Pillow

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.media import fitting_copy, keep_picture
from parvis.compose.models import Media, Post
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.connections.verbs import keep_connected
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now, schedule
from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import Connected, Secret, Tokens
from parvis.networks.mastodon import Mastodon
from parvis.people.models import User, Workspace
from parvis.people.verbs import Opening, open_desk, workspace_of

PASSWORD = "forty second-hand booksellers"

BLUESKY_TRAITS = Bluesky.usual_traits
MASTODON_TRAITS = Mastodon.usual_traits


def open_the_desk_of_alice() -> User:
    return open_desk(
        Opening(
            name="Alice",
            email="alice@example.org",
            password=PASSWORD,
            workspace="Librairie Ponts",
            time_zone="Europe/Paris",
            language="en",
        )
    )


@pytest.fixture
def alice(db: None) -> User:
    return open_the_desk_of_alice()


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return workspace_of(alice)


def connect(
    workspace: Workspace, network: str = "bluesky", handle: str = "ponts.example.org", **tokens: Any
) -> Account:
    """An account as signing in would have left it, with no server behind it."""
    return keep_connected(
        workspace,
        Connected(
            network=network,
            server="https://social.example.org",
            remote_id=f"did:plc:{handle}",
            handle=handle,
            display_name="Librairie Ponts",
            tokens=Tokens(access=Secret("the access token"), **tokens),
            traits=BLUESKY_TRAITS if network == "bluesky" else MASTODON_TRAITS,
        ),
    )


@pytest.fixture
def ponts(workspace: Workspace) -> Account:
    return connect(workspace)


@pytest.fixture
def ponts_mastodon(workspace: Workspace) -> Account:
    return connect(workspace, "mastodon", "ponts")


def picture(width: int = 64, height: int = 48, kind: str = "PNG", colour: str = "teal") -> BytesIO:
    out = BytesIO()
    Pillow.new("RGB", (width, height), colour).save(out, kind)
    out.seek(0)
    return out


def photograph(width: int = 240, height: int = 180, kind: str = "PNG", **how: Any) -> BytesIO:
    """Unlike `picture` it shows something: by its likeness it can be told from others. `seed`
    makes another one."""
    points = Random(how.get("seed", 1))
    small = Pillow.new("RGB", (12, 9))
    for at in range(12 * 9):
        shade = tuple(points.randrange(256) for _ in range(3))
        small.putpixel((at % 12, at // 12), shade)
    out = BytesIO()
    small.resize((width, height), Pillow.Resampling.BICUBIC).save(out, kind)
    out.seek(0)
    return out


def kept_photograph(workspace: Workspace, name: str = "stalls.png", **how: Any) -> Media:
    file = photograph(**how)
    return keep_picture(workspace, name, file, file.getbuffer().nbytes)


def kept_picture(workspace: Workspace, name: str = "stalls.png", **how: Any) -> Media:
    file = picture(**how)
    return keep_picture(workspace, name, file, file.getbuffer().nbytes)


def copy_for_a_network(media: Media, bytes_limit: int = 60_000) -> Media:
    """As scheduling makes it for an account that takes no more."""
    copy = fitting_copy(media, replace(BLUESKY_TRAITS, image_bytes_limit=bytes_limit))
    assert copy is not None
    return copy


def draft(
    *accounts: Account,
    text: str = "The square reopens on Saturday.",
    media: tuple[UsedMedia, ...] = (),
    **content: Any,
) -> Post:
    said = {account.pk: Said() for account in accounts}
    content = {"said": said, **content}
    return start_draft(accounts[0].workspace, None, Content(text=text, media=media, **content))


def scheduled(*accounts: Account, in_: timedelta = timedelta(0), **content: Any) -> Delivery:
    """The first delivery of a new post that is due `in_` from now by the database's clock."""
    deliveries = schedule(draft(*accounts, **content), database_now() + in_)
    return deliveries[0]


def make_due(delivery: Delivery, ago: timedelta = timedelta(seconds=1)) -> datetime:
    due_at = database_now() - ago
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at, ready_at=due_at)
    return due_at
