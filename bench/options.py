"""How large a measurement is. The usual sizes take about a quarter of an hour in all."""

import argparse
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    posts        per round, for those who are quick; the slow peers get a part of them
    rounds       the figure is their median
    accounts     that the posts are spread over
    concurrency  requests that the limit and the peers keep under way
    samples      single posts for the idle lateness
    crowd        posts due in the same second
    workers      numbers of worker processes
    deliveries   numbers of deliveries in the database
    """

    posts: int = 10_000
    rounds: int = 5
    accounts: int = 1000
    concurrency: int = 100
    samples: int = 200
    crowd: int = 10_000
    workers: tuple[int, ...] = (1, 2, 4)
    deliveries: tuple[int, ...] = (10_000, 100_000, 1_000_000)

    def as_arguments(self) -> list[str]:
        return [f"--{field.name}={_written(getattr(self, field.name))}" for field in fields(self)]


def add_options(parser: argparse.ArgumentParser) -> None:
    usual = Options()
    for field in fields(Options):
        value = getattr(usual, field.name)
        kind = _numbers if isinstance(value, tuple) else int
        parser.add_argument(f"--{field.name}", type=kind, default=value)


def read_options(description: str) -> Options:
    parser = argparse.ArgumentParser(description=description)
    add_options(parser)
    return Options(**vars(parser.parse_args()))


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(int(number) for number in written.split(","))


def _written(value: int | tuple[int, ...]) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
