"""What a network cannot carry of a poll."""

from collections.abc import Iterator

from parvis.networks.errors import Refused
from parvis.networks.fit.refusal import refused
from parvis.networks.part import Part, Poll, split_question
from parvis.networks.text import count_units
from parvis.networks.traits import PollTraits, Traits


def poll_misfits(poll: Poll, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if traits.poll is None:
        yield refused("no-poll", f"{network} takes no poll from us.", "Take the poll out")
        return
    yield from _option_misfits(poll, traits, traits.poll, network)
    yield from _question_misfits(part.text, traits, traits.poll, network)
    if poll.multiple_choice and not traits.poll.has_multiple_choice:
        yield refused(
            "poll-one-choice",
            f"A poll on {network} allows one choice alone.",
            "Let people choose one option",
        )
    if part.media and not traits.poll.with_media:
        yield refused(
            "poll-with-media",
            f"{network} takes no poll beside media.",
            "Keep the poll or the media",
        )
    if not _has_fitting_minutes(poll, traits.poll):
        yield refused(
            "poll-minutes",
            f"A poll on {network} cannot last {poll.minutes} minutes.",
            "Choose another duration",
            minutes=poll.minutes,
            shortest=traits.poll.shortest_minutes,
            longest=traits.poll.longest_minutes,
        )


def _option_misfits(
    poll: Poll, traits: Traits, poll_traits: PollTraits, network: str
) -> Iterator[Refused]:
    if not 2 <= len(poll.options) <= poll_traits.most_options:
        yield refused(
            "poll-options",
            f"A poll on {network} has 2 to {poll_traits.most_options} options.",
            "Change their number",
            count=len(poll.options),
            limit=poll_traits.most_options,
        )
    if not all(option.strip() for option in poll.options):
        yield refused("poll-empty-option", "An option of the poll is empty.", "Fill it in")
    longest = max((count_units(option, traits) for option in poll.options), default=0)
    if longest > poll_traits.option_limit:
        yield refused(
            "poll-option-too-long",
            f"An option has {longest} characters of {poll_traits.option_limit} that {network} "
            "takes.",
            "Shorten it",
            length=longest,
            limit=poll_traits.option_limit,
        )


def _question_misfits(
    text: str, traits: Traits, poll_traits: PollTraits, network: str
) -> Iterator[Refused]:
    limit = poll_traits.question_limit
    question, _ = split_question(text)
    length = count_units(question, traits)
    if limit is not None and not 0 < length <= limit:
        yield refused(
            "poll-question",
            f"{network} shows a poll’s question by itself: the first line of the text, of at most "
            f"{limit} characters. It has {length}.",
            "Put the question on the first line",
            length=length,
            limit=limit,
        )


def _has_fitting_minutes(poll: Poll, traits: PollTraits) -> bool:
    if traits.minutes and poll.minutes not in traits.minutes:
        return False
    return traits.shortest_minutes <= poll.minutes <= traits.longest_minutes
