"""At which rhythm an account's posts are read: as its owner says, else as its network allows."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.engagement.models import Pace, Patience, Reading
from parvis.engagement.pace import LEAN, LEAN_ENDS, NORMAL, Rhythm
from parvis.networks.prices import Price, price_of

USUAL_DAYS = 90
# Of prices.toml: what each post that is answered costs, and each person who is named.
READ, READ_A_PERSON = "read", "user-read"


def usual_pace(network: str, on: date) -> Pace:
    """Sparingly where each look costs money, until the owner says otherwise."""
    return Pace.LEAN if price_of_a_look(network, on) else Pace.NORMAL


def price_of_a_look(network: str, on: date) -> Price | None:
    return price_of(network, READ, on)


def pace_of(account: Account, kept: Reading | None, on: date) -> Pace:
    return Pace(kept.pace) if kept and kept.pace else usual_pace(account.network, on)


def rhythms_of(accounts: Iterable[Account], on: date) -> Mapping[int, Rhythm | None]:
    """By the accounts' ids; None where nothing is read by itself. Two queries."""
    listed = list(accounts)
    readings = {one.account_id: one for one in Reading.objects.filter(account__in=listed)}
    days = days_followed({account.workspace_id for account in listed})
    return {
        account.pk: _rhythm(
            pace_of(account, readings.get(account.pk), on), days[account.workspace_id]
        )
        for account in listed
    }


def days_followed(workspace_ids: Iterable[int]) -> Mapping[int, int | None]:
    """For how many days each workspace follows its posts; None for ever."""
    ids = list(workspace_ids)
    said = dict(Patience.objects.filter(workspace__in=ids).values_list("workspace_id", "days"))
    return {one: said.get(one, USUAL_DAYS) for one in ids}


def networks_read_in_batches(on: date) -> list[str]:
    """Where reading a post along with others costs nothing more."""
    return [
        name
        for name, network in all_networks().items()
        if network.figures_at_once > 1 and price_of_a_look(name, on) is None
    ]


def _rhythm(pace: Pace, days: int | None) -> Rhythm | None:
    if pace is Pace.OFF:
        return None
    if days is None:
        return LEAN if pace is Pace.LEAN else NORMAL.ending(None)
    wished = timedelta(days=days)
    return LEAN.ending(min(wished, LEAN_ENDS)) if pace is Pace.LEAN else NORMAL.ending(wished)
