"""Progress as a test keeps it: in memory, and through JSON as the database would."""

from __future__ import annotations

import json

from parvis.networks.contract import Json


class Kept:
    def __init__(self) -> None:
        self.steps: dict[str, str] = {}

    def read(self, step: str) -> Json | None:
        stored = self.steps.get(step)
        return None if stored is None else dict(json.loads(stored))

    async def keep(self, step: str, value: Json) -> None:
        self.steps[step] = json.dumps(value)
