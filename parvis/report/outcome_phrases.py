"""What follows for a delivery once something has gone wrong, and what of it is out."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# While nothing is out: by the delivery's state, or by what kind of wait it is.
FOLLOWS = {
    "scheduled": _("Nothing was posted. It is tried again by itself."),
    "calm": _("Nothing is posted yet; it goes out by itself as soon as it can."),
    "claimed": _("It is being prepared."),
    "sending": _("It is being sent."),
    "checking": _("Parvis is looking on the network whether it is there. Nothing is sent twice."),
    "unknown": _("Look on the network, then decide here. Until then nothing is sent."),
    "held": _("Nothing was posted. It waits."),
    "blocked": _("Nothing was posted. It waits: once that is done, send it now."),
    "refused": _("Nothing was posted. Take the post back to correct it, or leave it at that."),
    "published": "",
    "cancelled": "",
}

# The same once the first parts of a thread, or the post below which a comment goes, are out.
FOLLOWS_OF_THE_REST = {
    "scheduled": _("The rest is tried again by itself."),
    "calm": _("The rest goes out by itself as soon as it can."),
    "claimed": _("The rest is being prepared."),
    "sending": _("The rest is being sent."),
    "checking": _(
        "Parvis is looking on the network whether what comes next is there. Nothing is sent twice."
    ),
    "unknown": _(
        "Look on the network whether what comes next is there, then decide here. Until then "
        "nothing more is sent."
    ),
    "held": _("The rest was not posted. It waits."),
    "blocked": _("The rest was not posted. It waits: once that is done, send it now."),
    "refused": _("The rest was not posted. Write it anew, or leave it at that."),
    "published": "",
    "cancelled": _("The rest is not sent."),
}

# How much of a post is out. A first comment is no part of the thread.
OUT = ngettext_lazy(
    "Part %(out)s of %(parts)s is out.", "Parts 1 to %(out)s of %(parts)s are out.", "out"
)
OUT_BUT_THE_COMMENT = _("The post is out, and its first comment is not.")

# What is the matter with a delivery that waits for a person.
DECISIONS = {
    "unknown": _("%(network)s has not confirmed a post of %(handle)s."),
    "held": _("A post of %(handle)s on %(network)s is held."),
    "refused": _("%(network)s refused a post of %(handle)s."),
}
DECISIONS_ABOUT_A_PART = {
    "unknown": _("%(network)s has not confirmed part %(part)s of %(parts)s of %(handle)s."),
    "held": _("Part %(part)s of %(parts)s of %(handle)s on %(network)s is held."),
    "refused": _("%(network)s refused part %(part)s of %(parts)s of %(handle)s."),
}
DECISIONS_ABOUT_A_COMMENT = {
    "unknown": _("%(network)s has not confirmed a first comment of %(handle)s."),
    "held": _("A first comment of %(handle)s on %(network)s is held."),
    "refused": _("%(network)s refused a first comment of %(handle)s."),
}
