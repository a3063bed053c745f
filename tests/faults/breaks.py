"""Safeguards turned off in a worker, one at a time: the campaign must then find violations."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

from parvis.networks.contract import Found, Presence
from tests.faults.options import Break


def turn_off(safeguard: Break) -> None:
    _TURNING_OFF[safeguard]()


def _send_again_at_once() -> None:
    """What nobody knows the outcome of is taken for not sent, as most tools do."""
    from parvis.deliver import outcomes
    from parvis.deliver.models import Outcome
    from parvis.deliver.states import State

    decided = outcomes._follows

    def follows(*given: Any, **named: Any) -> Any:
        after, outcome = decided(*given, **named)
        return (State.SCHEDULED, Outcome.NOT_SENT) if after == State.CHECKING else (after, outcome)

    outcomes._follows = follows


def _go_on_without_a_lease() -> None:
    """Neither the fence nor the lease nor the state is asked for when an attempt is written or
    settled, nor does a worker keep to its own clock."""
    from parvis.deliver import claims, courier, ledger
    from parvis.networks.http import Http

    for room in (ledger, claims):
        _forget_conditions(room)
    courier.seconds_of_this_machine = lambda: 0.0
    Http.sending_before = lambda http, _moment: http  # type: ignore[method-assign]


_CONDITIONS = (
    (r"AND d\.fence = g\.fence", ""),
    (r"AND d\.lease_until > clock_timestamp\(\)", ""),
    (r"AND d\.worker = %\(worker\)s", ""),
    (r"AND d\.state IN \('claimed', 'sending', 'checking'\)", ""),
    (r"AND d\.state = ANY\(%\(before\)s\)", ""),
    (r"AND d\.state = g\.before", ""),
    (r"RETURNING d\.id, d\.fence", "RETURNING d.id, g.fence"),
)
_STATEMENTS = {"_WRITE", "_SETTLE", "_RENEW"}


def _forget_conditions(room: ModuleType) -> None:
    for name in _STATEMENTS & set(vars(room)):
        statement = changed = getattr(room, name)
        for condition, instead in _CONDITIONS:
            changed = re.sub(condition, instead, changed)
        if changed == statement:
            raise RuntimeError(f"{room.__name__}.{name} has no condition that could be left out")
        setattr(room, name, changed)


def _believe_in_absence() -> None:
    from parvis.config.reach import all_networks

    async def absent(*_given: Any, **_named: Any) -> Found:
        return Found(presence=Presence.ABSENT)

    for network in all_networks().values():
        network.look_up = absent  # type: ignore[method-assign]


_TURNING_OFF: dict[Break, Callable[[], None]] = {
    Break.RESEND: _send_again_at_once,
    Break.NOFENCE: _go_on_without_a_lease,
    Break.NOLOOKUP: _believe_in_absence,
}
