"""How long Threads finds a text, and what it finds in one.

documentation/threads/posts (2026-04): 500 characters, and "Emojis are counted as the number of
UTF-8 bytes". What a character is otherwise is not said; here it is a code point.
"""

import regex

# Flags, keycaps, families and tagged flags with all that belongs to them.
_ONE = (
    r"(?:[\p{Emoji_Presentation}&&\p{Extended_Pictographic}]|\p{Extended_Pictographic}\uFE0F)"
    r"[\p{Emoji_Modifier}\uFE0F]?"
)
_EMOJI = regex.compile(
    rf"(?V1)\p{{Regional_Indicator}}{{1,2}}|[0-9#*]\uFE0F?\u20E3|\p{{Emoji_Modifier}}\uFE0F?"
    rf"|{_ONE}[\U000E0020-\U000E007F]*(?:\u200D(?:{_ONE}|\p{{Extended_Pictographic}}\uFE0F?))*"
)
_LINK = regex.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"]+")
# "Valid tags start with a hash sign"; they end before these signs; whole numbers are none.
_TAG = regex.compile(r"#([^\s.&@!?,;:#]+)")
_LONGEST_TAG = 50


def length(text: str) -> int:
    total, place = 0, 0
    for found in _EMOJI.finditer(text):
        total += found.start() - place + len(found[0].encode())
        place = found.end()
    return total + len(text) - place


def links(text: str) -> set[str]:
    """The different ones."""
    return {found.rstrip(".,;:!?)»”’") for found in _LINK.findall(text)}


def first_tag(text: str) -> tuple[int, str] | None:
    """Where its # stands, and the topic without it."""
    for found in _TAG.finditer(text):
        if not found[1].isdigit() and len(found[1]) <= _LONGEST_TAG:
            return found.start(), found[1]
    return None


def is_topic(tag: str) -> bool:
    return 1 <= len(tag) <= _LONGEST_TAG and not set(tag) & {".", "&"}
