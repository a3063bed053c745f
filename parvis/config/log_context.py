"""What is being worked on, so that every line of the log says it."""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import MappingProxyType

_FACTS: ContextVar[Mapping[str, object]] = ContextVar("facts", default=MappingProxyType({}))


class about:  # noqa: N801  # reads as what it does
    """Every line logged inside carries the facts, as `about(delivery=7, account=3, part=0)`.

    It follows into called code, into tasks that are created inside and into `sync_to_async`, and
    ends with the block. The usual facts: delivery, account, network, part, attempt, worker.
    """

    __slots__ = ("_before", "_facts")

    def __init__(self, **facts: object) -> None:
        self._facts = facts

    def __enter__(self) -> None:
        self._before: Token[Mapping[str, object]] = _FACTS.set({**_FACTS.get(), **self._facts})

    def __exit__(self, *exception: object) -> None:
        _FACTS.reset(self._before)


def facts_of_the_work() -> Mapping[str, object]:
    return _FACTS.get()
