"""How a network and an account show themselves: name, letters, and whether they are real."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.config.reach import all_networks
from parvis.connections.models import Account


@dataclass(frozen=True, slots=True)
class Face:
    label: str
    monogram: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says it, wherever an account appears: one of the sandbox never passes for a real one."""

    network: str
    handle: str
    is_sandbox: bool

    @property
    def named(self) -> str:
        """For a sentence, where no mark can stand beside the handle."""
        return (
            _("%(handle)s (sandbox)") % {"handle": self.handle} if self.is_sandbox else self.handle
        )


def speaker_of(account: Account) -> Speaker:
    return Speaker(network=account.network, handle=account.handle, is_sandbox=account.is_sandbox)


def face_of(network: str) -> Face:
    """A network that this version no longer speaks to keeps its name: its history stays."""
    known = all_networks().get(network)
    return Face(known.label, known.monogram) if known else Face(network, network[:1].upper())
