"""What a person must decide, with the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from parvis.connections.models import AccountState
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.outlasting import limit_that_outlasts
from parvis.deliver.states import MAY_BE_CALLED_BACK, STAYED_HERE, State
from parvis.people.models import Workspace
from parvis.report import phrases
from parvis.report.deciding import to_decide
from parvis.report.evidence import Evidence, evidence_about
from parvis.report.faces import Speaker, face_of
from parvis.report.going_out import GoingOut, going_out
from parvis.report.lateness import TOO_LATE, sentence_for_lateness, sentence_for_limit
from parvis.report.sentences import sentence_for_reason, sentence_for_what_follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`going_out` tells what is out of it. `reconnects_first`: releasing it would only fail;
    `wants_reconnecting`: its account is among those to connect again.
    `correctable`: the post can be a draft. `movable`: another time can be chosen. `lookable`: an
    attempt is on record that the network can be asked about. `evidence` is there while the outcome
    is unknown. While the account or everything `is_paused` nothing can be sent. `limit` says why
    what is held cannot be sent now; empty where it can."""

    delivery_id: int
    post_id: int
    account_id: int
    text: str
    network: str
    handle: str
    is_sandbox: bool
    state: str
    due_at: datetime
    reason: str
    follows: str
    tries: int
    evidence: Evidence | None
    going_out: GoingOut
    reconnects_first: bool
    wants_reconnecting: bool
    correctable: bool
    movable: bool
    lookable: bool
    is_paused: bool
    limit: str

    @property
    def speaker(self) -> Speaker:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox)

    @property
    def heading(self) -> str:
        """What is the matter, in one line."""
        headings: Mapping[str, Any] = phrases.DECISIONS
        if self.going_out.next_is_comment:
            headings = phrases.DECISIONS_ABOUT_A_COMMENT
        elif self.going_out.parts > 1:
            headings = phrases.DECISIONS_ABOUT_A_PART
        return str(headings[self.state]) % {
            "network": face_of(self.network).label,
            "handle": self.speaker.named,
            "part": self.going_out.next_number,
            "parts": self.going_out.parts,
        }

    @property
    def is_partly_out(self) -> bool:
        return self.going_out.is_partly_out

    @property
    def is_last_part(self) -> bool:
        """Nothing comes after the one in question."""
        return self.going_out.next_number >= self.going_out.parts + self.going_out.has_comment

    @property
    def is_unknown(self) -> bool:
        return self.state == State.UNKNOWN

    @property
    def is_held(self) -> bool:
        return self.state == State.HELD

    @property
    def is_refused(self) -> bool:
        return self.state == State.REFUSED


def decisions_of(workspace: Workspace, at_most: int, now: datetime) -> list[Decision]:
    """The oldest first."""
    waiting = with_way_back(to_decide(workspace)).select_related("account__workspace", "post")
    waiting = waiting.prefetch_related("attempts", "events").order_by("due_at", "pk")
    return [decision_about(delivery, now) for delivery in waiting[:at_most]]


def with_way_back(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Annotates whether anything of the same post went out, or may have, and whether there is
    an attempt to look up."""
    never_went_out = Q(state__in=STAYED_HERE | MAY_BE_CALLED_BACK, receipts=[])
    others = Delivery.objects.filter(post=OuterRef("post")).exclude(never_went_out)
    asked_for = Attempt.objects.filter(delivery=OuterRef("pk"), request__has_key="key")
    return deliveries.annotate(went_out=Exists(others), was_tried=Exists(asked_for))


def decision_about(delivery: Delivery, now: datetime) -> Decision:
    account = delivery.account
    return Decision(
        delivery_id=delivery.pk,
        post_id=delivery.post_id,
        account_id=account.pk,
        text=said_by(delivery),
        network=account.network,
        handle=account.handle,
        is_sandbox=account.is_sandbox,
        state=delivery.state,
        due_at=delivery.due_at,
        reason=reason_of(delivery, now),
        follows=what_follows(delivery),
        tries=delivery.tries,
        evidence=evidence_about(delivery) if delivery.state == State.UNKNOWN else None,
        going_out=going_out(delivery),
        reconnects_first=account.state != AccountState.CONNECTED,
        wants_reconnecting=account.state == AccountState.NEEDS_RECONNECT,
        correctable=not delivery.went_out,  # type: ignore[attr-defined]  # with_way_back
        movable=delivery.may_be_called_back and not delivery.went_out,  # type: ignore[attr-defined]
        lookable=delivery.was_tried,  # type: ignore[attr-defined]  # with_way_back
        is_paused=account.is_paused,
        limit=_limit_of(delivery, now),
    )


def _limit_of(delivery: Delivery, now: datetime) -> str:
    until = limit_that_outlasts(delivery, now) if delivery.state == State.HELD else None
    return sentence_for_limit(delivery, until) if until else ""


def reason_of(delivery: Delivery, now: datetime | None = None) -> str:
    """With `now`, what is too late says by how much."""
    if not delivery.reason_code:
        return ""
    if delivery.reason_code == TOO_LATE and now is not None:
        return sentence_for_lateness(
            (now - delivery.due_at).total_seconds(), delivery.lateness_allowed
        )
    return sentence_for_reason(delivery.reason_code, delivery.reason_facts, delivery.reason)


def what_follows(delivery: Delivery) -> str:
    return sentence_for_what_follows(
        delivery.state, delivery.reason_code, partly_out=delivery.is_partly_out
    )


def said_by(delivery: Delivery) -> str:
    """The text as it was frozen for this account."""
    return "\n\n".join(part["text"] for part in delivery.parts)
