"""Which of the connected networks take a file as it is, which a smaller copy, which not at all."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import pgettext_lazy

from parvis.compose.media import as_media_file
from parvis.compose.models import Media
from parvis.compose.validation import Finding, Severity, review
from parvis.connections.verbs import accounts_of
from parvis.networks.part import Part
from parvis.networks.traits import Traits
from parvis.people.models import Workspace
from parvis.report.faces import face_of
from parvis.report.sentences import sentence_for_finding


class Verdict(StrEnum):
    AS_IT_IS = "as it is"
    COPY = "copy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A connected network; `accounts` with other limits stand by themselves."""

    network: str
    traits: Traits
    named: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`why` says what a network makes of it; empty where it takes it as it is."""

    network: str
    named: str
    verdict: Verdict
    why: str = ""


def takers_of(workspace: Workspace) -> tuple[Taker, ...]:
    """Accounts of a network with the same limits are one."""
    takers: dict[tuple[str, Traits], Taker] = {}
    for account in accounts_of(workspace):
        label = face_of(account.network).label
        taker = Taker(network=account.network, traits=account.traits, named=label)
        takers.setdefault((taker.network, taker.traits), taker)
    return tuple(takers.values())


def fits_of(media: Media, takers: tuple[Taker, ...]) -> tuple[Fit, ...]:
    """What differs by account alone is told once: the networks, each with its verdict."""
    fits = [_fit(media, taker) for taker in takers]
    return tuple(dict.fromkeys(fits))


# A copy cures these when the post is handed over: see compose.validation.
_COPIED = frozenset({"smaller-copy", "other-kind"})


def _fit(media: Media, taker: Taker) -> Fit:
    findings = _about_the_file(media, taker.traits)
    if wrong := [one for one in findings if one.severity is Severity.ERROR]:
        return _judged(taker, Verdict.REFUSED, wrong[0])
    if copied := [one for one in findings if one.code in _COPIED]:
        return _judged(taker, Verdict.COPY, copied[0])
    return Fit(network=taker.network, named=taker.named, verdict=Verdict.AS_IT_IS)


def _about_the_file(media: Media, traits: Traits) -> tuple[Finding, ...]:
    part = Part(text="", media=(as_media_file(media, alt=""),))
    return review((part,), traits).findings


def _judged(taker: Taker, verdict: Verdict, finding: Finding) -> Fit:
    why = _WHY.get(finding.code)
    return Fit(
        network=taker.network,
        named=taker.named,
        verdict=verdict,
        why=str(why) if why else sentence_for_finding(finding),
    )


_WHY = {
    "smaller-copy": pgettext_lazy("what a network takes of a picture", "a smaller copy"),
    "other-kind": pgettext_lazy("what a network takes of a picture", "a copy of another kind"),
    "image-shape": pgettext_lazy("what a network takes of a picture", "not in this shape: crop it"),
    "image-type": pgettext_lazy("what a network takes of a picture", "not of this kind"),
    "image-too-large": pgettext_lazy("what a network takes of a picture", "too large"),
    "image-too-wide": pgettext_lazy("what a network takes of a picture", "too many pixels"),
    "animation-too-large": pgettext_lazy("what a network takes of a picture", "too large"),
    "no-animation": pgettext_lazy("what a network takes of a picture", "would stand still"),
}
