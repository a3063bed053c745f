"""What is left of a network's limits for an account, until when, and who shares it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from parvis.connections.allowances import allowances_of, wait_of
from parvis.connections.models import Account, Allowance
from parvis.networks.limits import A_DAY, DELETE, EVERYTHING, LOOK_UP, MEDIA, PUBLISH, READ, USAGE
from parvis.report.waits import sentence_for_wait

_WHAT = {
    EVERYTHING: gettext_lazy("Requests of every kind"),
    USAGE: gettext_lazy("Use of the API"),
    PUBLISH: gettext_lazy("Posts"),
    PUBLISH + A_DAY: gettext_lazy("Posts of a day"),
    MEDIA: gettext_lazy("Uploads"),
    MEDIA + A_DAY: gettext_lazy("Uploads of a day"),
    LOOK_UP: gettext_lazy("Looking posts up"),
    LOOK_UP + A_DAY: gettext_lazy("Looking posts up, in a day"),
    READ: gettext_lazy("Reading"),
    READ + A_DAY: gettext_lazy("Reading, in a day"),
    DELETE: gettext_lazy("Deletions"),
    DELETE + A_DAY: gettext_lazy("Deletions of a day"),
}
_ORDER = {bucket: number for number, bucket in enumerate(_WHAT)}
_WHOSE = {
    "account": pgettext_lazy("a limit", "for this account alone"),
    "app": pgettext_lazy("a limit", "shared by all accounts of the developer app"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceLine:
    """`share` is what is left, of 100; None where the network tells no whole. `until` is when the
    network counts anew; None where it does not say."""

    what: str
    left: str
    share: int | None
    whose: str
    until: datetime | None
    seen_at: datetime


def allowance_lines(account: Account) -> tuple[AllowanceLine, ...]:
    """What the network said lately and what still holds; nothing before it was asked."""
    known = [told for told in allowances_of(account) if told.bucket in _WHAT]
    return tuple(_line(told) for told in sorted(known, key=lambda told: _ORDER[told.bucket]))


def wait_in_words(account: Account) -> str:
    """Until when it is told to wait, and why; empty when it is not."""
    wait = wait_of(account)
    return sentence_for_wait(wait.facts) if wait else ""


def _line(told: Allowance) -> AllowanceLine:
    return AllowanceLine(
        what=str(_WHAT[told.bucket]),
        left=_left(told),
        share=_share(told),
        whose=str(_WHOSE[told.scope]),
        until=told.reset_at,
        seen_at=told.seen_at,
    )


def _share(told: Allowance) -> int | None:
    whole = 100 if told.bucket == USAGE else told.limit
    if not whole:
        return None
    return min(100, round(100 * (told.remaining or 0) / whole))


def _left(told: Allowance) -> str:
    if told.bucket == USAGE:
        return _("%(percent)s%% used") % {"percent": 100 - (told.remaining or 0)}
    if not told.remaining:
        return _("used up")
    if told.limit is None:
        return pgettext("a limit", "%(left)s left") % {"left": told.remaining}
    return _("%(left)s of %(limit)s left") % {"left": told.remaining, "limit": told.limit}
