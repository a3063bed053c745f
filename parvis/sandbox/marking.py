"""The text of a post as a page shows it: its links, mentions and hashtags made visible."""

import re

from markupsafe import Markup, escape

_MARKED = re.compile(r"https?://[^\s<>\"]+|(?<![\w/])@[\w.@-]*\w|(?<![\w/&])#\w+")


def marked(text: str) -> Markup:
    """With its links, mentions and hashtags made visible."""
    parts: list[Markup] = []
    place = 0
    for found in _MARKED.finditer(text):
        parts += [escape(text[place : found.start()]), _mark(found[0])]
        place = found.end()
    return Markup("").join([*parts, escape(text[place:])])


def _mark(word: str) -> Markup:
    if word.startswith("http"):
        trimmed = word.rstrip(".,;:!?)»”’")
        link = Markup('<a href="{0}" rel="noreferrer nofollow">{0}</a>').format(trimmed)
        return link + word[len(trimmed) :]
    kind = "mention" if word.startswith("@") else "hashtag"
    return Markup('<span class="{}">{}</span>').format(kind, word)
