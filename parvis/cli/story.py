"""`parvis posts show`: one post, delivery by delivery, as lines for a terminal."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from parvis.cli.comparing import found_in_lines, sent_in_lines, what_can_be_decided
from parvis.cli.moments import shown_to_a_person, shown_to_the_second
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from parvis.report.decisions import Decision
    from parvis.report.story import DeliveryStory, PostStory, ToldPart
    from parvis.report.trace import Step


def tell_story(voice: Voice, story: "PostStory", zone: "ZoneInfo") -> None:
    voice.answer(_facts(story), *_about_the_post(story))
    for delivery in story.deliveries:
        _tell_delivery(voice, story.post_id, delivery, zone)


def _facts(story: "PostStory") -> dict[str, Any]:
    """The moments of the trace to the millisecond, as ISO 8601."""
    facts = asdict(story)
    for delivery in facts["deliveries"]:
        for step in delivery["trace"]:
            step["at"] = step["at"].isoformat(timespec="milliseconds")
    return facts


def _about_the_post(story: "PostStory") -> Iterator[str]:
    kind = "Draft" if story.is_draft else "Post"
    yield f"{kind} {story.post_id}{', deleted' if story.is_deleted else ''}"
    for told in story.told:
        yield ""
        yield ", ".join(f"{who.network}:{who.named}" for who in told.places)
        for number, part in enumerate(told.parts, start=1):
            yield from [_part_name(number, part)] if len(told.parts) > 1 else []
            yield part.text
            yield from (f"( ) {option}" for option in part.options)
    yield from (f"[{media.name}] {media.alt}" for media in story.media)
    if story.is_draft:
        yield f"If it cannot go out on time: up to {story.lateness} late."


def _part_name(number: int, part: "ToldPart") -> str:
    return "First comment:" if part.is_comment else f"Part {number}:"


def _tell_delivery(voice: Voice, post_id: int, delivery: "DeliveryStory", zone: "ZoneInfo") -> None:
    for line in _about_the_delivery(delivery, zone):
        voice.tell(line)
    if delivery.decision and delivery.decision.evidence:
        _tell_comparison(voice, post_id, delivery.decision, zone)
    voice.tell("  What happened:")
    for step in delivery.trace:
        voice.tell(f"    {_step_in_a_line(delivery, step, zone)}")


def _about_the_delivery(delivery: "DeliveryStory", zone: "ZoneInfo") -> Iterator[str]:
    due = shown_to_a_person(delivery.due_at, zone)
    yield ""
    yield (
        f"{delivery.delivery_id}  {delivery.network}:{delivery.named}  {delivery.words}, due {due}"
    )
    told = (
        delivery.going_out.words,
        " ".join(filter(None, (delivery.reason, delivery.follows))),
        _next(delivery, zone),
        _turn(delivery, zone),
        _lateness(delivery),
        *(part.link for part in delivery.going_out.out),
    )
    yield from (f"  {line}" for line in told if line)


def _next(delivery: "DeliveryStory", zone: "ZoneInfo") -> str:
    if not delivery.reason or delivery.next_at is None:
        return ""
    return f"Next: {shown_to_the_second(delivery.next_at, zone)}."


def _turn(delivery: "DeliveryStory", zone: "ZoneInfo") -> str:
    waiting = delivery.waiting
    if waiting is None or not waiting.is_behind:
        return waiting.words if waiting else ""
    doing = {
        "checking": "whose outcome is being looked up",
        "scheduled": "which is about to be tried again",
    }.get(waiting.behind_state, "which is being sent")
    due = shown_to_a_person(waiting.behind_due_at, zone)
    return f"It goes out after post {waiting.behind_post_id}, due {due}, {doing}."


def _lateness(delivery: "DeliveryStory") -> str:
    if delivery.state != "scheduled":
        return ""
    return f"If it cannot go out on time: up to {delivery.lateness} late, then it is held."


def _tell_comparison(voice: Voice, post_id: int, decision: "Decision", zone: "ZoneInfo") -> None:
    voice.tell("")
    voice.beside(sent_in_lines(decision, zone), found_in_lines(decision, zone))
    voice.tell("")
    for line in what_can_be_decided(post_id, decision):
        voice.tell(f"  {line}")


def _step_in_a_line(delivery: "DeliveryStory", step: "Step", zone: "ZoneInfo") -> str:
    part = f"Part {step.part}. " if step.part and delivery.going_out.has_several else ""
    told = [f"{shown_to_the_second(step.at, zone)}  {part}{step.words}"]
    if step.moment is not None:
        until = "Until" if step.kind == "waits" else "Its time:"
        told.append(f"{until} {shown_to_the_second(step.moment, zone)}.")
    told += [step.link] if step.link else []
    told += [f"(after {step.seconds:.1f} s)"] if step.seconds is not None else []
    told += [f"[{step.worker}]"] if step.worker else []
    return " ".join(told)
