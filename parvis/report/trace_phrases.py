"""What happened to a delivery, line by line. Why is said by the sentences for reasons."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.deliver.models import Happened, Outcome
from parvis.deliver.restored import CODE as RESTORED
from parvis.deliver.restored import LOOK_UP_CODE as RESTORED_LOOK_UP

# By whom nobody knows, or by Parvis itself.
EVENTS: Mapping[str, Any] = {
    Happened.SCHEDULED: _("It was scheduled."),
    Happened.MOVED: _("It was moved to another time."),
    Happened.WAITS: _("It waits."),
    Happened.HANDED_BACK: _("The worker stopped and handed it back. Nothing was under way."),
    Happened.TAKEN_OVER: _("The worker was lost, and the delivery was taken over from it."),
    Happened.LOOKED_UP: _("It was looked up on the network, in vain."),
    Happened.HELD: _("It is held."),
    Happened.RELEASED: _("It goes on."),
    Happened.DECIDED: _("It was decided."),
    Happened.GIVEN_UP: _("It was given up."),
    Happened.TAKEN_BACK: _("The post was taken back."),
}

# Where the code tells more than why.
WITH_CODE: Mapping[tuple[str, str], Any] = {
    (Happened.TAKEN_OVER, "not-begun"): _(
        "The worker was lost before it had begun to send. Another one takes the delivery."
    ),
    (Happened.TAKEN_OVER, "worker-lost"): _(
        "The worker was lost while it was sending. What became of it is looked up."
    ),
    (Happened.LOOKED_UP, "present"): _("It was looked up on the network: it is there."),
    (Happened.LOOKED_UP, "absent"): _("It was looked up on the network: it is surely not there."),
    (Happened.LOOKED_UP, "under-way"): _(
        "It was looked up on the network: it is not there yet, but may still be under way."
    ),
    (Happened.LOOKED_UP, "cannot-tell"): _(
        "It was looked up on the network: what is there does not tell for certain."
    ),
    (Happened.WAITS, RESTORED): _(
        "It was brought back from a backup. It may have been sent since, so a person decides."
    ),
    (Happened.WAITS, RESTORED_LOOK_UP): _(
        "It was brought back from a backup. It was on its way then, so it is looked up first."
    ),
    (Happened.RELEASED, "account-is-back"): _("The account is connected again, so it goes on."),
    (Happened.DECIDED, "there"): _("It was decided: it is there."),
    (Happened.DECIDED, "again"): _("It was decided: it is not there, send it again."),
    (Happened.DECIDED, "look"): _("It was decided: look it up again."),
    (Happened.DECIDED, "set-aside"): _("It was refused, and left at that."),
}

BY_A_PERSON: Mapping[tuple[str, str], Any] = {
    (Happened.SCHEDULED, ""): _("%(person)s scheduled it."),
    (Happened.MOVED, ""): _("%(person)s moved it to another time."),
    (Happened.HELD, "disconnected"): _("%(person)s disconnected the account. It is held."),
    (Happened.RELEASED, ""): _("%(person)s let it go on."),
    (Happened.DECIDED, ""): _("%(person)s decided about it."),
    (Happened.DECIDED, "there"): _("%(person)s decided: it is there."),
    (Happened.DECIDED, "again"): _("%(person)s decided: it is not there, send it again."),
    (Happened.DECIDED, "look"): _("%(person)s decided: look it up again."),
    (Happened.DECIDED, "set-aside"): _("%(person)s read why it was refused, and left it at that."),
    (Happened.GIVEN_UP, ""): _("%(person)s gave it up."),
    (Happened.TAKEN_BACK, ""): _("%(person)s took the post back."),
}

# Attempts.
SENT = _("Attempt %(number)s: it was sent.")
NEVER_SENT = _("Attempt %(number)s ended before anything was sent.")
ANSWERS: Mapping[str, Any] = {
    Outcome.PUBLISHED: _("The network confirmed it."),
    Outcome.REFUSED: _("The network refused it."),
    Outcome.NOT_SENT: _("The network did not take it."),
    Outcome.UNKNOWN: _("Whether the network took it is not known."),
    Outcome.FOUND: _("Whether the network took it was not known."),
    Outcome.ABSENT: _("Whether the network took it was not known."),
}
FOUND_OUT_LATER: Mapping[str, Any] = {
    Outcome.FOUND: _("It was found there later."),
    Outcome.ABSENT: _("Later it was found to be surely not there."),
}
