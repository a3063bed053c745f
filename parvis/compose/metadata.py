"""Takes out of a GIF what it tells besides what it shows: comments, and foreign programs' blocks.

Still pictures are written anew instead; a GIF would lose frames or timing that way, so its file is
copied block by block and the telling blocks are left behind. Source: GIF89a specification.
"""

from collections.abc import Iterator

_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF


def gif_without_metadata(content: bytes) -> bytes:
    """Raises ValueError where the file breaks its own format."""
    try:
        start = 13 + _colours(content[10])
        kept = [block for block in _blocks(content, start) if not _tells(block)]
    except IndexError:
        raise ValueError("the GIF file ends early") from None
    return content[:start] + b"".join(kept) + bytes([_END])


def _blocks(content: bytes, at: int) -> Iterator[bytes]:
    while content[at] != _END:
        if content[at] == _EXTENSION:
            data = at + 2
        elif content[at] == _IMAGE:
            data = at + 11 + _colours(content[at + 9])
        else:
            raise ValueError("the GIF file holds an unknown block")
        end = _end_of(data, content)
        yield content[at:end]
        at = end


def _end_of(at: int, content: bytes) -> int:
    """Data stands in pieces of at most 255 bytes, each after its length; an empty one ends it."""
    while length := content[at]:
        at += 1 + length
    return at + 1


def _colours(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 * 2 ** ((flags & 0x07) + 1) if flags & 0x80 else 0


def _tells(block: bytes) -> bool:
    if block[0] != _EXTENSION:
        return False
    foreign = block[1] == _APPLICATION and block[3:14] not in _LOOPS
    return block[1] == _COMMENT or foreign
