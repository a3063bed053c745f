"""A check that this machine has the keys and the media folder of the desk."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from parvis.config.installation import Installation
from parvis.people.models import Desk
from parvis.upkeep.findings import Finding, fault, fine
from parvis.upkeep.identity import NotThisDesk, prove_identity


def examine_identity(installed: Installation) -> list[Finding]:
    return [*_about_identity(installed)]


def _about_identity(installed: Installation) -> Iterator[Finding]:
    """A desk that has no identity yet gets it at the next start; the doctor changes nothing."""
    if not Desk.objects.exists():
        yield fine("identity", _("This desk has not been started yet."))
        return
    try:
        prove_identity(installed)
    except NotThisDesk as another:
        yield fault("identity", "%(told)s", told=str(another))
    else:
        yield fine("identity", _("The keys and the media folder are those of this desk."))
