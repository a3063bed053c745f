"""What is being worked on, so that every line of the log says it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_FACTS: ContextVar[Mapping[str, object]] = ContextVar("facts", default=MappingProxyType({}))


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Every line logged inside carries the facts, as `about(delivery=7, account=3, part=0)`.

    It follows into called code, into tasks that are created inside and into `sync_to_async`, and
    ends with the block. The usual facts: delivery, account, network, part, attempt, worker.
    """
    before = _FACTS.set({**_FACTS.get(), **facts})
    try:
        yield
    finally:
        _FACTS.reset(before)


def facts_of_the_work() -> Mapping[str, object]:
    return _FACTS.get()
