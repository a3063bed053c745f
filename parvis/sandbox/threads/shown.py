"""How the API tells a published post. The sandbox's own page shows the text as it was written."""

from parvis.sandbox.records import Post

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def text_of(post: Post) -> str:
    """The tag that became the topic has lost its # (another client saw “#NationalParks #Waterfall”
    come back as “NationalParks #Waterfall” on 2026-08-06)."""
    place = post.extra.get("topic_at")
    if place is None:
        return post.text
    return post.text[:place] + post.text[place + 1 :]


def shortcode(post_id: str) -> str:
    """Base 64 of the number, as Instagram's are [from memory]."""
    number, signs = int(post_id), ""
    while number:
        number, rest = divmod(number, 64)
        signs = _SIGNS[rest] + signs
    return signs


def id_of(shortcode: str) -> str:
    """Empty for what is none."""
    number = 0
    for sign in shortcode:
        if sign not in _SIGNS:
            return ""
        number = number * 64 + _SIGNS.index(sign)
    return str(number)
