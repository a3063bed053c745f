"""What is left of the networks' limits: remembered, shared between workers, and heeded."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from parvis.config.reach import all_networks, new_http
from parvis.connections import allowances, verbs
from parvis.connections.allowances import Meter, heed, lookups_wait_until, wait_of, waits_of
from parvis.connections.models import Account, Allowance
from parvis.networks.answer import Call
from parvis.networks.errors import SlowDown
from parvis.networks.limits import RateLimit
from parvis.people.models import Workspace
from tests.cast import connect
from tests.connections.sandboxed import one_sandbox, rehearsed, sandbox
from tests.servers.sandbox import RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox"]  # fixtures

SOON = timedelta(minutes=10)
LATER = timedelta(minutes=40)


def from_now(after: timedelta) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + after


def call(*limits: RateLimit, network: str = "x") -> Call:
    return Call(
        network=network,
        purpose="publish",
        method="POST",
        host="api.example.org",
        path="/",
        status=200,
        seconds=0.1,
        rate_limits=limits,
    )


def limit(remaining: int, reset_at: datetime | None = None, **what: Any) -> RateLimit:
    usual = {"limit": 100, "bucket": "publish"}
    reset_at = reset_at or from_now(SOON)
    return RateLimit(**{**usual, **what, "remaining": remaining, "reset_at": reset_at})


def flush(meter: Meter) -> None:
    async_to_sync(meter.flush)()


def slow_down(until: datetime | None, scope: Any = "account", **facts: Any) -> SlowDown:
    return SlowDown("rate-limit", "Wait.", until=until, scope=scope, **facts)


def waits_until(account: Account) -> datetime | None:
    account.refresh_from_db()
    return account.waits_until


@pytest.fixture
def apps_accounts(workspace: Workspace) -> list[Account]:
    """A Page, and an Instagram account that was connected by its Page: both by Meta's app."""
    found = [connect(workspace, "facebook", "ponts"), connect(workspace, "instagram", "ponts")]
    ways = {"facebook": "facebook-login", "instagram": "facebook-login"}
    for account in found:
        account.way = ways[account.network]
        account.save(update_fields=["way"])
    return found


@pytest.fixture
def x_account(workspace: Workspace) -> Account:
    return connect(workspace, "x", "ponts")


