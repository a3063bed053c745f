"""For which limit of a network something waits, whose it is, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from parvis.networks import present
from parvis.networks.limits import A_DAY, PUBLISH, USAGE, stops_deliveries
from parvis.people.dates import written_date
from parvis.report.faces import face_of

_POSTS_AGAIN = {
    "account": _("%(network)s lets this account post again %(when)s."),
    "app": _("%(network)s lets the accounts of this developer app post again %(when)s."),
}
_ANSWERS_AGAIN = {
    "account": _("%(network)s lets this account be read again %(when)s."),
    "app": _("%(network)s lets the accounts of this developer app be read again %(when)s."),
}
_POSTS_OF_THE_DAY = _("%(limit)s of %(limit)s posts of the day are used.")
_REQUESTS_OF_THE_DAY = _("%(limit)s of %(limit)s requests of the day are used.")
_REQUESTS = _("%(limit)s of %(limit)s requests are used.")


def sentence_for_wait(facts: Mapping[str, Any]) -> str:
    """From the facts of a SlowDown or a Wait. Empty when they do not tell until when."""
    until, scope = moment_told(facts.get("until")), str(facts.get("scope"))
    bucket, network = str(facts.get("bucket", "")), str(facts.get("network") or "")
    if until is None or scope not in _POSTS_AGAIN or not network:
        return ""
    again = (_POSTS_AGAIN if stops_deliveries(bucket) else _ANSWERS_AGAIN)[scope]
    told = str(again % {"network": face_of(network).label, "when": when_in_words(until)})
    limit = facts.get("limit")
    if not isinstance(limit, int) or bucket == USAGE:
        return told
    return f"{told} {_used(bucket) % {'limit': limit}}"


def _used(bucket: str) -> str:
    if not bucket.endswith(A_DAY):
        return str(_REQUESTS)
    return str(_POSTS_OF_THE_DAY if bucket == PUBLISH + A_DAY else _REQUESTS_OF_THE_DAY)


def moment_told(said: Any) -> datetime | None:
    """A fact that is a moment; None where it is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return moment if timezone.is_aware(moment) else None


def when_in_words(moment: datetime) -> str:
    """“at 14:05”, with its day when it is not today; on the reader's clock."""
    local = timezone.localtime(moment)
    hands = {"hour": local.hour, "minute": local.minute}
    time = pgettext("time of day", "%(hour)02d:%(minute)02d") % hands
    if local.date() == timezone.localdate(present.now()):
        return pgettext("until when", "at %(time)s") % {"time": time}
    day = written_date(local, pgettext("day, Django’s date format", "l j F"))
    return pgettext("until when", "on %(day)s at %(time)s") % {"day": day, "time": time}
