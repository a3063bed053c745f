"""Turns variants into deliveries: what goes out is fixed here, and so is its identity."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from parvis.compose.media import as_image, fitting_copy
from parvis.compose.models import Media, Post, Variant
from parvis.compose.validation import Finding, Severity, needs_smaller_copy
from parvis.compose.verbs import part_for, review_part
from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.networks.contract import Image, Part, Visibility


class NotReady(Exception):
    """Something stands in the way. `findings` says what, per account."""

    def __init__(self, findings: Mapping[Account, tuple[Finding, ...]]) -> None:
        super().__init__("the post cannot go out as it is")
        self.findings = findings


def freeze(post: Post, due_at: datetime) -> list[Delivery]:
    """One unsaved delivery per variant, all of them or none. Raises NotReady."""
    variants = list(post.variants.select_related("account", "post"))
    parts = {variant: _fitted(post, variant) for variant in variants}
    _refuse_what_is_not_ready(parts)
    return [_delivery(post, variant.account, [part], due_at) for variant, part in parts.items()]


def part_to_json(part: Part) -> dict[str, Any]:
    return {
        "text": part.text,
        "images": [_image_to_json(image) for image in part.images],
        "language": part.language,
        "content_warning": part.content_warning,
        "visibility": part.visibility,
    }


def part_from_json(stored: Mapping[str, Any]) -> Part:
    return Part(
        text=stored["text"],
        images=tuple(_image_from_json(image) for image in stored["images"]),
        language=stored["language"],
        content_warning=stored["content_warning"],
        visibility=Visibility(stored["visibility"]) if stored["visibility"] else None,
    )


def _fitted(post: Post, variant: Variant) -> Part:
    """The part with smaller copies in the place of pictures that the network would refuse."""
    part = part_for(variant)
    traits = variant.account.traits
    used = [entry.media for entry in post.used_media.select_related("media")]
    images = [
        _smaller(media, image, variant) if needs_smaller_copy(image, traits) else image
        for media, image in zip(used, part.images, strict=True)
    ]
    return replace(part, images=tuple(images))


def _smaller(media: Media, image: Image, variant: Variant) -> Image:
    if media.media_type == "image/gif":
        return image
    copy = fitting_copy(media, variant.account.traits)
    return as_image(copy, image.alt) if copy else image


def _refuse_what_is_not_ready(parts: Mapping[Variant, Part]) -> None:
    found = {
        variant.account: tuple(_in_the_way(variant.account, part))
        for variant, part in parts.items()
    }
    if not parts or any(found.values()):
        raise NotReady({account: findings for account, findings in found.items() if findings})


def _in_the_way(account: Account, part: Part) -> list[Finding]:
    findings = [f for f in review_part(part, account).findings if f.severity is Severity.ERROR]
    for number, image in enumerate(part.images, start=1):
        if needs_smaller_copy(image, account.traits) and image.media_type != "image/gif":
            facts: dict[str, str | int] = {"number": number}
            findings.append(Finding(severity=Severity.ERROR, code="picture-too-large", facts=facts))
    return findings


def _delivery(post: Post, account: Account, parts: list[Part], due_at: datetime) -> Delivery:
    network = all_networks()[account.network]
    return Delivery(
        workspace=post.workspace,
        post=post,
        account=account,
        due_at=due_at,
        ready_at=due_at,
        parts=[part_to_json(part) for part in parts],
        keys=[network.new_key() for _ in parts],
    )


def _image_to_json(image: Image) -> dict[str, Any]:
    return {
        "file": str(image.path.relative_to(settings.MEDIA_ROOT)),
        "media_type": image.media_type,
        "size": image.size,
        "width": image.width,
        "height": image.height,
        "alt": image.alt,
    }


def _image_from_json(stored: Mapping[str, Any]) -> Image:
    return Image(
        path=Path(settings.MEDIA_ROOT) / stored["file"],
        media_type=stored["media_type"],
        size=stored["size"],
        width=stored["width"],
        height=stored["height"],
        alt=stored["alt"],
    )