class TestMemory:
    def test_what_is_not_used_up_stops_nothing(self, x_account: Account) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(1)))
        assert meter.exhausted(x_account) is None

    def test_what_is_used_up_stops_publishing_until_the_reset(self, x_account: Account) -> None:
        meter, reset = Meter(), from_now(SOON)
        meter.of(x_account)(call(limit(0, reset)))
        wait = meter.exhausted(x_account)
        assert wait is not None
        assert reset <= wait.until <= reset + verbs.SPREAD
        assert wait.facts == {
            "network": "x",
            "until": wait.until.isoformat(),
            "scope": "account",
            "bucket": "publish",
            "limit": 100,
        }

    def test_of_several_the_last_to_end_counts(self, x_account: Account) -> None:
        meter = Meter()
        day = limit(0, from_now(LATER), bucket="publish a day", limit=200)
        meter.of(x_account)(call(limit(0), day))
        wait = meter.exhausted(x_account)
        assert wait is not None
        assert (wait.bucket, wait.limit) == ("publish a day", 200)

    @pytest.mark.parametrize("bucket", ["media", "look up", "read", "delete"])
    def test_what_publishing_does_not_draw_on_does_not_stop_it(
        self, x_account: Account, bucket: str
    ) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(0, bucket=bucket)))
        assert meter.exhausted(x_account) is None

    def test_a_window_that_has_ended_means_nothing(self, x_account: Account) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(0, from_now(-SOON))))
        assert meter.exhausted(x_account) is None

    def test_a_new_window_takes_the_place_of_the_old(self, x_account: Account) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(0, from_now(SOON))))
        meter.of(x_account)(call(limit(99, from_now(LATER))))
        assert meter.exhausted(x_account) is None

    def test_an_answer_that_was_overtaken_gives_nothing_back(self, x_account: Account) -> None:
        meter, reset = Meter(), from_now(SOON)
        meter.of(x_account)(call(limit(0, reset)))
        meter.of(x_account)(call(limit(3, reset + timedelta(seconds=1))))
        meter.of(x_account)(call(limit(50, reset - LATER)))
        assert meter.exhausted(x_account) is not None

    def test_the_accounts_of_an_app_share_its_limits_and_not_their_own(
        self, apps_accounts: list[Account], x_account: Account
    ) -> None:
        page, instagram = apps_accounts
        meter = Meter()
        meter.of(page)(call(limit(0, bucket="usage", scope="app")))
        wait = meter.exhausted(instagram)
        assert wait is not None
        assert (wait.network, wait.scope) == ("instagram", "app")
        assert meter.exhausted(x_account) is None

        other = Meter()
        other.of(page)(call(limit(0, bucket="usage")))
        assert other.exhausted(instagram) is None

    def test_the_sandboxs_app_is_another(self, apps_accounts: list[Account]) -> None:
        page, instagram = apps_accounts
        instagram.is_sandbox = True
        meter = Meter()
        meter.of(page)(call(limit(0, bucket="usage", scope="app")))
        assert meter.exhausted(instagram) is None

    def test_noting_a_call_and_asking_cost_next_to_nothing(self, x_account: Account) -> None:
        """A twentieth of a millisecond is far above what it takes, and far below a query."""
        meter = Meter()
        note, calls = meter.of(x_account), [call(limit(left)) for left in range(1000, 0, -1)]
        started = time.process_time()
        for each in calls:
            note(each)
            meter.exhausted(x_account)
        assert (time.process_time() - started) / len(calls) < 50e-6


class TestSharing:
    def test_what_was_told_is_there_for_other_workers(self, x_account: Account) -> None:
        meter, reset = Meter(), from_now(SOON)
        meter.of(x_account)(call(limit(7, reset)))
        flush(meter)
        (kept,) = Allowance.objects.all()
        assert (kept.account_id, kept.scope, kept.bucket) == (x_account.pk, "account", "publish")
        assert (kept.limit, kept.remaining, kept.reset_at) == (100, 7, reset)
        assert waits_until(x_account) is None

    def test_what_ran_out_is_told_at_once_and_puts_the_account_on_hold(
        self, x_account: Account
    ) -> None:
        meter, reset = Meter(), from_now(SOON)
        meter.of(x_account)(call(limit(1, reset)))
        flush(meter)
        meter.of(x_account)(call(limit(0, reset)))
        flush(meter)
        assert Allowance.objects.get().remaining == 0
        held = waits_until(x_account)
        assert held is not None
        assert reset <= held <= reset + verbs.SPREAD

    def test_small_changes_are_not_written_each_time(
        self, x_account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meter, reset = Meter(), from_now(SOON)
        written: list[int] = []
        write = allowances._write
        monkeypatch.setattr(
            allowances, "_write", lambda seen: (written.append(len(seen)), write(seen))
        )
        monkeypatch.setattr(allowances, "WRITE_EVERY_SECONDS", 3600.0)
        for left in range(90, 60, -1):
            meter.of(x_account)(call(limit(left, reset)))
            flush(meter)
        assert written == [1]

        monkeypatch.setattr(allowances, "WRITE_EVERY_SECONDS", 0.0)
        meter._write_again_at = 0.0
        for left in range(60, 50, -1):
            meter.of(x_account)(call(limit(left, reset)))
            flush(meter)
        assert written == [1, 1, 1]
        assert Allowance.objects.get().remaining == 55

    def test_an_apps_limit_puts_all_its_accounts_on_hold_each_a_little_later(
        self, apps_accounts: list[Account], x_account: Account
    ) -> None:
        meter, reset = Meter(), from_now(SOON)
        meter.of(apps_accounts[0])(call(limit(0, reset, bucket="usage", scope="app")))
        flush(meter)
        held = [waits_until(account) for account in apps_accounts]
        assert all(each and reset <= each <= reset + verbs.SPREAD for each in held)
        assert held[0] != held[1]
        assert waits_until(x_account) is None

    def test_an_earlier_answer_of_another_worker_gives_nothing_back(
        self, x_account: Account
    ) -> None:
        one, other, reset = Meter(), Meter(), from_now(SOON)
        one.of(x_account)(call(limit(3, reset)))
        other.of(x_account)(call(limit(9, reset + timedelta(seconds=1))))
        flush(one)
        flush(other)
        assert Allowance.objects.get().remaining == 3

        late = Meter()
        late.of(x_account)(call(limit(80, reset - LATER)))
        flush(late)
        assert Allowance.objects.get().remaining == 3

    def test_the_next_window_counts_anew(self, x_account: Account) -> None:
        for left, reset in ((3, from_now(SOON)), (99, from_now(LATER))):
            meter = Meter()
            meter.of(x_account)(call(limit(left, reset)))
            flush(meter)
        assert Allowance.objects.get().remaining == 99

    def test_what_could_not_be_written_is_written_the_next_time(
        self, x_account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(0)))
        with monkeypatch.context() as broken:
            broken.setattr(allowances, "_KEEP", "SELECT no_such_thing")
            with pytest.raises(Exception, match="no_such_thing"):
                flush(meter)
        flush(meter)
        assert waits_until(x_account) is not None

    def test_a_number_beyond_what_is_kept_is_the_largest(self, x_account: Account) -> None:
        meter = Meter()
        meter.of(x_account)(call(limit(99_999_999_999, limit=99_999_999_999)))
        flush(meter)
        assert Allowance.objects.get().remaining == 2**31 - 1


