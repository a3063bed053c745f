"""Holds off whoever tries one password after another.

Every try is counted before its password is looked at, so that many at once do not slip through,
and it is counted the same whether or not there is such an account.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from parvis.people.models import SignInTry

WINDOW = timedelta(minutes=15)
TRIES_FOR_ONE_ACCOUNT = 5
TRIES_FROM_ONE_ADDRESS = 30


class TooManyTries(Exception):
    """Nothing was tried. `until` is when the next try is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"no more tries before {until}")
        self.until = until


def count_try(email: str, address: str) -> SignInTry:
    """To be forgotten with `forgive` once the password was right. Raises TooManyTries."""
    SignInTry.objects.filter(tried_at__lt=Now() - WINDOW).delete()
    this_try = SignInTry.objects.create(account=_unreadable(email), address=address)
    from_here = SignInTry.objects.filter(address=address)
    for tries, allowed in (
        (from_here.filter(account=this_try.account), TRIES_FOR_ONE_ACCOUNT),
        (from_here, TRIES_FROM_ONE_ADDRESS),
    ):
        _refuse_beyond(tries, allowed, this_try)
    return this_try


def forgive(this_try: SignInTry) -> None:
    """The password was right: earlier slips of the same person are forgotten as well."""
    SignInTry.objects.filter(account=this_try.account, address=this_try.address).delete()


def _refuse_beyond(tries: QuerySet[SignInTry], allowed: int, this_try: SignInTry) -> None:
    before = list(tries.order_by("pk").values_list("tried_at", flat=True)[: allowed + 1])
    if len(before) > allowed:
        this_try.delete()
        raise TooManyTries(before[0] + WINDOW)


def _unreadable(email: str) -> str:
    """People type a password where the address belongs: what was typed is not kept."""
    typed = email.strip().casefold()
    return salted_hmac("parvis.people.sign_in", typed, algorithm="sha256").hexdigest()
