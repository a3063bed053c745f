"""What it costs to follow posts, against asking every hour, and how far the curve is off between.

    python -m bench.following [--posts 1000] [--days 30] [--seed 1] [--curves 200]

The posts go out one after the other during as many days, on one account, and each is followed for
so many days. When each is looked at says Parvis' own pace (parvis.engagement.pace), what is seen
then says the sandbox's audience. Nothing is sent and no clock is waited for, so that it takes
seconds. Figures go to standard output, one JSON object a line.

Calls are counted as the network answers them: for `figures_at_once` posts each. Asking every hour
is counted in two ways: a call for each post, and calls for as many posts as the network takes.
The error is that of a figure at every full hour, as a share of what the figure has become by the
end; of `curves` posts, and of figures that have become at least a hundred, since smaller ones move
in steps of more than a hundredth.
"""

import argparse
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bench.figures import Figure, show, tell
from parvis.engagement.curve import Point, value_at
from parvis.engagement.pace import LEAN, NORMAL, Look, Rhythm, first_look, next_look
from parvis.networks.prices import price_of
from parvis.networks.registry import networks
from parvis.sandbox import audience

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIGURES = ("views", "reach", "likes", "reposts", "bookmarks", "clicks")
COUNTED_FROM = 100
CALLS_WANTED, ERROR_WANTED = 0.03, 0.05


@dataclass(slots=True)
class Post:
    name: str
    out_at: datetime
    next_at: datetime | None
    along_at: datetime | None
    before: Look | None = None
    looks: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """`days_read` counts each post once for each UTC day on which it was read."""

    posts: Sequence[Post]
    calls: int
    looks: int
    days_read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    worst: float
    usual: float
    figures: int


def main() -> None:
    asked = _asked()
    span = timedelta(days=asked.days)
    known: dict[object, Followed] = {}
    for network in networks().values():
        paid = price_of(network.name, "read", date.today()) is not None  # noqa: DTZ011
        rhythms = {"lean": LEAN, "normal": NORMAL} if paid else {"normal": NORMAL}
        for pace, rhythm in rhythms.items():
            tell(f"{network.name}, {pace}")
            ended = rhythm.ending(min(span, rhythm.ends or span))
            at_once = network.figures_at_once
            how = (ended, asked.posts, span, asked.seed, at_once, not paid)
            followed = known.get(how) or follow(*how)
            known[how] = followed
            _show_calls(network.name, pace, followed, at_once, asked)
            if paid:
                _show_price(network.name, pace, followed, asked)
    for pace, rhythm in {"normal": NORMAL, "lean": LEAN}.items():
        tell(f"error, {pace}")
        ended = rhythm.ending(min(span, rhythm.ends or span))
        followed = follow(ended, asked.curves, span, asked.seed, 1, False)
        _show_error(pace, errors_of(followed.posts, span, asked.seed))


