"""Why figures are read rarely, or cannot be read, and what reading them costs."""

from datetime import datetime

from django.utils.translation import gettext as _

from parvis.connections.models import Account, AccountState
from parvis.engagement.models import Pace, Reading
from parvis.engagement.rhythms import READ, READ_A_PERSON, pace_of
from parvis.networks.prices import price_of
from parvis.report.faces import face_of
from parvis.report.sentences import price_in_words
from parvis.report.waits import sentence_for_wait, when_in_words

_LACKS_PERMISSION = frozenset({"no-permission", "scope-missing", "forbidden"})


def why_not(account: Account, reading: Reading | None, now: datetime) -> str:
    """Why the account cannot be read now, and when it is tried again; empty where it can."""
    label = face_of(account.network).label
    if account.state != AccountState.CONNECTED:
        return _("Nothing is read while %(network)s is not connected.") % {"network": label}
    if reading is None or reading.waits_until is None or reading.waits_until <= now:
        return ""
    when = {"network": label, "when": when_in_words(reading.waits_until)}
    if reading.trouble_code in _LACKS_PERMISSION:
        return (
            _(
                "%(network)s does not let Parvis read the figures of this account: its permission "
                "does not reach so far. Parvis asks again %(when)s."
            )
            % when
        )
    if told := sentence_for_wait(reading.trouble_facts):
        return told
    if reading.trouble_code:
        return _("%(network)s did not tell the last time. Parvis asks again %(when)s.") % when
    return (
        _(
            "Little is left of what %(network)s allows, and publishing comes first. It is read "
            "again %(when)s."
        )
        % when
    )


def why_so(account: Account, reading: Reading | None, now: datetime) -> str:
    """Why it is read rarely, or not at all; empty where it is read as its figures move."""
    pace = pace_of(account, reading, now.date())
    label = {"network": face_of(account.network).label}
    if pace is Pace.OFF:
        return _("Posts of this account are not read by themselves.")
    if pace is Pace.LEAN and price_of(account.network, READ, now.date()):
        return _("%(network)s charges for each look, so posts are read sparingly.") % label
    if pace is Pace.LEAN:
        return _("Posts of this account are read sparingly.")
    return ""


def price_of_reading(account: Account, now: datetime) -> str:
    """What a look costs where it costs something."""
    look = price_of(account.network, READ, now.date())
    person = price_of(account.network, READ_A_PERSON, now.date())
    if look is None or account.is_sandbox:
        return ""
    told = {
        "network": face_of(account.network).label,
        "price": price_in_words(str(look.amount), look.currency),
    }
    if person is None:
        return _("%(network)s charges %(price)s for each post that is read.") % told
    told["person"] = price_in_words(str(person.amount), person.currency)
    return (
        _(
            "%(network)s charges %(price)s for each post and each reply that is read, and "
            "%(person)s for each person who is named with a reply."
        )
        % told
    )
