"""Put by backup steps later."""

from parvis.config.installation import Installation


def settle_unfinished_restore(installed: Installation) -> None:
    """Nothing yet."""
