"""What a network cannot carry of a part’s images and videos."""

from collections.abc import Iterator

from parvis.networks.errors import Refused
from parvis.networks.fit.refusal import refused
from parvis.networks.part import GIF, MediaFile, Part
from parvis.networks.traits import Format, Traits, VideoTraits


def media_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    yield from _number_misfits(part, traits, network)
    for number, file in enumerate(part.media, start=1):
        for refusal in _file_misfits(file, part, traits, network):
            refusal.facts["number"] = number
            yield refusal


def _file_misfits(file: MediaFile, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if not file.is_video:
        yield from _image_misfits(file, part, traits, network)
    elif traits.video is not None:
        yield from _video_misfits(file, traits.video, network)


def _number_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    yield from _too_many("images", len(part.images), traits.image_limit, network)
    if not part.videos:
        return
    if traits.video is None:
        yield refused("no-video", f"{network} takes no video from us.", "Take the video out")
        return
    yield from _too_many("videos", len(part.videos), traits.video.limit, network)
    if part.images and not traits.video.beside_images:
        yield refused(
            "video-beside-images",
            f"{network} takes no video beside images.",
            "Keep the video or the images",
        )
    together = max(traits.image_limit, traits.video.limit)
    yield from _too_many("media", len(part.media), together, network)


def _too_many(what: str, number: int, limit: int, network: str) -> Iterator[Refused]:
    if number > limit:
        yield refused(
            f"too-many-{what}",
            f"{network} takes at most {limit} {what} in one post.",
            "Take some out",
            limit=limit,
            count=number,
        )


def _image_misfits(image: MediaFile, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if image.is_animated and traits.animation_bytes_limit is not None:
        yield from _animation_misfits(image, part, traits, network)
    else:
        yield from _type_misfits("image", image, traits.image_types, network)
        yield from _size_misfits("image", image, traits.image_bytes_limit, network)
    yield from _pixel_misfits("image", image, traits.image_pixels_limit, network)
    if part.format is Format.POST:
        yield from _shape_misfits(image, traits, network)
    yield from _alt_misfits(image, traits.alt_limit, network)


def _animation_misfits(
    image: MediaFile, part: Part, traits: Traits, network: str
) -> Iterator[Refused]:
    limit = traits.animation_bytes_limit
    if not limit or not _keeps_moving(image, traits):
        yield refused(
            "no-animation",
            f"On {network} a moving picture would stand still.",
            "Attach a still picture or a video",
            name=image.path.name,
        )
        return
    yield from _type_misfits("image", image, (GIF, *traits.image_types), network)
    yield from _size_misfits("animation", image, limit, network)
    if traits.animation_alone and len(part.media) > 1:
        yield refused(
            "animation-alone",
            f"On {network} a moving picture stands alone in a post.",
            "Take the other media out",
        )


def _keeps_moving(image: MediaFile, traits: Traits) -> bool:
    return traits.animation_types is None or image.media_type in traits.animation_types


def _type_misfits(
    what: str, file: MediaFile, types: tuple[str, ...], network: str
) -> Iterator[Refused]:
    if file.media_type not in types:
        yield refused(
            f"{what}-type",
            f"{network} takes no {what} of type {file.media_type}.",
            "Attach it in another form",
            type=file.media_type,
            name=file.path.name,
        )


def _size_misfits(what: str, file: MediaFile, limit: int, network: str) -> Iterator[Refused]:
    if file.size > limit:
        yield refused(
            f"{what}-too-large",
            f"“{file.path.name}” has {file.size} bytes of {limit} that {network} takes.",
            "Attach a smaller one",
            size=file.size,
            limit=limit,
            name=file.path.name,
        )


def _pixel_misfits(
    what: str, file: MediaFile, limit: int | None, network: str
) -> Iterator[Refused]:
    if limit is not None and file.width * file.height > limit:
        yield refused(
            f"{what}-too-wide",
            f"“{file.path.name}” has more pixels than {network} takes.",
            "Attach a smaller one",
            width=file.width,
            height=file.height,
            limit=limit,
            name=file.path.name,
        )


def _shape_misfits(image: MediaFile, traits: Traits, network: str) -> Iterator[Refused]:
    if not _has_fitting_shape(image, traits):
        yield refused(
            "image-shape",
            f"{network} takes no image of {image.width} × {image.height}: it is too wide or too "
            "tall.",
            "Crop it",
            width=image.width,
            height=image.height,
            name=image.path.name,
        )


def _has_fitting_shape(image: MediaFile, traits: Traits) -> bool:
    narrowest, widest = traits.image_narrowest or 0.0, traits.image_widest or float("inf")
    return narrowest * image.height <= image.width <= widest * image.height


def _alt_misfits(file: MediaFile, limit: int, network: str) -> Iterator[Refused]:
    if file.alt and not limit:
        yield refused(
            "alt-not-taken",
            f"{network} takes no description with this kind of media.",
            "Take the description out",
            name=file.path.name,
        )
    elif len(file.alt) > limit:
        yield refused(
            "alt-too-long",
            f"A description has {len(file.alt)} characters of {limit} that {network} takes.",
            "Shorten it",
            length=len(file.alt),
            limit=limit,
        )


def _video_misfits(video: MediaFile, traits: VideoTraits, network: str) -> Iterator[Refused]:
    yield from _type_misfits("video", video, traits.types, network)
    yield from _size_misfits("video", video, traits.bytes_limit, network)
    yield from _pixel_misfits("video", video, traits.pixels_limit, network)
    yield from _alt_misfits(video, traits.alt_limit, network)
    if video.seconds is None:
        return
    for code, limit, breaks in (
        ("video-too-short", traits.shortest_seconds, video.seconds < traits.shortest_seconds),
        ("video-too-long", traits.longest_seconds, video.seconds > traits.longest_seconds),
    ):
        if breaks:
            yield refused(
                code,
                f"A video has {video.seconds:g} seconds; {network}’s limit is {limit:g}.",
                "Attach another one",
                seconds=f"{video.seconds:g}",
                limit=f"{limit:g}",
                name=video.path.name,
            )
