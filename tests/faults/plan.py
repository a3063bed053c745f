"""What shall be posted, to whom and when: decided by the seed alone, without I/O."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from parvis.networks.traits import Following, Traits
from tests.faults.options import Options

BUNCHES = 5
_SAYINGS = (
    "The square reopens on Saturday",
    "Forty second-hand booksellers, and the smell of rain",
    "Ce samedi, la place rouvre : quarante bouquinistes 📚",
    "New in the window: three atlases and a cookery book",
    "« Les Ponts » lit à voix haute, dès 18 h — entrée libre",
    "We have found the second volume at last 😍",
    "Lecture pour les petits, mercredi à 10 h. #livres",
    "Open until nine tonight; see https://ponts.example.org/heures",
    "A line break\nand a second line, as people write them",
    "Ein Regal voller Übersetzungen, größer als je zuvor",
)
_LETTERS = "bcdfghjkmnpqrstvwxz"


class Deed(StrEnum):
    """What a person does to it before it is due."""

    NOTHING = "nothing"
    MOVE = "move"
    TAKE_BACK = "take back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One post to one account. `due` is in seconds from the start; `pictures` are numbers of
    pictures that exist; `patience` is for how many seconds after `due` it may still go out, None
    where that is as usual."""

    number: int
    network: str
    account: int
    texts: tuple[str, ...]
    due: float
    comment: str = ""
    pictures: tuple[int, ...] = ()
    has_video: bool = False
    deed: Deed = Deed.NOTHING
    patience: int | None = None


def plan(options: Options, traits: Mapping[str, Traits], pictures: int) -> list[Planned]:
    """In the order in which they are due."""
    chance = random.Random(f"{options.seed}/plan")
    planned: list[Planned] = []
    while len(planned) < options.posts:
        planned += _some(options, traits, pictures, chance, len(planned))
    return sorted(planned[: options.posts], key=lambda one: (one.due, one.number))


def _some(
    options: Options,
    traits: Mapping[str, Traits],
    pictures: int,
    chance: random.Random,
    number: int,
) -> Iterator[Planned]:
    """One post, or two that say the same."""
    network = options.networks[number % len(options.networks)]
    one = Planned(
        number=number,
        network=network,
        account=chance.randrange(options.accounts),
        texts=(_text(chance, number),),
        due=_due(options, chance),
    )
    one = _with_a_fate(_carrying(one, traits[network], pictures, chance), chance)
    yield one
    if chance.random() < 0.06:
        yield _twin(one, options, traits[network], chance)


def _carrying(one: Planned, traits: Traits, pictures: int, chance: random.Random) -> Planned:
    """More than a text, as the network takes it."""
    draw = chance.random()
    if draw < 0.02 and traits.video:
        one = replace(one, has_video=True)
    elif draw < 0.20 or not traits.posts_text_alone:
        count = chance.randint(1, min(3, traits.image_limit))
        one = replace(one, pictures=tuple(chance.sample(range(pictures), count)))
    elif draw < 0.32 and traits.following is Following.REPLIES:
        more = (_text(chance, one.number, part) for part in range(1, chance.randint(2, 4)))
        return replace(one, texts=(*one.texts, *more))
    if chance.random() < 0.12 and traits.following is not Following.NOTHING:
        return replace(one, comment=_text(chance, one.number, 9))
    return one


def _with_a_fate(one: Planned, chance: random.Random) -> Planned:
    draw = chance.random()
    if draw < 0.03:
        return replace(one, deed=Deed.MOVE)
    if draw < 0.05:
        return replace(one, deed=Deed.TAKE_BACK)
    if draw < 0.08:
        return replace(one, patience=chance.randint(1, 4))
    return one


def _twin(one: Planned, options: Options, traits: Traits, chance: random.Random) -> Planned:
    """The same words at another account, or later at the same one where the network takes that."""
    later = min(one.due + options.seconds * chance.uniform(0.2, 0.5), options.seconds)
    twin = replace(one, number=one.number + 1, due=later)
    if one.network in REFUSING_EQUALS or chance.random() < 0.5:
        return replace(twin, account=(one.account + 1) % options.accounts)
    return twin


REFUSING_EQUALS = frozenset({"x", "linkedin"})
"""They refuse a text that equals an earlier one of the account."""


def _due(options: Options, chance: random.Random) -> float:
    """Spread over the time, or at the very second of many others."""
    if chance.random() < 0.3:
        return float(round(options.seconds * chance.randint(1, BUNCHES) / (BUNCHES + 1)))
    return round(chance.uniform(0, options.seconds), 3)


def _text(chance: random.Random, number: int, part: int = 0) -> str:
    """Ends in a word that no other text of the campaign has."""
    said = " — ".join(chance.sample(_SAYINGS, chance.choice((1, 1, 1, 2))))
    return f"{said} {_marker(number, part)}"


def _marker(number: int, part: int) -> str:
    word = ""
    rest = number * 10 + part
    while rest or len(word) < 5:
        rest, letter = divmod(rest, len(_LETTERS))
        word += _LETTERS[letter]
    return f"({word})"
