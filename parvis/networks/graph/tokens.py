"""Tokens of about 60 days, as Threads and Instagram Login give them.

One can be renewed as often as wanted once it is 24 hours old; one that was not renewed in time is
dead, and then only the person can give another.
"""

from datetime import datetime, timedelta

from parvis.networks.answer import Answer
from parvis.networks.contract import Tokens
from parvis.networks.graph.call import GraphApi, word
from parvis.networks.secret import Secret

# Once a week leaves seven more tries before the 60 days are over, and a token is never refused for
# being younger than 24 hours.
_RENEWED_AFTER = timedelta(days=7)


def read_lasting(api: GraphApi, answer: Answer, scopes: tuple[str, ...], now: datetime) -> Tokens:
    """What was answered to an exchange or a renewal."""
    lasts = api.accepted(answer).get("expires_in")
    if not isinstance(lasts, int) or lasts <= 0:
        raise answer.unreadable()
    life = timedelta(seconds=lasts)
    return Tokens(
        access=Secret(word(answer, "access_token")),
        expires_at=now + life,
        refresh_at=now + min(_RENEWED_AFTER, life / 2),
        scopes=scopes,
    )
