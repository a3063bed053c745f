"""Texts that take turns, and what networks say to one that comes again. No I/O."""

from collections.abc import Collection, Iterator, Sequence

from parvis.compose.validation import Finding, Severity
from parvis.networks.repeats import Stance, repeat_rule

MOST_TEXTS = 24


def next_text(texts: Sequence[str], said: Sequence[str]) -> str:
    """The one that was said the least often, then the longest ago; `said` is in order."""
    last = {text: number for number, text in enumerate(said)}
    return min(texts, key=lambda text: (said.count(text), last.get(text, -1)))


def about_repeats(
    network: str, texts: Collection[str], said: Collection[str], times: int
) -> Iterator[Finding]:
    """`texts` are those that an account has to say `times` times, `said` what it said before."""
    fresh = len({_seen(text) for text in texts} - {_seen(text) for text in said})
    if times <= fresh:
        return
    facts: dict[str, str | int] = {"needed": times, "fresh": fresh}
    match repeat_rule(network).stance:
        case Stance.FORBIDS:
            yield Finding(severity=Severity.ERROR, code="repeats-forbidden", facts=facts)
        case Stance.MAY_REFUSE:
            yield Finding(severity=Severity.WARNING, code="repeats-may-be-refused", facts=facts)


def _seen(text: str) -> str:
    """Other spaces and capitals make no other text."""
    return " ".join(text.casefold().split())
