"""The order of the files: what takes longest begins first, and does not hold up the end.

Files are shared out whole among the processes (`--dist loadfile`), for the sake of the servers that
a file’s tests have in common. What is given more time takes more time; a browser and processes of
Parvis take more than a client in this process.
"""

from collections import defaultdict

import pytest

WHAT_TAKES_TIME = ("installation", "browser")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    weights: dict[object, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for item in items:
        weights[item.path] = max(weights[item.path], _weight(item))
    items.sort(key=lambda item: weights[item.path], reverse=True)


def _weight(item: pytest.Item) -> tuple[float, int]:
    limit = item.get_closest_marker("timeout")
    seconds = float(limit.args[0]) if limit and limit.args else 0.0
    return seconds, sum(item.get_closest_marker(name) is not None for name in WHAT_TAKES_TIME)
