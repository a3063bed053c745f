"""What is added to what was typed before it goes out: a signature, and marks in the links.

Reading a preview, counting and freezing all ask here, so that what was shown is what goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from parvis.compose.content import Content
from parvis.compose.links import Utm, joined
from parvis.compose.models import Campaign
from parvis.compose.snippets import signatures_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """`signatures` are by account; the one of None is for accounts that have none of their own."""

    utm: Utm = field(default_factory=dict)
    signatures: Mapping[int | None, str] = field(default_factory=dict)

    def signature_of(self, account_id: int) -> str:
        return self.signatures.get(account_id, self.signatures.get(None, ""))


def additions_of(workspace_id: int, content: Content) -> Additions:
    return Additions(
        utm=utm_of(workspace_id, content),
        signatures=signatures_of(workspace_id) if content.signs else {},
    )


def utm_of(workspace_id: int, content: Content) -> dict[str, str]:
    if content.campaign_id is None:
        return joined({}, content.utm)
    found = Campaign.objects.filter(workspace=workspace_id, pk=content.campaign_id)
    of_campaign = found.values_list("utm", flat=True).first()
    return joined(of_campaign or {}, content.utm)
