"""To a network's own page and back, with one account or several to choose from."""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models.functions import Now

from parvis.config.reach import all_networks, new_http
from parvis.connections.client_apps import app_for, ways_of
from parvis.connections.models import Account, Offer
from parvis.connections.sealing import seal_tokens, unseal_tokens
from parvis.connections.verbs import keep_connected
from parvis.networks.contract import Connected, OAuthReturn, Secret, SignsInWithOAuth, Traits, Way
from parvis.networks.errors import Refused
from parvis.people.models import Workspace

OFFER_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departing:
    """A browser about to leave for a network's page; kept in its session until it returns."""

    url: str
    network: str
    way: str
    server: str
    is_sandbox: bool
    redirect_uri: str
    state: str
    code_verifier: Secret


def begin_oauth(
    network: str, server: str, redirect_uri: str, *, way: str = "", is_sandbox: bool = False
) -> Departing:
    """Says where to send the browser. `server` is what a person named, or empty; `way` is the
    network's first unless it is named. Raises a NetworkError."""

    async def begin() -> Departing:
        async with new_http() as http:
            origin = await module.find_server(http, server)
            app = await app_for(http, network, origin, chosen, redirect_uri, is_sandbox=is_sandbox)
            state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
            url = module.authorise_url(origin, chosen, app, redirect_uri, state, _s256(verifier))
            return Departing(
                url=url,
                network=network,
                way=chosen.name,
                server=origin,
                is_sandbox=is_sandbox,
                redirect_uri=redirect_uri,
                state=state,
                code_verifier=Secret(verifier),
            )

    module = cast(SignsInWithOAuth, all_networks()[network])
    chosen = way_named(network, way)
    return async_to_sync(begin)()


def finish_oauth(departed: Departing, code: str) -> tuple[Connected, ...]:
    """Every account that the permission opens; none of them is kept yet."""
    returned = OAuthReturn(
        code=code, redirect_uri=departed.redirect_uri, code_verifier=departed.code_verifier
    )

    async def finish() -> tuple[Connected, ...]:
        async with new_http() as http:
            way = way_named(departed.network, departed.way)
            app = await app_for(
                http,
                departed.network,
                departed.server,
                way,
                departed.redirect_uri,
                is_sandbox=departed.is_sandbox,
            )
            return await module.exchange(http, departed.server, way, app, returned)

    module = cast(SignsInWithOAuth, all_networks()[departed.network])
    return async_to_sync(finish)()


@transaction.atomic
def offer(workspace: Workspace, found: Sequence[Connected], *, is_sandbox: bool) -> str:
    """Keeps what was found until a person has chosen; answers the batch's name."""
    Offer.objects.filter(found_at__lt=Now() - OFFER_LASTS).delete()
    batch = secrets.token_urlsafe(32)
    Offer.objects.bulk_create(
        Offer(
            workspace=workspace,
            batch=batch,
            network=each.network,
            server=each.server,
            remote_id=each.remote_id,
            handle=each.handle,
            display_name=each.display_name,
            way=each.way,
            is_sandbox=is_sandbox,
            stored_traits=each.traits.to_json(),
            sealed_tokens=seal_tokens(each.tokens, purpose=_purpose(each)),
        )
        for each in found
    )
    return batch


def offers_of(workspace: Workspace, batch: str) -> list[Offer]:
    """Empty once the hour is over, or when the choice was made."""
    return list(
        Offer.objects.filter(workspace=workspace, batch=batch, found_at__gte=Now() - OFFER_LASTS)
    )


@transaction.atomic
def accept(workspace: Workspace, batch: str, chosen: Iterable[int]) -> list[Account]:
    """Connects the chosen ones and forgets the permissions of the others."""
    wanted = set(chosen)
    offers = offers_of(workspace, batch)
    accounts = [
        keep_connected(workspace, _connected(each), is_sandbox=each.is_sandbox)
        for each in offers
        if each.pk in wanted
    ]
    Offer.objects.filter(workspace=workspace, batch=batch).delete()
    return accounts


def way_named(network: str, name: str) -> Way:
    ways = ways_of(network)
    found = ways[:1] if not name else tuple(way for way in ways if way.name == name)
    if not found:
        raise Refused("no-such-way", f"{network} is not connected in this way.")
    return found[0]


def _connected(each: Offer) -> Connected:
    return Connected(
        network=each.network,
        server=each.server,
        remote_id=each.remote_id,
        handle=each.handle,
        display_name=each.display_name,
        way=each.way,
        traits=Traits.from_json(each.stored_traits),
        tokens=unseal_tokens(bytes(each.sealed_tokens), purpose=_purpose(each)),
    )


def _purpose(each: Connected | Offer) -> str:
    return f"offer:{each.network}:{each.server}:{each.remote_id}"


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
