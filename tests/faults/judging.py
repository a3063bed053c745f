"""Compares what was to be published with what is on the timelines. Pure: data in, violations out.

lost        due, and neither published nor refused, and nobody is told or asked
duplicated  on the network more often than it was to be
wrong       what is recorded differs from what the network shows: ids, texts, the order of a
            thread, media, or whether it is there at all
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

TOLD = frozenset({"held", "unknown"})
ENDED = frozenset({"published", "refused", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One part of a delivery as it was frozen."""

    text: str
    media: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A delivery as Parvis keeps it; `receipts` are the network's ids of its published parts.
    `waits` for the end of a limit that the network told, as its page says."""

    id: int
    author: str
    state: str
    parts: tuple[Said, ...]
    receipts: tuple[str, ...] = ()
    is_due: bool = True
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A post on the network; `parent` is what it answers, empty where it answers nothing."""

    remote_id: str
    author: str
    text: str
    media: int = 0
    parent: str = ""


class Fault(StrEnum):
    LOST = "lost"
    DUPLICATED = "duplicated"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`delivery` is None for a post that nobody here has sent."""

    fault: Fault
    delivery: int | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    deliveries: int = 0
    published: int = 0
    refused: int = 0
    held: int = 0
    taken_back: int = 0
    waiting: int = 0
    violations: Sequence[Violation] = field(default_factory=tuple)

    def count(self, fault: Fault) -> int:
        return sum(violation.fault is fault for violation in self.violations)


def judge(recorded: Sequence[Recorded], shown: Sequence[Shown]) -> Verdict:
    """Of one network."""
    states = [one.state for one in recorded]
    return Verdict(
        deliveries=len(recorded),
        published=states.count("published"),
        refused=states.count("refused"),
        held=sum(state in TOLD for state in states),
        taken_back=states.count("cancelled"),
        waiting=sum(one.waits and one.state not in TOLD | ENDED for one in recorded),
        violations=(
            *_lost(recorded),
            *_more_than_sent(recorded, shown),
            *_not_as_recorded(recorded, shown),
        ),
    )


def _lost(recorded: Iterable[Recorded]) -> Iterator[Violation]:
    for one in recorded:
        if one.is_due and not one.waits and one.state not in TOLD | ENDED:
            yield Violation(
                fault=Fault.LOST,
                delivery=one.id,
                sentence=f"due, and still {one.state} at the end",
            )


def _more_than_sent(recorded: Sequence[Recorded], shown: Sequence[Shown]) -> Iterator[Violation]:
    """Equal texts are counted together: they cannot be told apart."""
    sent: dict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for one in recorded:
        for part in one.parts:
            sent[one.author, _plain(part.text)].append(one)
    for (author, text), posts in _by_words(shown).items():
        senders = sent.get((author, text), [])
        fault = Fault.DUPLICATED if senders else Fault.WRONG
        for post in posts[len(senders) :]:
            yield Violation(
                fault=fault,
                delivery=senders[0].id if senders else None,
                sentence=f"{post.remote_id} is on the network, {len(posts)} of {len(senders)}: "
                f"{text[-40:]!r}",
            )


def _not_as_recorded(recorded: Sequence[Recorded], shown: Sequence[Shown]) -> Iterator[Violation]:
    by_id = {post.remote_id: post for post in shown}
    for one in recorded:
        for sentence in _differences(one, by_id):
            yield Violation(fault=Fault.WRONG, delivery=one.id, sentence=sentence)
    yield from _taken_twice(recorded)
    yield from _out_without_a_receipt(recorded, shown)


def _differences(one: Recorded, by_id: Mapping[str, Shown]) -> Iterator[str]:
    if one.state == "published" and len(one.receipts) != len(one.parts):
        yield f"published with {len(one.receipts)} receipts for {len(one.parts)} parts"
    before = ""
    for number, (receipt, part) in enumerate(zip(one.receipts, one.parts, strict=False)):
        post = by_id.get(receipt)
        if post is None:
            yield f"part {number} is recorded as {receipt}, which is not there"
        else:
            yield from _differences_of_part(one, number, part, post, before)
        before = receipt


def _differences_of_part(
    one: Recorded, number: int, part: Said, post: Shown, before: str
) -> Iterator[str]:
    if post.author != one.author:
        yield f"part {number} stands at {post.author} instead of {one.author}"
    if _plain(post.text) != _plain(part.text):
        yield f"part {number} says {post.text!r} instead of {part.text!r}"
    if post.media != part.media:
        yield f"part {number} has {post.media} media instead of {part.media}"
    if post.parent != before:
        yield f"part {number} answers {post.parent!r} instead of {before!r}"


def _taken_twice(recorded: Sequence[Recorded]) -> Iterator[Violation]:
    owner: dict[str, int] = {}
    for one in recorded:
        for receipt in one.receipts:
            if owner.setdefault(receipt, one.id) != one.id:
                yield Violation(
                    fault=Fault.WRONG,
                    delivery=one.id,
                    sentence=f"{receipt} is recorded of delivery {owner[receipt]} as well",
                )


def _out_without_a_receipt(
    recorded: Sequence[Recorded], shown: Sequence[Shown]
) -> Iterator[Violation]:
    """There, within what was to be sent, and yet nobody's: only a delivery that a person is asked
    about may not know of its own post."""
    known = {receipt for one in recorded for receipt in one.receipts}
    unclaimed = _by_words(post for post in shown if post.remote_id not in known)
    for one in recorded:
        for part in one.parts[len(one.receipts) :]:
            posts = unclaimed.get((one.author, _plain(part.text)), [])
            if not posts:
                continue
            post = posts.pop()
            if one.state != "unknown" and not (_may_still_be_found(one)):
                yield Violation(
                    fault=Fault.WRONG,
                    delivery=one.id,
                    sentence=f"{one.state}, and yet {post.remote_id} is on the network",
                )


def _may_still_be_found(one: Recorded) -> bool:
    """Counted as lost already."""
    return one.state not in TOLD | ENDED


def _by_words(shown: Iterable[Shown]) -> dict[tuple[str, str], list[Shown]]:
    found: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for post in shown:
        found[post.author, _plain(post.text)].append(post)
    return found


def _plain(text: str) -> str:
    """Networks differ in white space alone."""
    return " ".join(text.split())
