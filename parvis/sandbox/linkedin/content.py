"""What a post carries besides its text: media, several images, a poll, an article."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from parvis.sandbox.linkedin import answers, wording
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Json, Person

ALT_LIMIT = 4086
QUESTION_LIMIT, OPTION_LIMIT = 140, 30
_DURATIONS = {"ONE_DAY": 1, "THREE_DAYS": 3, "SEVEN_DAYS": 7, "FOURTEEN_DAYS": 14}


class Content:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network

    def read(self, stated: Json, author: Person) -> Json:
        """The content as it will be kept; empty for a text alone."""
        if not stated:
            return {}
        if len(stated) != 1 or (kind := next(iter(stated))) not in _READERS:
            raise _bad("INVALID_CONTENT_TYPE", "Exactly one known kind of content", "/content")
        return {kind: _READERS[kind](self, stated[kind], author)}

    def keep_media(self, content: Json) -> tuple[str, ...]:
        """Writes the alt texts to the media, which get them only now."""
        files = content.get("multiImage", {}).get("images") or [content.get("media", {})]
        for file in files:
            media = self._network.shelf.media.get(file.get("id", ""))
            if media is not None:
                self._network.shelf.media.put(replace(media, alt=file.get("altText", "")))
        return tuple(file["id"] for file in files if "id" in file)

    def poll_shown(self, poll: Json) -> Json:
        ends_at = self._network.clock.now() + timedelta(
            days=_DURATIONS[poll["settings"]["duration"]]
        )
        options = [option["text"] for option in poll["options"]]
        return {"options": options, "ends_at": ends_at.isoformat()}

    def read_media(self, stated: Any, author: Person, *, only_images: bool = False) -> Json:
        if not isinstance(stated, dict):
            raise _bad("INVALID_VALUE", "media is a record", "/content/media")
        media = self._network.shelf.media.get(str(stated.get("id", "")))
        if media is None or media.owner_id != author.id or media.extra["failed"]:
            raise _bad("INVALID_MEDIA", f"{stated.get('id')} cannot be used", "/content/media/id")
        if only_images and not media.media_type.startswith("image/"):
            raise _bad("INVALID_MEDIA", "Images alone", "/content/multiImage")
        if not self._network.is_ready(self._network.shelf.media, media, asked=False):
            raise _bad("MEDIA_ASSET_PROCESSING", f"{media.id} is not ready", "/content/media/id")
        if len(str(stated.get("altText", ""))) >= ALT_LIMIT:
            raise _bad("FIELD_LENGTH_TOO_LONG", "altText exceeded 4086", "/content/media/altText")
        return {key: str(stated[key]) for key in ("id", "altText", "title") if key in stated}

    def read_images(self, stated: Any, author: Person) -> Json:
        images = stated.get("images") if isinstance(stated, dict) else None
        if not isinstance(images, list) or not 2 <= len(images) <= 20:
            raise _bad("INVALID_VALUE", "2 to 20 images", "/content/multiImage/images")
        return {"images": [self.read_media(one, author, only_images=True) for one in images]}

    def read_poll(self, stated: Any, _author: Person) -> Json:
        try:
            question = str(stated["question"])
            options = [str(option["text"]) for option in stated["options"]]
            duration = stated["settings"]["duration"]
        except (KeyError, TypeError):
            raise _bad("MISSING_FIELD", "question, options and settings", "/content/poll") from None
        if not 0 < wording.length(question) <= QUESTION_LIMIT:
            raise _bad("INVALID_VALUE", "question", "/content/poll/question")
        if not 2 <= len(options) <= 4 or not all(_fits(option) for option in options):
            raise _bad("INVALID_VALUE", "options", "/content/poll/options")
        if duration not in _DURATIONS or stated["settings"].get("voteSelectionType") not in (
            None,
            "SINGLE_VOTE",
        ):
            raise _bad("INVALID_VALUE", "settings", "/content/poll/settings")
        return {
            "question": question,
            "options": [{"text": option} for option in options],
            "settings": {"duration": duration, "voteSelectionType": "SINGLE_VOTE"},
        }

    def read_article(self, stated: Any, _author: Person) -> Json:
        if not isinstance(stated, dict) or not stated.get("source") or not stated.get("title"):
            raise _bad("MISSING_FIELD", "source and title", "/content/article")
        return {name: str(value) for name, value in stated.items()}


_READERS = {
    "media": Content.read_media,
    "multiImage": Content.read_images,
    "poll": Content.read_poll,
    "article": Content.read_article,
}


def _fits(option: str) -> bool:
    return bool(option.strip()) and wording.length(option) <= OPTION_LIMIT


def _bad(code: str, description: str, field: str) -> Answered:
    return Answered(answers.bad_input(code, description, field))
