"""What was sent beside what was found, as lines for a terminal.

What only the post there says stands in {+plus+}, what is missing there in [-minus-], as wdiff has
it: marks that need no colour.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parvis.cli.moments import shown_to_the_second

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from parvis.report.decisions import Decision
    from parvis.report.differing import Stretch
    from parvis.report.evidence import Candidate, Evidence, Sent


def sent_in_lines(decision: "Decision", zone: "ZoneInfo") -> list[str]:
    assert decision.evidence is not None
    return list(_sent(decision, decision.evidence.sent, zone))


def found_in_lines(decision: "Decision", zone: "ZoneInfo") -> list[str]:
    assert decision.evidence is not None
    candidates = decision.evidence.candidates
    if not candidates:
        return ["NOTHING WAS FOUND", *_searched(decision.evidence, zone)]
    lines = [line for each in candidates for line in ("", *_candidate(each, zone))]
    return lines[1:]


def what_can_be_decided(post_id: int, decision: "Decision") -> Iterator[str]:
    """Each command with what follows from it."""
    assert decision.evidence is not None
    yield "Decide:"
    for choice, follows in _choices(decision, decision.evidence):
        command = f"parvis posts decide {post_id} {choice} --delivery {decision.delivery_id}"
        yield f"  {command}"
        yield f"      {follows}"


def _sent(decision: "Decision", sent: "Sent", zone: "ZoneInfo") -> Iterator[str]:
    yield "WHAT WAS SENT"
    told = f"{decision.network}:{decision.speaker.named}"
    if sent.last_at is not None:
        told += f", {shown_to_the_second(sent.last_at, zone)}"
    yield told + (f", sent {sent.attempts} times" if sent.attempts > 1 else "")
    if sent.is_comment:
        yield "The first comment."
    elif decision.going_out.parts > 1:
        yield f"Part {sent.number} of {decision.going_out.parts}."
    if sent.follows is not None:
        yield f"It answers {sent.follows.link}".rstrip()
    if sent.content_warning:
        yield f"Content warning: {sent.content_warning}"
    yield sent.text or "No text."
    yield from (f"( ) {option}" for option in sent.options)
    for file in sent.media:
        yield f"[{'video' if file.is_video else 'picture'}] {file.alt or 'no description'}"


def _candidate(found: "Candidate", zone: "ZoneInfo") -> Iterator[str]:
    yield f"CANDIDATE {found.number}"
    if found.published_at is None:
        yield "The network tells no time."
    else:
        at = shown_to_the_second(found.published_at, zone)
        yield f"{at}, {found.distance}" if found.distance else at
    if found.url:
        yield found.url
    yield "".join(_marked(stretch) for stretch in found.difference.stretches) or "No text."
    yield " ".join(filter(None, (found.likeness, found.missing, found.added, found.shows)))


def _marked(stretch: "Stretch") -> str:
    before, after = {"added": ("{+", "+}"), "missing": ("[-", "-]")}.get(stretch.mark, ("", ""))
    return f"{before}{stretch.text}{after}"


def _searched(evidence: "Evidence", zone: "ZoneInfo") -> Iterator[str]:
    search = evidence.search
    if evidence.sent.last_at is None:
        yield "There is no record here of what was sent, or when: look on the account yourself."
        return
    if not search.times:
        yield "Nothing was looked up yet."
        return
    last = f", last {shown_to_the_second(search.last_at, zone)}" if search.last_at else ""
    yield f"The network was asked {_times(search.times)}{last}."
    if search.was_answered and search.since is not None:
        yield (
            f"It showed nothing like this from {shown_to_the_second(search.since, zone)} on. That "
            "proves nothing: it may not show everything, or not yet."
        )
    else:
        yield "It could not be read, so nothing is known of what is there."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _choices(decision: "Decision", evidence: "Evidence") -> Iterator[tuple[str, str]]:
    if evidence.candidates:
        yield "there --candidate N", "It is candidate N: noted as published."
    alone = decision.going_out.has_several and not decision.is_last_part
    given_up = " The rest cannot answer an address alone: it is given up." if alone else ""
    yield "there --url ADDRESS", f"It is there, at this address: noted as published.{given_up}"
    if decision.lookable:
        yield "look", "The network is asked again. Nothing is sent unless it is surely not there."
    yield "again", _again(evidence)
    yield "give-up", "Nothing more is sent. If it is there, it stays there."


def _again(evidence: "Evidence") -> str:
    if evidence.twice_is_impossible:
        return "The very same post is sent. If it is there after all, it is not taken twice."
    return "The very same post is sent. If it is there after all, it may stand there twice."
