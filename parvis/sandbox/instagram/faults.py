"""Instagram's own refusals, by its reference of error codes (stored copy, 2026-06)."""

from parvis.sandbox.graph.faults import error
from parvis.sandbox.network import Answered


def _refused(code: int, subcode: int, message: str, title: str, told: str) -> Answered:
    return Answered(error(message, code, subcode, title=title, told=told))


def not_fetched(url: str) -> Answered:
    return _refused(
        9004,
        2207052,
        "Only photo or video can be accepted as media type.",
        "Media download has failed",
        f"The media could not be fetched from this URI: {url}",
    )


def too_large() -> Answered:
    return _refused(
        36000,
        2207004,
        "The image size is too large.",
        "Image size too large",
        "The image is too large to download. It should be less than 8 MiB.",
    )


def not_jpeg() -> Answered:
    return _refused(
        36001,
        2207005,
        "The image format is not supported.",
        "Unsupported image format",
        "The image format is not supported. Please check spec for supported format.",
    )


def bad_shape() -> Answered:
    return _refused(
        36003,
        2207009,
        "The aspect ratio is not supported.",
        "Invalid aspect ratio",
        "The submitted image aspect ratio is not supported: it must be between 4:5 and 1.91:1.",
    )


def caption_too_long() -> Answered:
    return _refused(
        36004,
        2207010,
        "The caption was too long.",
        "Caption too long",
        "The caption can have 2,200 characters, 30 hashtags and 20 @ tags.",
    )


def bad_carousel() -> Answered:
    return _refused(
        100,
        2207028,
        "Invalid parameter",
        "Carousel validation failed",
        "Your post won't work as a carousel. Carousels need at least 2 and no more than 10 photos "
        "or videos.",
    )


def media_not_found() -> Answered:
    return _refused(
        24,
        2207006,
        "The requested resource does not exist",
        "Media Not Found",
        "The media with that ID cannot be found.",
    )


def builder_gone() -> Answered:
    return _refused(
        24,
        2207008,
        "The requested resource does not exist",
        "Media builder expired",
        "The media builder does not exist or has expired.",
    )


def not_ready() -> Answered:
    return _refused(
        9007,
        2207027,
        "Media ID is not available",
        "The media is not ready for publishing",
        "The media is not ready for publishing, please wait for a moment",
    )


def limit_reached() -> Answered:
    return _refused(
        9,
        2207042,
        "Application request limit reached",
        "Too many posts",
        "You reached maximum number of posts that is allowed to be published by Content Publishing "
        "API.",
    )
