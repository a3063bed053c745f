"""Checks of what is kept beside the database: keys that fit, pictures that are whole, assets."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext_lazy as _

from parvis.compose.media import hash_of
from parvis.compose.models import Media
from parvis.config.installation import Installation
from parvis.connections.models import Account, AccountState
from parvis.connections.verbs import accounts_that_cannot_be_unsealed, lapsing_accounts
from parvis.upkeep.findings import Finding, fault, fine, warning
from parvis.upkeep.preparation import assets_are_collected

Heard = Callable[[int, int], None]
_NAMED = 3


def examine_content(
    installed: Installation, *, had_sealing_key: bool, deep: bool, heard: Heard
) -> list[Finding]:
    """`deep` reads every picture and compares its hash; `heard` is told bytes read of bytes."""
    return [
        *_about_tokens(installed, had_sealing_key),
        *_about_lapses(),
        *_about_trouble(),
        *_about_pictures(deep, heard),
        *_about_assets(),
        *_about_private_hosts(installed),
    ]


def _about_tokens(installed: Installation, had_sealing_key: bool) -> Iterator[Finding]:
    sealed = Account.objects.exclude(sealed_tokens=None).count()
    if sealed and not had_sealing_key:
        sentence = _(
            "The sealing key %(file)s is missing, and %(count)s accounts are sealed with it. "
            "Put it back from a backup, or connect these accounts again."
        )
        yield fault("tokens", sentence, file=installed.sealing_key_file, count=sealed)
    elif unopened := accounts_that_cannot_be_unsealed():
        sentence = _(
            "The sealing key does not open the tokens of %(accounts)s. Put the old key back, or "
            "connect these accounts again."
        )
        yield fault("tokens", sentence, accounts=", ".join(map(str, unopened)))
    else:
        yield fine(
            "tokens", _("The sealing key opens the tokens of %(count)s accounts."), count=sealed
        )


def _about_lapses() -> Iterator[Finding]:
    """Permissions that only a person can renew."""
    lapsing = [account for account in lapsing_accounts() if account.lapses_at]
    for account in lapsing:
        sentence = _(
            "The permission of %(account)s ends on %(day)s, and only a person can renew it. "
            "Connect it again before then."
        )
        day = account.lapses_at and account.lapses_at.date().isoformat()
        yield warning("lapsing", sentence, account=account, day=day)
    if not lapsing:
        yield fine("lapsing", _("No permission ends within days."))


def _about_trouble() -> Iterator[Finding]:
    """What keeps tokens from being renewed while the account itself still stands."""
    troubled = Account.objects.filter(state=AccountState.CONNECTED).exclude(problem="")
    for account in troubled:
        sentence = _("The permission of %(account)s cannot be renewed: %(problem)s")
        yield warning("renewing", sentence, account=account, problem=account.problem)
    if not troubled:
        yield fine("renewing", _("Nothing keeps permissions from being renewed."))


def _about_pictures(deep: bool, heard: Heard) -> Iterator[Finding]:
    pictures = list(Media.objects.all())
    total, done, missing, damaged = sum(media.size for media in pictures), 0, [], []
    for media in pictures:
        if not media.path.exists():
            missing.append(media)
        elif media.path.stat().st_size != media.size or (
            deep and hash_of(media.path) != media.sha256
        ):
            damaged.append(media)
        done += media.size
        heard(done, total)
    yield from _told_pictures("media-missing", _MISSING, missing)
    yield from _told_pictures("media-damaged", _DAMAGED, damaged)
    if not missing and not damaged:
        yield fine("media", _("All %(count)s pictures are in their place."), count=len(pictures))


_MISSING = _(
    "%(count)s pictures are missing from the data folder (%(named)s). Put them back from a backup: "
    "posts that use them cannot go out."
)
_DAMAGED = _(
    "%(count)s pictures are not as they were stored (%(named)s). Put them back from a backup "
    "before posts that use them go out."
)


def _told_pictures(check: str, sentence: object, pictures: list[Media]) -> Iterator[Finding]:
    if pictures:
        named = ", ".join(str(media.path) for media in pictures[:_NAMED])
        more = " …" if len(pictures) > _NAMED else ""
        yield fault(check, sentence, count=len(pictures), named=named + more)


def _about_assets() -> Iterator[Finding]:
    if assets_are_collected():
        yield fine("assets", _("The pages’ scripts and styles are in their folder."))
    else:
        sentence = _(
            "The pages’ scripts and styles are not those of this version. The next `parvis up` or "
            "`parvis web` gathers them."
        )
        yield warning("assets", sentence)


def _about_private_hosts(installed: Installation) -> Iterator[Finding]:
    if installed.private_hosts:
        sentence = _(
            "PARVIS_ALLOW_PRIVATE_HOSTS lets anybody who may connect accounts reach %(hosts)s from "
            "this machine. Name only servers that you run."
        )
        yield warning("private-hosts", sentence, hosts=", ".join(sorted(installed.private_hosts)))
    else:
        yield fine("private-hosts", _("No private address can be called."))
