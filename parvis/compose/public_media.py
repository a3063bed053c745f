"""Where a network that fetches media by itself finds ours: an address that nobody can guess and
that opens nothing after a day.

Instagram and Threads take no file from us; they come for it, so the address must be reachable by
Meta (content publishing guide). It names the file and is signed with this installation's key.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils.crypto import salted_hmac

from parvis.compose.models import Media
from parvis.connections.models import Account
from parvis.networks.part import MediaFile

OPEN_FOR = timedelta(hours=24)
PROBES_OPEN_FOR = timedelta(minutes=5)
_SIGNER = TimestampSigner(salt="parvis.compose.public_media")
_PROBES = TimestampSigner(salt="parvis.compose.public_media.probe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """An address like those that media are opened at, with nothing of anybody's behind it, and
    what this installation, and no other, answers there."""

    address: str = field(repr=False)
    answer: str = field(repr=False)


def has_public_address() -> bool:
    """Networks fetch over https alone."""
    return str(settings.INSTALLATION.public_url).startswith("https://")


def can_be_fetched_by(account: Account) -> bool:
    return bool(_origin_for(account))


def opened_to(account: Account, file: MediaFile) -> MediaFile:
    """The file with the address at which this account's network may fetch it for a day."""
    if not account.traits.fetches_media or not (origin := _origin_for(account)):
        return file
    signed = _SIGNER.sign(file.path.name)
    name = f"file{_SUFFIXES.get(file.media_type, '')}"
    return replace(file, public_url=f"{origin}{reverse('public-media', args=[signed, name])}")


def new_probe(origin: str) -> Probe:
    signed = _PROBES.sign(secrets.token_urlsafe(16))
    address = f"{origin}{reverse('public-media', args=[signed, 'probe.txt'])}"
    return Probe(address=address, answer=_answer_to(signed))


def probe_opened_by(signed: str) -> str | None:
    """None for an address that is no probe's."""
    try:
        _PROBES.unsign(signed, max_age=PROBES_OPEN_FOR)
    except BadSignature:
        return None
    return _answer_to(signed)


def media_opened_by(signed: str) -> Media | None:
    """None for an address that was made up, or whose day is over."""
    try:
        sha256 = _SIGNER.unsign(signed, max_age=OPEN_FOR)
    except BadSignature:
        return None
    media = Media.objects.filter(sha256=sha256).first()
    return media if media and media.path.is_file() else None


def _origin_for(account: Account) -> str:
    """The sandbox stands on this machine, so it finds us at the address that we have here."""
    installed = settings.INSTALLATION
    if account.is_sandbox:
        return str(installed.local_url or installed.public_url)
    return str(installed.public_url) if has_public_address() else ""


def _answer_to(signed: str) -> str:
    return salted_hmac("parvis.compose.public_media.answer", signed, algorithm="sha256").hexdigest()


# Meta looks at the end of the address too.
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}
