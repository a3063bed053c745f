"""What a check has found, with the sentence left to the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Weight(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` is stable. `template` is a (lazily translated) sentence that `facts` fill."""

    check: str
    weight: Weight
    template: Any
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(self.template) % self.facts


def fine(check: str, template: Any, **facts: object) -> Finding:
    return Finding(check=check, weight=Weight.FINE, template=template, facts=facts)


def warning(check: str, template: Any, **facts: object) -> Finding:
    return Finding(check=check, weight=Weight.WARNING, template=template, facts=facts)


def fault(check: str, template: Any, **facts: object) -> Finding:
    return Finding(check=check, weight=Weight.FAULT, template=template, facts=facts)
