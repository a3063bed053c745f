"""What connecting and disconnecting an account means for what it was to say."""

from django.db import transaction

from parvis.connections import verbs as connections
from parvis.connections.client_apps import accounts_connected_with
from parvis.connections.models import Account
from parvis.deliver.verbs import DISCONNECTED, hold_for, release_for

_FOR_WANT_OF_AN_APP = ("no-app", "bad-app")


def disconnect(account: Account) -> int:
    """Destroys the tokens and holds what is scheduled; answers how many deliveries are held."""
    with transaction.atomic():
        connections.disconnect(account)
        return hold_for(account, DISCONNECTED)


def welcome_back(account: Account) -> int:
    """Schedules again what was held while the account was away; answers how many deliveries."""
    return release_for(account)


def app_is_back(name: str) -> int:
    """A developer app has been entered (again): what waited for it is renewed, and goes on."""
    released = 0
    for account in accounts_connected_with(name):
        connections.renew_at_once(account)
        released += release_for(account, _FOR_WANT_OF_AN_APP)
    return released
