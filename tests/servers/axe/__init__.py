"""axe-core, which finds what keeps people from using a page.

barriers = Axe().barriers(page)      # ["color-contrast: p.sub (…)", …]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.servers.node_packages import NodePackages

PACKAGES = NodePackages(
    recipe=Path(__file__).parent, cache_name="axe", title="axe-core", oldest_node=18
)
# WCAG 2.2 AA, and what axe-core calls best practices.
EVERY_RULE = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


@dataclass(frozen=True)
class Axe:
    """Raises NodeUnavailable where it cannot be had."""

    @cached_property
    def script(self) -> str:
        return (PACKAGES.install() / "node_modules/axe-core/axe.min.js").read_text()

    def barriers(self, page: Page) -> list[str]:
        """One line per rule and part of the page."""
        return self._found(page, EVERY_RULE)

    def barriers_of_colour(self, page: Page) -> list[str]:
        """Those alone that another appearance of the same page may have."""
        return self._found(page, RULES_OF_COLOUR)

    def _found(self, page: Page, rules: dict[str, Any]) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.script)
        run = "rules => axe.run({runOnly: rules, resultTypes: ['violations']})"
        found: dict[str, Any] = page.evaluate(run, rules)
        return [
            f"{rule['id']}: {' '.join(map(str, node['target']))} ({node['failureSummary']})"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
