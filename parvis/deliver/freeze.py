"""Turns variants into deliveries: what goes out is fixed here, and so is its identity."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from parvis.compose.content import content_of, poll_from_json, poll_to_json
from parvis.compose.media import as_media_file, fitting_copy
from parvis.compose.models import Media, Post
from parvis.compose.validation import (
    Finding,
    Severity,
    needs_smaller_copy,
    placed,
    takes_description,
)
from parvis.compose.verbs import parts_for, review_parts
from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.networks.part import MediaFile, Part
from parvis.networks.traits import Format, ReplySetting, Visibility

Parts = tuple[Part, ...]


class NotReady(Exception):
    """Something stands in the way. `findings` says what, per account."""

    def __init__(self, findings: Mapping[Account, tuple[Finding, ...]]) -> None:
        super().__init__("the post cannot go out as it is")
        self.findings = findings


def freeze(post: Post, due_at: datetime) -> list[Delivery]:
    """One unsaved delivery per variant, all of them or none. Raises NotReady."""
    content = content_of(post)
    kept = _kept_media(post)
    fitted = {
        variant.account: _fitted(parts_for(variant, content), variant.account, kept)
        for variant in post.variants.select_related("account", "post")
    }
    _refuse_what_is_not_ready(fitted, due_at)
    return [_delivery(post, account, parts, due_at) for account, parts in fitted.items()]


def part_to_json(part: Part) -> dict[str, Any]:
    return {
        "text": part.text,
        "media": [_file_to_json(file) for file in part.media],
        "language": part.language,
        "content_warning": part.content_warning,
        "visibility": part.visibility,
        "poll": poll_to_json(part.poll),
        "reply_setting": part.reply_setting,
        "format": part.format,
        "is_comment": part.is_comment,
    }


def part_from_json(stored: Mapping[str, Any]) -> Part:
    """Also what was frozen when a part held images alone."""
    setting = stored.get("reply_setting")
    return Part(
        text=stored["text"],
        media=tuple(_file_from_json(each) for each in stored.get("media", stored.get("images"))),
        language=stored["language"],
        content_warning=stored["content_warning"],
        visibility=Visibility(stored["visibility"]) if stored["visibility"] else None,
        poll=poll_from_json(stored.get("poll")),
        reply_setting=ReplySetting(setting) if setting else None,
        format=Format(stored.get("format", Format.POST)),
        is_comment=stored.get("is_comment", False),
    )


def _kept_media(post: Post) -> dict[Path, Media]:
    used = post.used_media.select_related("media")
    return {entry.media.path: entry.media for entry in used}


def _fitted(parts: Sequence[Part], account: Account, kept: Mapping[Path, Media]) -> Parts:
    """The parts with smaller copies in the place of pictures that the network would refuse, and
    without descriptions that it would."""
    return tuple(
        replace(part, media=tuple(_carried(file, account, kept) for file in part.media))
        for part in parts
    )


def _carried(file: MediaFile, account: Account, kept: Mapping[Path, Media]) -> MediaFile:
    smaller = _smaller(file, account, kept)
    return smaller if takes_description(smaller, account.traits) else replace(smaller, alt="")


def _smaller(file: MediaFile, account: Account, kept: Mapping[Path, Media]) -> MediaFile:
    if not needs_smaller_copy(file, account.traits):
        return file
    copy = fitting_copy(kept[file.path], account.traits)
    return as_media_file(copy, file.alt) if copy else file


def _refuse_what_is_not_ready(fitted: Mapping[Account, Parts], due_at: datetime) -> None:
    found = {
        account: tuple(_in_the_way(account, parts, due_at)) for account, parts in fitted.items()
    }
    if not fitted or any(found.values()):
        raise NotReady({account: findings for account, findings in found.items() if findings})


def _in_the_way(account: Account, parts: Parts, due_at: datetime) -> list[Finding]:
    review = review_parts(parts, account, due_at)
    return [
        *(finding for finding in review.findings if finding.severity is Severity.ERROR),
        *_not_made_small_enough(account, parts),
    ]


def _not_made_small_enough(account: Account, parts: Parts) -> list[Finding]:
    return [
        placed(_too_large(number), at, parts)
        for at, part in enumerate(parts)
        for number, file in enumerate(part.media, start=1)
        if needs_smaller_copy(file, account.traits)
    ]


def _too_large(number: int) -> Finding:
    return Finding(severity=Severity.ERROR, code="picture-too-large", facts={"number": number})


def _delivery(post: Post, account: Account, parts: Parts, due_at: datetime) -> Delivery:
    network = all_networks()[account.network]
    return Delivery(
        workspace=post.workspace,
        post=post,
        account=account,
        due_at=due_at,
        ready_at=due_at,
        lateness_allowed=post.lateness_allowed,
        parts=[part_to_json(part) for part in parts],
        keys=[network.new_key() for _ in parts],
    )


def name_of_file(path: Path) -> str:
    """As a delivery names it: below the media folder, which may move."""
    return str(path.relative_to(settings.MEDIA_ROOT))


def _file_to_json(file: MediaFile) -> dict[str, Any]:
    """Without its public address: that is opened when the network is about to come for it."""
    return {
        "file": name_of_file(file.path),
        "media_type": file.media_type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "alt": file.alt,
        "seconds": file.seconds,
        "is_animated": file.is_animated,
    }


def _file_from_json(stored: Mapping[str, Any]) -> MediaFile:
    return MediaFile(
        path=Path(settings.MEDIA_ROOT) / stored["file"],
        media_type=stored["media_type"],
        size=stored["size"],
        width=stored["width"],
        height=stored["height"],
        alt=stored["alt"],
        seconds=stored.get("seconds"),
        is_animated=stored.get("is_animated", False),
    )
