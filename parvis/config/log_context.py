"""What is being worked on, so that every line of the log says it."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Every line logged inside carries the facts, as `about(delivery=7, account=3, part=0)`.

    It follows into called code, into tasks that are created inside and into `sync_to_async`, and
    ends with the block. The usual facts: delivery, account, network, part, attempt, worker.
    """
    with bound_contextvars(**facts):
        yield
