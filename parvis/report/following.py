"""How a workspace's accounts are read: at which pace, why, and since when they are not."""

from dataclasses import dataclass
from datetime import datetime

from parvis.connections.models import Account, AccountState
from parvis.deliver.verbs import database_now
from parvis.engagement.models import Reading
from parvis.engagement.rhythms import days_followed, usual_pace
from parvis.people.models import Workspace
from parvis.report.faces import Speaker, speaker_of
from parvis.report.figure_reasons import why_not, why_so


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFollowed:
    """`pace` is what the owner chose; empty for the usual one."""

    account_id: int
    speaker: Speaker
    pace: str
    usual: str
    reason: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """`days` None for ever."""

    days: int | None
    accounts: tuple[AccountFollowed, ...]


def following_of(workspace: Workspace) -> Followed:
    """Three queries."""
    now = database_now()
    accounts = workspace.accounts.exclude(state=AccountState.DISCONNECTED)
    listed = accounts.select_related("reading").order_by("network", "handle")
    return Followed(
        days=days_followed([workspace.pk])[workspace.pk],
        accounts=tuple(_followed(account, now) for account in listed),
    )


def _followed(account: Account, now: datetime) -> AccountFollowed:
    reading: Reading | None = getattr(account, "reading", None)
    return AccountFollowed(
        account_id=account.pk,
        speaker=speaker_of(account),
        pace=reading.pace if reading else "",
        usual=str(usual_pace(account.network, now.date()).label),
        reason=why_so(account, reading, now),
        trouble=why_not(account, reading, now),
    )