class TestHeeding:
    def test_an_account_that_is_refused_waits_and_no_other(
        self, apps_accounts: list[Account]
    ) -> None:
        page, instagram = apps_accounts
        until = from_now(SOON)
        heed(page, slow_down(until))
        held = waits_until(page)
        assert held is not None
        assert until <= held <= until + verbs.SPREAD
        assert waits_until(instagram) is None

    def test_an_app_that_is_refused_waits_with_all_its_accounts(
        self, apps_accounts: list[Account]
    ) -> None:
        until = from_now(SOON)
        heed(apps_accounts[0], slow_down(until, "app"))
        assert all((waits_until(account) or until) > until for account in apps_accounts)

    def test_a_hold_is_never_shortened_nor_put_off_by_the_same_refusal(
        self, x_account: Account
    ) -> None:
        heed(x_account, slow_down(from_now(LATER)))
        held = waits_until(x_account)
        heed(x_account, slow_down(from_now(SOON)))
        assert waits_until(x_account) == held

    def test_a_refusal_to_read_stops_look_ups_and_no_post(self, x_account: Account) -> None:
        until = from_now(SOON)
        heed(x_account, slow_down(until, bucket="look up"))
        assert waits_until(x_account) is None
        again = lookups_wait_until(x_account)
        assert again is not None
        assert until <= again <= until + verbs.SPREAD

    def test_a_refusal_that_says_nothing_of_its_end_holds_nobody(self, x_account: Account) -> None:
        heed(x_account, slow_down(None))
        assert waits_until(x_account) is None

    def test_the_wait_is_known_with_the_limit_behind_it(self, x_account: Account) -> None:
        heed(x_account, slow_down(from_now(SOON), "app", bucket="publish a day", limit=200))
        x_account.refresh_from_db()
        wait = wait_of(x_account)
        assert wait is not None
        assert (wait.until, wait.scope, wait.bucket, wait.limit) == (
            x_account.waits_until,
            "app",
            "publish a day",
            200,
        )

    def test_an_apps_limit_is_named_to_all_its_accounts_in_one_question(
        self, apps_accounts: list[Account], x_account: Account, django_assert_num_queries: Any
    ) -> None:
        page, instagram = apps_accounts
        heed(page, slow_down(from_now(LATER), "app", bucket="usage", limit=100))
        heed(page, slow_down(from_now(SOON), bucket="publish"))
        heed(x_account, slow_down(from_now(SOON), bucket="publish", limit=100))
        accounts = list(Account.objects.all())
        with django_assert_num_queries(1):
            waits = waits_of(accounts)
        told = {pk: (wait.network, wait.scope, wait.bucket) for pk, wait in waits.items()}
        assert told == {
            page.pk: ("facebook", "app", "usage"),
            instagram.pk: ("instagram", "app", "usage"),
            x_account.pk: ("x", "account", "publish"),
        }

    def test_nobody_waits_for_what_has_passed(self, x_account: Account) -> None:
        heed(x_account, slow_down(from_now(-SOON)))
        x_account.refresh_from_db()
        assert wait_of(x_account) is None


