"""What waits at the furnished desk for a few minutes or days: accounts to choose from, a table of
posts that is looked over, and an invitation."""

from dataclasses import dataclass
from datetime import timedelta

from parvis.config.reach import all_networks
from parvis.connections.oauth import offer
from parvis.deliver.verbs import database_now
from parvis.intake.models import Table
from parvis.intake.verbs import bring
from parvis.networks.contract import Connected, Secret, Tokens
from parvis.people.invitations import invite, link_token
from parvis.people.models import Role, User, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`batch` names the offered accounts, `token` opens the invitation."""

    batch: str
    table: Table
    token: str


def let_wait(workspace: Workspace, alice: User) -> Waiting:
    return Waiting(
        batch=_offered(workspace),
        table=_brought(workspace, alice),
        token=link_token(invite(workspace, Role.MEMBER, by=alice)),
    )


def _offered(workspace: Workspace) -> str:
    pages = [_page("ponts-page", "Librairie Ponts"), _page("fair-page", "Samedi sur le parvis")]
    return offer(workspace, pages, is_sandbox=True)


def _page(remote_id: str, name: str) -> Connected:
    return Connected(
        network="facebook",
        server="http://127.0.0.1:8100",
        remote_id=remote_id,
        handle=name,
        display_name=name,
        tokens=Tokens(access=Secret("the access token")),
        traits=all_networks()["facebook"].usual_traits,
    )


def _brought(workspace: Workspace, alice: User) -> Table:
    """Two rows are ready, one names no account that is here."""
    at = f"{database_now() + timedelta(days=2):%Y-%m-%d},09:30"
    lines = (
        "text,account,date,time",
        f"Horaires d’hiver,bluesky,{at}",
        f"A walk along the bridges,mastodon,{at}",
        f"Arrivage,nobody,{at}",
    )
    return bring(workspace, alice, "hiver.csv", "\n".join(lines).encode(), as_drafts=False)
