"""The shapes that a picture can be cut to, and which connected networks refuse which."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import pgettext, pgettext_lazy

from parvis.report.library_fits import Taker


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`ratio` is width over height; None where any will do. `refused_by` names networks."""

    value: str
    words: str
    ratio: float | None = None
    refused_by: tuple[str, ...] = ()


# Shapes that networks recommend or show without cutting: square, the tallest and the widest that
# Instagram's feed takes (4:5, 1.91:1; content publishing guide), screens upright and lying.
_RATIOS = {
    "1:1": (1.0, pgettext_lazy("shape of a picture", "square, 1:1")),
    "4:5": (4 / 5, pgettext_lazy("shape of a picture", "upright, 4:5")),
    "9:16": (9 / 16, pgettext_lazy("shape of a picture", "tall, 9:16")),
    "3:2": (3 / 2, pgettext_lazy("shape of a picture", "photograph, 3:2")),
    "16:9": (16 / 9, pgettext_lazy("shape of a picture", "wide, 16:9")),
    "1.91:1": (1.91, pgettext_lazy("shape of a picture", "as a link’s card, 1.91:1")),
}


def shapes_for(takers: Iterable[Taker]) -> tuple[Shape, ...]:
    asked = tuple(takers)
    free = Shape(value="", words=pgettext("shape of a picture", "free"))
    return (free, *(_shape(value, asked) for value in _RATIOS))


def ratio_of(value: str) -> float | None:
    """None for the free shape."""
    return _RATIOS[value][0] if value in _RATIOS else None


def _shape(value: str, takers: tuple[Taker, ...]) -> Shape:
    ratio, words = _RATIOS[value]
    refusing = (taker.named for taker in takers if not _takes(taker, ratio))
    refused = tuple(dict.fromkeys(refusing))
    return Shape(value=value, words=str(words), ratio=ratio, refused_by=refused)


def _takes(taker: Taker, ratio: float) -> bool:
    narrowest, widest = taker.traits.image_narrowest, taker.traits.image_widest
    return (narrowest is None or ratio >= narrowest) and (widest is None or ratio <= widest)
