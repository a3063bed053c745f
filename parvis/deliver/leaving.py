"""What connecting and disconnecting an account means for what it was to say."""

from django.db import transaction

from parvis.connections import verbs as connections
from parvis.connections.models import Account
from parvis.deliver.verbs import DISCONNECTED, hold_for, release_for


def disconnect(account: Account) -> int:
    """Destroys the tokens and holds what is scheduled; answers how many deliveries are held."""
    with transaction.atomic():
        connections.disconnect(account)
        return hold_for(account, DISCONNECTED)


def welcome_back(account: Account) -> int:
    """Schedules again what was held while the account was away; answers how many deliveries."""
    return release_for(account)
