"""The text of a post as a page shows it: its links, mentions and hashtags made visible."""

import re

from markupsafe import Markup, escape

_MARKED = re.compile(r"https?://[^\s<>\"]+|(?<![\w/])@[\w.@-]*\w|(?<![\w/&])#\w+")


def marked(text: str) -> Markup:
    """With everything marked that looks like a link, a mention or a hashtag."""
    parts: list[Markup] = []
    place = 0
    for found in _MARKED.finditer(text):
        parts += [escape(text[place : found.start()]), _mark(found[0])]
        place = found.end()
    return Markup("").join([*parts, escape(text[place:])])


def as_link(url: str, text: str) -> Markup:
    if not url.startswith(("http://", "https://")):
        return escape(text)
    return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(url, text)


def as_mention(text: str) -> Markup:
    return Markup('<span class="mention">{}</span>').format(text)


def as_hashtag(text: str) -> Markup:
    return Markup('<span class="hashtag">{}</span>').format(text)


def _mark(word: str) -> Markup:
    if word.startswith("@"):
        return as_mention(word)
    if word.startswith("#"):
        return as_hashtag(word)
    trimmed = word.rstrip(".,;:!?)»”’")
    return as_link(trimmed, trimmed) + word[len(trimmed) :]
