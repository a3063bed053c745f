"""Librairie Ponts at work on one ground: connects, prepares, publishes, looks up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import (
    Account,
    Found,
    MediaFile,
    Part,
    Prepared,
    Presence,
    Published,
    Tokens,
)
from parvis.networks.http import Http
from tests.networks.grounds import Ground, account_of
from tests.networks.keeping import Kept
from tests.networks.media import MediaHost

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 https://example.org/lecture #lecture"


class Author:
    """`account` is there once it has connected."""

    account: Account

    def __init__(self, ground: Ground, http: Http, image: MediaFile, host: MediaHost) -> None:
        self.ground = ground
        self.network = ground.network
        self.http = http
        self._image = image
        self._host = host

    async def connect(self) -> Account:
        self.account = account_of(await self.ground.connect(self.http))
        return self.account

    def speak_with(self, tokens: Tokens) -> None:
        self.account = replace(self.account, tokens=tokens)

    def part(self, text: str = EVENING, media: Sequence[MediaFile] = (), **more: Any) -> Part:
        """A network that carries no text alone gets the picture of the shop window with it."""
        traits = self.account.traits
        if not (media or more.get("is_comment") or traits.posts_text_alone):
            media = (self._image,)
        if traits.fetches_media:
            media = [self._host.serve(each) for each in media]
        return Part(text=text, language="fr", media=tuple(media), **more)

    async def prepare(
        self,
        text: str = EVENING,
        media: Sequence[MediaFile] = (),
        *,
        follows: Sequence[Published] = (),
        account: Account | None = None,
        progress: Kept | None = None,
        **more: Any,
    ) -> Prepared:
        return await self.network.prepare(
            self.http,
            account or self.account,
            self.part(text, media, **more),
            key=self.network.new_key(),
            created_at=now(),
            follows=follows,
            progress=progress or Kept(),
        )

    async def publish(self, prepared: Prepared, account: Account | None = None) -> Published:
        return await self.network.publish(self.http, account or self.account, prepared)

    async def post(self, text: str = EVENING, **more: Any) -> Published:
        return await self.publish(await self.prepare(text, **more))

    async def look_up(self, prepared: Prepared, sent_at: datetime) -> Found:
        return await self.network.look_up(self.http, self.account, prepared, sent_at)

    async def find(self, prepared: Prepared, sent_at: datetime) -> Published:
        """What the look-up has found; it must have found it."""
        found = await self.look_up(prepared, sent_at)
        assert found.presence is Presence.PRESENT
        assert found.published is not None
        return found.published


def now() -> datetime:
    return datetime.now(UTC)
