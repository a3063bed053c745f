"""Claims what is due and hands it to the engine in batches. The future is never enqueued."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from parvis.deliver import tasks
from parvis.deliver.claims import Claim, claim_due, claim_lookups, sweep

BATCH = 200


def tick() -> int:
    """Answers how many deliveries were claimed or swept; a full batch asks for another tick."""
    return sweep() + _hand_over(claim_due, tasks.deliver) + _hand_over(claim_lookups, tasks.look_up)


@transaction.atomic
def _hand_over(claim: Callable[[int], list[Claim]], task: Any) -> int:
    """The claim and the job that will work on it are one commit."""
    claims: Sequence[Claim] = claim(BATCH)
    if claims:
        task.defer(claims=[[claim.delivery_id, claim.fence] for claim in claims])
    return len(claims)
