"""Whether networks that fetch media by themselves can: the public address is tried from here."""

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy as _

from parvis.compose.public_media import new_probe
from parvis.config.installation import Installation
from parvis.connections.models import Account
from parvis.networks.errors import NetworkError
from parvis.networks.http import Answer, Http
from parvis.upkeep.findings import Finding, Weight, fine

CHECK = "public-address"
_SECONDS = 15.0


def examine_reach(installed: Installation) -> list[Finding]:
    """Asks for a probe at the address that networks are told: a quarter of a minute at most.

    What is found weighs more where an account is connected whose network fetches media.
    """
    waiting = _accounts_that_fetch()
    if not installed.public_url:
        return [_without_address(waiting)]
    if not installed.public_url.startswith("https://"):
        return [_wrong(waiting, _NOT_HTTPS, address=installed.public_url)]
    return [async_to_sync(_tried)(installed, waiting)]


async def try_address(http: Http, origin: str, waiting: list[Account]) -> Finding:
    """Whether this installation answers at its public address."""
    probe = new_probe(origin)
    try:
        answer = await http.get(probe.address, network="parvis", purpose="probe", seconds=_SECONDS)
    except NetworkError as error:
        sentence = _UNREACHED.get(error.code, _UNREACHED["no-answer"])
        return _wrong(waiting, sentence, address=origin)
    if answer.status == 200 and answer.body.strip() == probe.answer.encode():
        return fine(CHECK, _("Networks find media at %(address)s."), address=origin)
    return _wrong(waiting, _answered(answer), address=origin, status=answer.status)


async def _tried(installed: Installation, waiting: list[Account]) -> Finding:
    async with Http(allow_private_hosts=installed.private_hosts) as http:
        return await try_address(http, installed.public_url, waiting)


def _accounts_that_fetch() -> list[Account]:
    connected = Account.objects.filter(is_sandbox=False).exclude(sealed_tokens=None)
    return [account for account in connected if account.traits.fetches_media]


def _without_address(waiting: list[Account]) -> Finding:
    if not waiting:
        sentence = _("No account is connected whose network must fetch media from this desk.")
        return fine(CHECK, sentence)
    return _wrong(waiting, _NO_ADDRESS, accounts=", ".join(map(str, waiting)))


def _wrong(waiting: list[Account], sentence: object, **facts: object) -> Finding:
    weight = Weight.FAULT if waiting else Weight.WARNING
    return Finding(check=CHECK, weight=weight, template=sentence, facts=facts)


def _answered(answer: Answer) -> object:
    if answer.status in (502, 503, 504):
        return _NOBODY_BEHIND
    return _MOVED if 300 <= answer.status < 400 else _SOMETHING_ELSE


_NO_ADDRESS = _(
    "No public address is set, so no picture or video can go out to %(accounts)s: their network "
    "comes to fetch it. Set PARVIS_PUBLIC_URL to the https address of this desk."
)
_NOT_HTTPS = _(
    "The public address %(address)s is not https, and networks fetch media over https alone. Put "
    "a web server with a certificate before the desk and set PARVIS_PUBLIC_URL to its address."
)
_NOBODY_BEHIND = _(
    "%(address)s answers with trouble of its own (%(status)s): the web server there does not reach "
    "Parvis. See that Parvis runs and that the web server leads to its port."
)
_MOVED = _(
    "%(address)s sends on to another address (%(status)s), and networks need not follow. Set "
    "PARVIS_PUBLIC_URL to where it leads."
)
_SOMETHING_ELSE = _(
    "%(address)s gives another answer than this desk would (%(status)s). See that it leads to this "
    "installation, with /media/open/ and the Host as they were asked for, and that the pages were "
    "started with the same data folder."
)
_UNREACHED = {
    "unknown-host": _(
        "The name in the public address %(address)s is unknown. Correct PARVIS_PUBLIC_URL, or "
        "enter the name where your domain is kept."
    ),
    "not-secure": _(
        "The certificate at %(address)s does not show that it is the right place, so networks "
        "fetch nothing from it. Renew it, or see that the web server sends it whole."
    ),
    "private-address": _(
        "From this machine %(address)s leads to a private address, so it cannot be told from here "
        "whether networks reach it. If they should, name the host in PARVIS_ALLOW_PRIVATE_HOSTS "
        "to have it tried all the same."
    ),
    "unreachable": _(
        "Nothing can be reached at %(address)s. See that the web server runs and that its port is "
        "open to the world."
    ),
    "no-answer": _(
        "%(address)s did not answer as it should in time. See that the web server there reaches "
        "Parvis."
    ),
}
