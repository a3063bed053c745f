"""Librairie Ponts at work on one ground: connects, prepares, publishes, looks up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from parvis.networks.errors import NotSent, Unknown
from parvis.networks.http import Http
from tests.networks.grounds import Ground, account_of
from tests.networks.keeping import Kept
from tests.networks.media import MediaHost

TRIES = 4
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
        part, key, created_at = self.part(text, media, **more), self.network.new_key(), now()
        kept = progress or Kept()
        for _ in range(TRIES):
            with suppress_processing():
                return await self.network.prepare(
                    self.http,
                    account or self.account,
                    part,
                    key=key,
                    created_at=created_at,
                    follows=follows,
                    progress=kept,
                )
            self.ground.let_processing_end()
        raise AssertionError("the network never ends its work on the media")

    async def publish(self, prepared: Prepared, account: Account | None = None) -> Published:
        return await self.network.publish(self.http, account or self.account, prepared)

    async def publish_in_the_end(self, prepared: Prepared) -> Published:
        """Facebook takes a video before it has worked on it, and what comes of it shows later."""
        sent_at = now()
        try:
            return await self.publish(prepared)
        except Unknown:
            self.ground.let_processing_end()
            return await self.find(prepared, sent_at)

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


@contextmanager
def suppress_processing() -> Iterator[None]:
    """As the courier does, who comes back later with the same progress."""
    try:
        yield
    except NotSent as trouble:
        if trouble.code != "processing":
            raise


def now() -> datetime:
    return datetime.now(UTC)
