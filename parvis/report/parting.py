"""What became of an account’s scheduled posts when it was disconnected, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.connections.models import Account
from parvis.deliver.parting import Parted
from parvis.report.faces import speaker_of


def disconnected_in_words(account: Account, parted: Parted) -> str:
    said = _("%(handle)s is disconnected, and its permission is destroyed here.")
    return " ".join((said % {"handle": speaker_of(account).named}, *_fates(parted)))


def _fates(parted: Parted) -> Iterator[str]:
    if parted.instead:
        yield ngettext(
            "%(count)s scheduled post goes out through the other account.",
            "%(count)s scheduled posts go out through the other account.",
            parted.instead,
        ) % {"count": parted.instead}
    if parted.drafted:
        yield ngettext(
            "%(count)s scheduled post is a draft again.",
            "%(count)s scheduled posts are drafts again.",
            parted.drafted,
        ) % {"count": parted.drafted}
    if parted.given_up:
        yield ngettext(
            "%(count)s scheduled post was given up.",
            "%(count)s scheduled posts were given up.",
            parted.given_up,
        ) % {"count": parted.given_up}
    if parted.held:
        yield ngettext(
            "%(count)s scheduled post is held until you connect it again.",
            "%(count)s scheduled posts are held until you connect it again.",
            parted.held,
        ) % {"count": parted.held}
