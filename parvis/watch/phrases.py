"""What a trouble is called and what to do about it, by code, in the reader's language.

Each sentence says what happened, what is kept, and what to do.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from parvis.watch import troubles
from parvis.watch.troubles import Trouble


def heading_of(trouble: Trouble) -> str:
    """A few words, without a full stop."""
    return str(_HEADINGS.get(trouble.code, trouble.code))


def sentence_of(trouble: Trouble) -> str:
    if trouble.code in _COUNTED:
        return _COUNTED[trouble.code](trouble.facts)
    if trouble.code in _CLOCKS:
        return _about_a_clock(trouble)
    return str(_SENTENCES.get(trouble.code, trouble.code)) % trouble.facts


def duration_in_words(seconds: float) -> str:
    """In one unit, rounded: “40 seconds”, “3 hours”."""
    whole = round(seconds)
    if whole < 120:
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    if whole < 7200:
        minutes = round(whole / 60)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if whole < 172_800:
        hours = round(whole / 3600)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(whole / 86_400)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _overdue(facts: Mapping[str, Any]) -> str:
    told = {"n": facts["count"], "waited": duration_in_words(facts["seconds"])}
    return (
        ngettext(
            "%(n)s delivery is due and nobody has begun it; it has waited for %(waited)s. Nothing "
            "is lost: it goes out once a worker takes it. See that a worker runs, and what its log "
            "says.",
            "%(n)s deliveries are due and nobody has begun them; the first has waited for "
            "%(waited)s. Nothing is lost: they go out once a worker takes them. See that a worker "
            "runs, and what its log says.",
            facts["count"],
        )
        % told
    )


def _held_late(facts: Mapping[str, Any]) -> str:
    return ngettext(
        "%(n)s delivery came due while nothing could be sent, longer ago than its post allows. It "
        "was not sent and is kept: decide whether it still makes sense.",
        "%(n)s deliveries came due while nothing could be sent, longer ago than their posts allow. "
        "They were not sent and are kept: decide whether they still make sense.",
        facts["count"],
    ) % {"n": facts["count"]}


def _to_decide(facts: Mapping[str, Any]) -> str:
    return ngettext(
        "Whether %(n)s delivery is on its network could not be found out. It is not sent again "
        "before you have decided.",
        "Whether %(n)s deliveries are on their networks could not be found out. None is sent again "
        "before you have decided.",
        facts["count"],
    ) % {"n": facts["count"]}


def _about_a_clock(trouble: Trouble) -> str:
    ahead, behind = _CLOCKS[trouble.code]
    seconds = trouble.facts["seconds"]
    told = {**trouble.facts, "apart": duration_in_words(abs(seconds))}
    return str(ahead if seconds > 0 else behind) % told


_COUNTED = {
    troubles.OVERDUE: _overdue,
    troubles.HELD_LATE: _held_late,
    troubles.TO_DECIDE: _to_decide,
}

_HEADINGS = {
    troubles.OVERDUE: _("Deliveries are overdue"),
    troubles.NO_WORKER: _("Nothing is being sent: no worker is running"),
    troubles.NO_CLOCK: _("Nothing is being sent: no clock is running"),
    troubles.NO_DELIVERER: _("Nothing is being sent: nobody delivers"),
    troubles.NO_COLLECTOR: _("Nobody renews permissions"),
    troubles.WORKER_SILENT: _("A worker has fallen silent"),
    troubles.CLOCK_APART: _("A clock is wrong"),
    troubles.HOST_CLOCK_JUMPED: _("A clock has jumped"),
    troubles.DATABASE_CLOCK_JUMPED: _("The database’s clock has jumped"),
    troubles.LITTLE_SPACE: _("The disk is nearly full"),
    troubles.HELD_LATE: _("Held, because it would have been too late"),
    troubles.TO_DECIDE: _("An outcome is unknown"),
    troubles.UNWATCHED: _("Nobody keeps watch"),
    troubles.DATABASE_AWAY: _("The database does not answer"),
    troubles.DATABASE_SLOW: _("The database answers slowly"),
    troubles.DATABASE_REFUSES: _("The database refuses to work"),
    troubles.DATABASE_FULL: _("The database’s disk is full"),
    troubles.DATABASE_READ_ONLY: _("The database can only be read"),
    troubles.OTHER_TABLES: _("The database’s tables are those of another version"),
}

_SENTENCES = {
    troubles.NO_WORKER: _(
        "What is scheduled stays scheduled. Start Parvis with `parvis up`, or a worker alone with "
        "`parvis work`."
    ),
    troubles.NO_CLOCK: _(
        "Workers run, but none with the role clock, so nothing that comes due is taken. What is "
        "scheduled stays scheduled. Start one: `parvis work`."
    ),
    troubles.NO_DELIVERER: _(
        "Workers run, but none with the role deliver. What is scheduled stays scheduled. Start "
        "one: `parvis work`."
    ),
    troubles.NO_COLLECTOR: _(
        "Workers run, but none with the role collect. Posts go out until an account’s permission "
        "ends. Start one: `parvis work`."
    ),
    troubles.WORKER_SILENT: _(
        "The worker on %(host)s has given no sign of life. What it had not begun is taken over by "
        "others, and what it may have sent is looked up. See whether that machine runs and reaches "
        "the database."
    ),
    troubles.LITTLE_SPACE: _(
        "Only %(free_mb)s MB are free in %(folder)s on %(host)s. Once the disk is full nothing can "
        "be scheduled or sent. What is kept stays. Free some space."
    ),
    troubles.UNWATCHED: _(
        "No watchdog has looked of late, so troubles go unnoticed. The pages have one of their "
        "own; where no pages are served, run `parvis watch`."
    ),
    troubles.DATABASE_AWAY: _(
        "Nothing is sent until it answers again, and nothing that was saved is lost. See that "
        "PostgreSQL runs and can be reached."
    ),
    troubles.DATABASE_SLOW: _(
        "What comes due may go out late, and nothing that was saved is lost. See what keeps "
        "PostgreSQL or its machine busy."
    ),
    troubles.DATABASE_REFUSES: _(
        "It answered with an error (%(sqlstate)s). What was saved is kept. PostgreSQL’s log says "
        "more."
    ),
    troubles.DATABASE_FULL: _(
        "Nothing can be scheduled or sent until it has room. What was saved is kept. Free some "
        "space on the disk of the database."
    ),
    troubles.DATABASE_READ_ONLY: _(
        "Nothing can be scheduled or sent. What was saved is kept. DATABASE_URL may name a "
        "standby; let it name the primary."
    ),
    troubles.OTHER_TABLES: _(
        "Nothing was changed. Run `parvis migrate` with the version that the workers have, or "
        "start all of them anew with this one."
    ),
}

# Ahead or forward first, then behind or back.
_CLOCKS = {
    troubles.CLOCK_APART: (
        _(
            "The clock of %(host)s is %(apart)s ahead of the database’s. Posts go out by the "
            "database’s clock, so it does no harm to them. Set it by network time."
        ),
        _(
            "The clock of %(host)s is %(apart)s behind the database’s. Posts go out by the "
            "database’s clock, so it does no harm to them. Set it by network time."
        ),
    ),
    troubles.HOST_CLOCK_JUMPED: (
        _(
            "The clock of %(host)s went forward by %(apart)s at once. Posts go out by the "
            "database’s clock. Set this one by network time."
        ),
        _(
            "The clock of %(host)s went back by %(apart)s at once. Posts go out by the database’s "
            "clock. Set this one by network time."
        ),
    ),
    troubles.DATABASE_CLOCK_JUMPED: (
        _(
            "It went forward by %(apart)s at once, and decides what is due: claiming rests for a "
            "while, then posts may go out early. Set it by network time."
        ),
        _(
            "It went back by %(apart)s at once, and decides what is due: claiming rests for a "
            "while, then posts go out late. Set it by network time."
        ),
    ),
}


def severity_in_words(trouble: Trouble) -> str:
    is_error = trouble.severity == troubles.Severity.ERROR
    return gettext("Trouble") if is_error else gettext("Warning")
