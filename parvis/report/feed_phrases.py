"""What is told of feeds, by code: `intake.feed_fetching`, `feed_reading`, `feed_posting`."""

from django.utils.translation import gettext_lazy as _

# Why a feed could not be read. The facts are `host` and `status`.
TROUBLES = {
    "bad-address": _("This is not the address of a page. Write it as example.org/feed."),
    "not-https": _("%(host)s is only reached without encryption, and that way nothing is asked."),
    "private-address": _(
        "%(host)s leads to a private address, which is not asked. If the server is yours, its name "
        "belongs into the setting PARVIS_ALLOW_PRIVATE_HOSTS."
    ),
    "unknown-host": _("No server named “%(host)s” could be found."),
    "not-secure": _("%(host)s could not show that it is %(host)s: its certificate is not right."),
    "unreachable": _("%(host)s could not be reached."),
    "no-answer": _("%(host)s did not answer in time."),
    "unreadable": _("%(host)s sent more than a feed should hold, or something unreadable."),
    "gone": _("%(host)s says that this feed is gone for good. It is asked for no more."),
    "not-found": _("%(host)s has nothing at this address (404)."),
    "not-allowed": _("%(host)s does not let this desk read the feed (%(status)s)."),
    "asks-to-wait": _("%(host)s asks to be left alone for a while (%(status)s)."),
    "odd-status": _("%(host)s answered with the status %(status)s instead of the feed."),
    "moves-in-circles": _("%(host)s sends from one address to the next without end."),
    "moved-nowhere": _("%(host)s says that the feed has moved, and not where to."),
    "no-feed": _("What stands there is no feed: neither RSS nor Atom nor JSON Feed."),
    "no-feed-on-page": _(
        "This page names no feed. Look for a link that says RSS, Atom or “feed” on it, and enter "
        "where that leads."
    ),
    "declares-entities": _(
        "This feed declares entities of its own, by which a few lines can grow without end. It is "
        "not read."
    ),
    "too-large": _("Already one entry of this feed is larger than a whole feed should be."),
    "takes-too-long": _("This feed takes too long to read; it may be broken."),
    "defect": _("Parvis stumbled over this feed. Its log says more."),
}

# Why an entry was left out, or is a draft although the rule says otherwise.
WHY = {
    "no-word": _("It has none of the words that are asked for."),
    "without": _("It has a word that keeps it out."),
    "no-category": _("It is in none of the categories that are asked for."),
    "nothing-to-say": _("Nothing is left of the text for it."),
    "waited-too-long": _("It had waited for three days, more came than the rule lets through."),
    "by-hand": _("Somebody left it out."),
    "old": _("It was published before the feed was switched on."),
    "many-at-once": _(
        "It came together with many others: the feed has moved or was built anew, so that none of "
        "them was posted."
    ),
    "restored": _("It waited when this desk was restored from a backup, and may be out already."),
    "no-slot": _(
        "There was no free slot. Choose a time for the draft, or give its accounts slots."
    ),
    "no-account": _("None of its accounts is connected any more. The draft is for nobody yet."),
    "not-ready": _("It could not go out as it is:"),
}
