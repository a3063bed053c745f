"""What each network does about a text that comes again on one account, as data with its source.

None of them says for how long an equal text counts as the same again; a time of our own would be a
guess, so there is none here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Stance(StrEnum):
    FORBIDS = "forbids"
    """Its rules forbid it, whenever it comes: no text may come twice."""
    MAY_REFUSE = "may refuse"
    """It has refused equal posts, or counts them against an account; when is not known."""
    TAKES = "takes"
    """Nothing in it compares posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule:
    stance: Stance
    source: str


_META = (
    "Meta’s Community Standards on spam (2025): repetitive content is a signal for which accounts "
    "that post seldom are restricted as well. No time is named."
)
_RULES = {
    "x": RepeatRule(
        stance=Stance.FORBIDS,
        source=(
            "X’s automation rules: no duplicative or substantially similar posts on one account, "
            "at the same time or scheduled for later; the API answers 403, “duplicate content”, to "
            "a recent one. How recent is not documented."
        ),
    ),
    "linkedin": RepeatRule(
        stance=Stance.MAY_REFUSE,
        source=(
            "LinkedIn’s API answers 422, DUPLICATE_POST, and names the earlier post. How long ago "
            "that may be is not documented."
        ),
    ),
    "facebook": RepeatRule(
        stance=Stance.MAY_REFUSE,
        source=f"The Graph API’s errors 506 and 368 refuse repeated posts at times. {_META}",
    ),
    "instagram": RepeatRule(stance=Stance.MAY_REFUSE, source=_META),
    "threads": RepeatRule(stance=Stance.MAY_REFUSE, source=_META),
    "mastodon": RepeatRule(
        stance=Stance.TAKES,
        source=(
            "Mastodon’s server compares idempotency keys alone, never texts. The rules of a server "
            "may ask for more."
        ),
    ),
    "bluesky": RepeatRule(
        stance=Stance.TAKES,
        source="A repository takes any record under a new key; the reference PDS compares none.",
    ),
}
_UNKNOWN = RepeatRule(stance=Stance.MAY_REFUSE, source="Nothing is known of it.")


def repeat_rule(network: str) -> RepeatRule:
    return _RULES.get(network, _UNKNOWN)
