"""What somebody asks to be posted, read and checked (post_status_service.rb, status.rb and their
validators; GoToSocial's statuscreate.go)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import regex
from aiohttp import web

from parvis.sandbox.mastodon import wording
from parvis.sandbox.mastodon.asked import fields_of, flag, number, text, texts
from parvis.sandbox.mastodon.dialect import MASTODON
from parvis.sandbox.mastodon.media import Uploads
from parvis.sandbox.mastodon.server import Server, said
from parvis.sandbox.network import Answered
from parvis.sandbox.records import Json, Media, Post

_VISIBILITIES = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    text: str
    warning: str
    visibility: str
    language: str | None
    sensitive: bool
    media_ids: tuple[str, ...]
    poll: Json | None
    parent: Post | None


class Drafts:
    """Each check ends the request when it fails."""

    def __init__(self, server: Server, uploads: Uploads) -> None:
        self._server = server
        self._uploads = uploads

    async def read(self, request: web.Request) -> Draft:
        fields = await fields_of(request)
        if text(fields, "scheduled_at"):
            # A real one would hold it back. To post it at once would be worse than to refuse.
            self._server.refuse("This sandbox schedules nothing")
        draft = Draft(
            text=text(fields, "status").strip(),
            warning=text(fields, "spoiler_text").strip(),
            visibility=text(fields, "visibility") or self._server.dialect.usual_visibility,
            language=text(fields, "language") or None,
            sensitive=flag(fields, "sensitive") or bool(text(fields, "spoiler_text").strip()),
            media_ids=tuple(texts(fields, "media_ids")),
            poll=self._poll(fields.get("poll")),
            parent=self._parent(text(fields, "in_reply_to_id")),
        )
        if not draft.text and draft.warning:
            return replace(draft, text=draft.warning, warning="")
        return draft

    def _poll(self, stated: Any) -> Json | None:
        if not isinstance(stated, dict) or not stated.get("options"):
            return None
        options = [option.strip() for option in texts(stated, "options") if option.strip()]
        ends_at = self._server.clock.now() + timedelta(seconds=number(stated, "expires_in"))
        return {
            "id": self._server.new_id(),
            "options": options,
            "multiple": flag(stated, "multiple"),
            "seconds": number(stated, "expires_in"),
            "ends_at": ends_at.isoformat(),
        }

    def _parent(self, status_id: str) -> Post | None:
        parent = self._server.shelf.posts.living(status_id)
        if status_id and parent is None:
            words = "The post you are trying to reply to does not appear to exist."
            raise Answered(said(words, 404))
        return parent

    def check(self, draft: Draft, owner_id: str, shown_by: str = "") -> None:
        """`shown_by` is the status that shows its media already: the one that is edited."""
        self._check_media(draft, owner_id, shown_by)
        if not draft.text and not draft.media_ids:
            self._refuse_empty()
        if draft.visibility not in _VISIBILITIES:
            self._server.refuse_record("Visibility is not included in the list")
        self._check_length(draft)
        if draft.poll is not None:
            self._check_poll(draft.poll)

    def _refuse_empty(self) -> None:
        if self._server.dialect is MASTODON:
            self._server.refuse_record("Text can't be blank")
        self._server.refuse("no status, media, or poll provided")

    def _check_length(self, draft: Draft) -> None:
        dialect = self._server.dialect
        if dialect.counts_raw:
            length = len(draft.text) + len(draft.warning)
        else:
            length = wording.length(draft.text, draft.warning, dialect.link_weight)
        if length <= dialect.most_characters:
            return
        if dialect is MASTODON:
            limit = dialect.most_characters
            self._server.refuse_record(f"Text character limit of {limit} exceeded")
        self._server.refuse(
            f"status too long, {length} characters provided (including spoiler/content warning) "
            f"but limit is {dialect.most_characters}"
        )

    def _check_media(self, draft: Draft, owner_id: str, shown_by: str) -> None:
        dialect = self._server.dialect
        if not draft.media_ids:
            return
        if len(draft.media_ids) > dialect.most_media or draft.poll is not None:
            self._server.refuse(f"Cannot attach more than {dialect.most_media} files")
        media = [self._media(media_id, owner_id, shown_by) for media_id in draft.media_ids]
        if None in media:
            self._refuse_media(draft, media)
        found = [each for each in media if each is not None]
        if not dialect.mixes_media and len(found) > 1 and _has_video(found):
            self._server.refuse("Cannot attach a video to a post that already contains images")
        if not all(self._uploads.is_ready(each) for each in found):
            self._server.refuse(
                "Cannot attach files that have not finished processing. Try again in a moment!"
            )

    def _media(self, media_id: str, owner_id: str, shown_by: str) -> Media | None:
        media = self._server.shelf.media.get(media_id)
        if media is not None and shown_by and media.extra.get("status_id") == shown_by:
            return media
        return self._uploads.unattached(media_id, owner_id)

    def _refuse_media(self, draft: Draft, media: list[Media | None]) -> None:
        missing = [
            media_id
            for media_id, found in zip(draft.media_ids, media, strict=True)
            if found is None
        ]
        if self._server.dialect is MASTODON:
            named = ", ".join(missing)
            self._server.refuse(f"Media {named} not found or already attached to another post")
        self._server.refuse(f"media {missing[0]} not found")

    def _check_poll(self, poll: Json) -> None:
        dialect, options = self._server.dialect, poll["options"]
        longest = max((len(regex.findall(r"\X", option)) for option in options), default=0)
        for is_wrong, words in (
            (len(options) < 2, "Poll options must have more than one item"),
            (
                len(options) > dialect.most_options,
                f"Poll options can't contain more than {dialect.most_options} items",
            ),
            (
                longest > dialect.option_characters,
                f"Poll options cannot be longer than {dialect.option_characters} characters each",
            ),
            (len(set(options)) < len(options), "Poll options contain duplicate items"),
            (poll["seconds"] > dialect.longest_poll, "Poll expires at is too far into the future"),
            (poll["seconds"] < dialect.shortest_poll, "Poll expires at is too soon"),
        ):
            if is_wrong:
                self._server.refuse_record(words)


def _has_video(media: list[Media]) -> bool:
    return any(each.extra["type"] == "video" for each in media)