def follow(
    rhythm: Rhythm, posts: int, span: timedelta, seed: int, at_once: int, along: bool
) -> Followed:
    """`along`: posts that are soon due are read with those that are due, where a call takes
    several."""
    waiting = [_went_out(rhythm, f"x/{n}", START + span * n / posts) for n in range(posts)]
    every, calls = list(waiting), 0
    queue = [(post.next_at, n) for n, post in enumerate(waiting) if post.next_at]
    heapq.heapify(queue)
    while queue:
        now = queue[0][0]
        read = _due(every, queue, now, along=along and at_once > 1)
        calls += -(-len(read) // at_once)
        for number in read:
            post = every[number]
            _look(post, rhythm, seed, now)
            if post.next_at:
                heapq.heappush(queue, (post.next_at, number))
    return Followed(
        posts=every,
        calls=calls,
        looks=sum(len(post.looks) for post in every),
        days_read=sum(len({look.date() for look in post.looks}) for post in every),
    )


def errors_of(posts: Sequence[Post], span: timedelta, seed: int) -> Errors:
    """Of all figures of all posts at every full hour."""
    worst: list[float] = []
    every: list[float] = []
    for post in posts:
        for off in _off(post, span, seed):
            worst.append(max(off))
            every += off
    every.sort()
    return Errors(worst=max(worst), usual=every[len(every) * 95 // 100], figures=len(worst))


def _off(post: Post, span: timedelta, seed: int) -> Iterator[list[float]]:
    """For each figure that is large enough, by how much the curve is off, hour by hour."""
    hours = [post.out_at + HOUR * n for n in range(1, span // HOUR + 1)]
    true = {moment: _seen(post, seed, moment) for moment in [*hours, *post.looks]}
    for name in FIGURES:
        final = true[hours[-1]][name]
        if final < COUNTED_FROM:
            continue
        points: list[Point] = [(post.out_at, 0.0)]
        points += [(moment, float(true[moment][name])) for moment in post.looks]
        yield [abs(value_at(points, at) - true[at][name]) / final for at in hours]


def _went_out(rhythm: Rhythm, name: str, at: datetime) -> Post:
    following = first_look(rhythm, at, at)
    return Post(name, at, following.at, following.along_at)


def _due(
    every: Sequence[Post], queue: list[tuple[datetime, int]], now: datetime, *, along: bool
) -> list[int]:
    """Takes them out of the queue; a post read along stays in it, and is passed over later."""
    due = []
    while queue and queue[0][0] <= now:
        moment, number = heapq.heappop(queue)
        if every[number].next_at == moment:
            due.append(number)
    if due and along:
        taken = set(due)
        due += [
            number
            for number, post in enumerate(every)
            if number not in taken
            and post.along_at
            and post.along_at <= now < (post.next_at or now)
        ]
    return due


def _look(post: Post, rhythm: Rhythm, seed: int, now: datetime) -> None:
    look = Look(at=now, total=sum(_seen(post, seed, now).values()))
    following = next_look(rhythm, post.out_at, post.before, look)
    post.before, post.next_at, post.along_at = look, following.at, following.along_at
    post.looks.append(now)


def _seen(post: Post, seed: int, moment: datetime) -> dict[str, int]:
    told = asdict(audience.counts(seed, post.name, moment - post.out_at))
    return {name: told[name] for name in FIGURES}


def _show_calls(
    network: str, pace: str, followed: Followed, at_once: int, asked: argparse.Namespace
) -> None:
    hourly = asked.posts * asked.days * 24
    in_batches = _hourly_calls_in_batches(asked.posts, asked.days, at_once)
    share = followed.calls / hourly
    show(
        Figure(
            name=f"following {network}, {pace}: calls",
            value=followed.calls,
            unit="calls",
            compared_to="a call every hour for each post",
            compared_value=hourly,
            ratio=round(share, 5),
            target=f"at most {CALLS_WANTED:.0%}",
            met=share < CALLS_WANTED,
            note=f"{followed.looks} looks; a call takes {at_once}",
            details={
                "hourly_in_batches": in_batches,
                "share_of_batches": round(followed.calls / in_batches, 4),
                "looks_per_post": round(followed.looks / asked.posts, 2),
            },
        )
    )


def _hourly_calls_in_batches(posts: int, days: int, at_once: int) -> int:
    """Posts go out during as many days as each is followed: their number rises, then falls."""
    hours = days * 24
    out = [posts * hour / hours for hour in range(hours + 1)]
    under_way = [*out[1:], *(posts - one for one in out[:-1])]
    return sum(-(-max(round(one), 1) // at_once) for one in under_way)


def _show_price(network: str, pace: str, followed: Followed, asked: argparse.Namespace) -> None:
    price = price_of(network, "read", date.today())  # noqa: DTZ011
    assert price is not None
    hourly = price.amount * asked.posts * asked.days * 24
    by_day = price.amount * asked.posts * (asked.days + 1)
    spent, at_most = price.amount * followed.days_read, price.amount * followed.looks
    show(
        Figure(
            name=f"following {network}, {pace}: price",
            value=float(spent),
            unit=price.currency,
            compared_to="every hour, a post being charged once a UTC day",
            compared_value=float(by_day),
            ratio=_share(spent, by_day),
            note="if a post is charged once a UTC day, as the network softly promises",
            details={
                "if_every_look_is_charged": float(at_most),
                "hourly_if_every_look_is_charged": float(hourly),
            },
        )
    )


def _show_error(pace: str, errors: Errors) -> None:
    is_promised = pace == "normal"
    show(
        Figure(
            name=f"following, {pace}: error of the curve at its worst hour",
            value=round(errors.worst, 4),
            unit="of the figure in the end",
            target=f"at most {ERROR_WANTED:.0%}" if is_promised else "",
            met=errors.worst < ERROR_WANTED if is_promised else None,
            note="95 of 100 hours are better than `usual`",
            details={"usual": round(errors.usual, 4), "figures": errors.figures},
        )
    )


def _share(part: Decimal, whole: Decimal) -> float:
    return round(float(part / whole), 4)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in {"posts": 1000, "days": 30, "seed": 1, "curves": 200}.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    return parser.parse_args()


if __name__ == "__main__":
    main()
