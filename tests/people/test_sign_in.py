"""Holding off whoever tries one password after another."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from parvis.people.models import SignInTry
from parvis.people.sign_in import TRIES_FOR_ONE_ACCOUNT, TooManyTries, count_try, forgive

ALICE, HERE = "alice@example.org", "192.0.2.7"


def is_counted(email: str = ALICE, address: str = HERE) -> bool:
    try:
        count_try(email, address)
    except TooManyTries:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_do_not_slip_through() -> None:
    with ThreadPoolExecutor(max_workers=8) as at_once:
        counted = list(at_once.map(lambda _: is_counted(), range(40)))
    assert sum(counted) <= TRIES_FOR_ONE_ACCOUNT


@pytest.mark.django_db
def test_a_try_that_was_held_off_does_not_prolong_the_wait() -> None:
    for _ in range(TRIES_FOR_ONE_ACCOUNT):
        count_try(ALICE, HERE)
    for _ in range(3):
        with pytest.raises(TooManyTries):
            count_try(ALICE, HERE)
    assert SignInTry.objects.count() == TRIES_FOR_ONE_ACCOUNT


@pytest.mark.django_db
def test_the_case_of_an_address_does_not_make_it_another() -> None:
    for number in range(TRIES_FOR_ONE_ACCOUNT):
        count_try(ALICE.upper() if number % 2 else f" {ALICE} ", HERE)
    with pytest.raises(TooManyTries):
        count_try(ALICE, HERE)


@pytest.mark.django_db
def test_forgiving_one_account_forgives_no_other() -> None:
    count_try("bob@example.org", HERE)
    forgive(count_try(ALICE, HERE))
    assert SignInTry.objects.count() == 1
