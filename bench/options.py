"""How large a measurement is. The usual sizes take about a quarter of an hour in all."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    posts        per round, for those who are quick; the slow peers get a part of them
    rounds       the figure is their median
    accounts     that the posts are spread over
    peers        who is measured beside Parvis
    concurrency  requests that the limit and the peers keep under way
    samples      single posts for the idle lateness
    crowd        posts due in the same second
    workers      numbers of worker processes
    deliveries   numbers of deliveries in the database
    idle         seconds that a desk does nothing before it is weighed
    """

    posts: int = 10_000
    rounds: int = 5
    accounts: int = 1000
    peers: tuple[str, ...] = ("batch_loop", "pgqueuer", "chancy", "procrastinate", "celery")
    concurrency: int = 100
    samples: int = 200
    crowd: int = 10_000
    workers: tuple[int, ...] = (1, 2, 4)
    deliveries: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    idle: int = 20

    def as_arguments(self) -> list[str]:
        return [f"--{field.name}={_written(getattr(self, field.name))}" for field in fields(self)]


def add_options(parser: argparse.ArgumentParser) -> None:
    usual = Options()
    for field in fields(Options):
        value = getattr(usual, field.name)
        parser.add_argument(f"--{field.name}", type=_reader_of(value), default=value)


def read_options(description: str | None) -> Options:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    return Options(**vars(parser.parse_args()))


def _reader_of(value: object) -> Callable[[str], object]:
    if not isinstance(value, tuple):
        return int
    of_one = type(value[0])
    return lambda written: tuple(of_one(word) for word in written.split(",") if word)


def _written(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
