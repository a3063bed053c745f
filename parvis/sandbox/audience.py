"""Who looks, likes, shares and answers, as a pure function of the seed, the post and its age.

Every figure grows along a saturating curve towards a total of its own, so it never falls.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

GROWTH_HOURS = 8.0
"""After so long 63 % of all that will ever come has come."""
_FIRST_ANSWER = timedelta(minutes=2)
_LAST_ANSWER = timedelta(hours=36)
_SAYINGS = (
    "Merci, on y sera !",
    "How late are you open on Saturday?",
    "Quelle belle vitrine 😍",
    "Is there still room?",
    "Mon livre préféré depuis des années.",
    "Could you keep a copy for me, please?",
    "À samedi !",
    "I had no idea, thanks for sharing.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`replies` are those of the audience alone; `reach` is views by different people."""

    views: int
    reach: int
    likes: int
    reposts: int
    quotes: int
    bookmarks: int
    clicks: int
    profile_clicks: int
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    author: int
    """Which of the cast."""
    text: str
    after: timedelta


def counts(seed: int, post: str, age: timedelta, share_seen: float = 1.0) -> Counts:
    """How a post of that name stands when it is `age` old. `share_seen` is how much of the usual
    audience sees it."""
    chance = random.Random(f"{seed}/{post}/counts")  # noqa: S311 - play, not cryptography
    views = int(chance.randint(120, 4_000) * share_seen)
    grown = _grown(age)

    def share(low: float, high: float) -> int:
        return int(views * chance.uniform(low, high) * grown)

    return Counts(
        views=int(views * grown),
        reach=share(0.55, 0.85),
        likes=share(0.02, 0.09),
        reposts=share(0.003, 0.02),
        quotes=share(0.001, 0.006),
        bookmarks=share(0.002, 0.01),
        clicks=share(0.005, 0.04),
        profile_clicks=share(0.002, 0.01),
        replies=sum(1 for each in answers(seed, post) if each.after <= age),
    )


def answers(seed: int, post: str, cast: int = 3) -> Sequence[Answer]:
    """All that will ever be answered, in order of time."""
    chance = random.Random(f"{seed}/{post}/answers")  # noqa: S311
    span = (_LAST_ANSWER - _FIRST_ANSWER).total_seconds()
    texts = chance.sample(_SAYINGS, chance.randint(1, 5))
    moments = sorted(_FIRST_ANSWER.total_seconds() + span * chance.random() ** 3 for _ in texts)
    return [
        Answer(author=chance.randrange(cast), text=text, after=timedelta(seconds=round(moment)))
        for text, moment in zip(texts, moments, strict=True)
    ]


def votes(seed: int, post: str, options: int, age: timedelta) -> list[int]:
    """Of a poll, option by option."""
    chance = random.Random(f"{seed}/{post}/votes")  # noqa: S311
    return [int(chance.randint(5, 200) * _grown(age)) for _ in range(options)]


def _grown(age: timedelta) -> float:
    hours = max(age.total_seconds(), 0.0) / 3600
    return 1.0 - math.exp(-hours / GROWTH_HOURS)
