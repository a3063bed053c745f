"""The last look at a part before anything of it is sent: what does not fit is refused, not cut."""

from collections.abc import Iterator

from parvis.networks.contract import Image, Part, Traits
from parvis.networks.errors import Refused
from parvis.networks.text import count


def refuse_misfit(part: Part, traits: Traits, network: str) -> None:
    """Raises Refused with the first reason why this network cannot carry the part as it is."""
    for refusal in _misfits(part, traits, network):
        raise refusal


def _misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    yield from _text_misfits(part, traits, network)
    yield from _extras_misfits(part, traits, network)
    if len(part.images) > traits.image_limit:
        yield _refused(
            "too-many-images",
            f"{network} takes at most {traits.image_limit} images in one post.",
            limit=traits.image_limit,
            count=len(part.images),
        )
    for image in part.images:
        yield from _image_misfits(image, traits, network)


def _text_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if not part.text.strip() and not part.images:
        yield _refused("empty", "A post needs a text or an image.")
    if not part.images and not traits.posts_text_alone:
        yield _refused("needs-image", f"{network} takes no post without an image.")
    length = count(part.text, traits, part.content_warning)
    if not length.fits:
        yield _refused(
            "too-long",
            f"The text has {length.units} characters of {length.limit} that {network} takes.",
            length=length.units,
            limit=length.limit,
        )


def _extras_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if part.content_warning and not traits.has_content_warning:
        yield _refused("no-content-warning", f"{network} has no content warning.")
    if part.visibility is not None and part.visibility not in traits.visibilities:
        yield _refused(
            "no-visibility",
            f"{network} cannot post as “{part.visibility}”.",
            visibility=str(part.visibility),
        )


def _image_misfits(image: Image, traits: Traits, network: str) -> Iterator[Refused]:
    name = image.path.name
    if image.media_type not in traits.image_types:
        yield _refused(
            "image-type",
            f"{network} takes no images of type {image.media_type}.",
            type=image.media_type,
            name=name,
        )
    if image.size > traits.image_bytes_limit:
        yield _refused(
            "image-too-large",
            f"An image has {image.size} bytes of {traits.image_bytes_limit} that {network} takes.",
            size=image.size,
            limit=traits.image_bytes_limit,
            name=name,
        )
    if _too_many_pixels(image, traits):
        yield _refused("image-too-wide", f"An image has more pixels than {network} takes.")
    if len(image.alt) > traits.alt_limit:
        yield _refused(
            "alt-too-long",
            f"A description has {len(image.alt)} characters of {traits.alt_limit}.",
            length=len(image.alt),
            limit=traits.alt_limit,
        )


def _too_many_pixels(image: Image, traits: Traits) -> bool:
    limit = traits.image_pixels_limit
    return limit is not None and image.width * image.height > limit


def _refused(code: str, sentence: str, **facts: str | int) -> Refused:
    return Refused(code, f"{sentence} Nothing was posted.", **facts)