class TestLookUps:
    def keep(self, account: Account, remaining: int, **what: Any) -> datetime:
        reset = what.pop("reset_at", from_now(SOON))
        Allowance.objects.create(
            **{"account": account, "limit": 100, "bucket": "", **what},
            remaining=remaining,
            reset_at=reset,
        )
        return reset

    @pytest.mark.parametrize(
        ("remaining", "kept"),
        [
            (20, {}),
            (0, {"bucket": "publish"}),
            (0, {"bucket": "media"}),
            (1, {"bucket": "look up"}),
            (2, {"limit": None}),
            (3, {"limit": 5}),
            (0, {"reset_at": None}),
        ],
    )
    def test_they_go_on_while_publishing_keeps_enough(
        self, x_account: Account, remaining: int, kept: dict[str, Any]
    ) -> None:
        self.keep(x_account, remaining, **kept)
        assert lookups_wait_until(x_account) is None

    @pytest.mark.parametrize(
        ("remaining", "kept"),
        [
            (19, {}),
            (19, {"bucket": "usage"}),
            (0, {"bucket": "look up"}),
            (0, {"bucket": "look up a day"}),
            (1, {"limit": None}),
            (1, {"limit": 5}),
        ],
    )
    def test_they_wait_for_the_reset_where_little_is_left(
        self, x_account: Account, remaining: int, kept: dict[str, Any]
    ) -> None:
        reset = self.keep(x_account, remaining, **kept)
        until = lookups_wait_until(x_account)
        assert until is not None
        assert reset <= until <= reset + verbs.SPREAD

    def test_a_window_that_has_ended_means_nothing(self, x_account: Account) -> None:
        self.keep(x_account, 0, reset_at=from_now(-SOON))
        assert lookups_wait_until(x_account) is None

    def test_of_an_apps_limit_the_newest_word_counts_whichever_account_heard_it(
        self, apps_accounts: list[Account]
    ) -> None:
        page, instagram = apps_accounts
        self.keep(page, 90, bucket="usage", scope="app")
        assert lookups_wait_until(instagram) is None
        self.keep(instagram, 3, bucket="usage", scope="app")
        assert lookups_wait_until(page) is not None


def test_what_a_network_answers_reaches_the_books(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account, meter = rehearsed(workspace, "x"), Meter()

    async def check() -> None:
        async with new_http() as http:
            heard = http.metered(meter.of(account))
            await all_networks()["x"].check(heard, verbs.speaking_as(account))
        await meter.flush()

    async_to_sync(check)()
    kept = Allowance.objects.get(account=account, scope="account")
    assert (kept.bucket, kept.limit) == ("read", 75)
    assert 0 < (kept.remaining or 0) < 75
