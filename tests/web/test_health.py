"""What monitors ask: the health of the installation, the readiness of a process, its figures."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from parvis.config.alerts import alerts
from parvis.connections.models import Account
from parvis.deliver.models import Delivery, Worker
from parvis.deliver.states import State
from parvis.people.models import User
from parvis.watch import here
from parvis.watch.troubles import Severity, Trouble
from parvis.watch.watchdog import View, Watchdog
from tests.cast import make_due, scheduled
from tests.networks.loopback import dead_port
from tests.watch.conftest import worker

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a token of sixteen or more".replace(" ", "-")


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", dead_port())


@pytest.fixture
def with_token(settings: Any) -> dict[str, str]:
    settings.ALERTS = alerts({"PARVIS_METRICS_TOKEN": TOKEN})
    return {"authorization": f"Bearer {TOKEN}"}


def health(client: Client) -> tuple[int, str, set[str]]:
    answer = client.get("/healthz")
    told = answer.json()
    return answer.status_code, told["status"], {each["code"] for each in told["troubles"]}


def samples(client: Client, **asked: Any) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values, in the order of the labels' names."""
    answer = client.get("/metrics", **asked)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *(text for _, text in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_desk_at_work_is_well(client: Client, alice: User) -> None:
    worker()
    assert health(client) == (200, "ok", set())


def test_a_new_installation_answers_before_it_is_opened(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/metrics").status_code == 200


def test_a_warning_is_told_and_does_not_alarm(client: Client, alice: User) -> None:
    assert health(client) == (200, "warning", {"no-worker"})


def test_an_error_is_told_by_the_status_as_well(client: Client, ponts: Account) -> None:
    scheduled(ponts)
    assert health(client) == (503, "error", {"no-worker"})


def test_a_database_that_is_away_is_an_answer_and_no_page(
    client: Client, alice: User, database_away: None
) -> None:
    assert health(client) == (503, "error", {"database-away"})


def test_health_is_what_the_watchdog_of_this_process_saw(client: Client, monkeypatch) -> None:
    dog = Watchdog()
    trouble = Trouble(code="database-full", severity=Severity.ERROR)
    dog.view = View(looked_at=here.steady_seconds(), troubles=(trouble,))
    monkeypatch.setattr(here, "_here", dog)
    assert health(client) == (503, "error", {"database-full"})


def test_health_names_no_account_and_no_host(client: Client, ponts: Account) -> None:
    worker("host-1:1", clock_ahead=200.0)
    make_due(scheduled(ponts))
    assert set(client.get("/healthz").json()["troubles"][0]) == {"code", "severity", "since"}


def test_a_process_is_ready_when_its_tables_are_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_a_process_is_not_ready_for_tables_of_another_version(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("watch", "0002_hooks")
    try:
        answer = client.get("/readyz")
    finally:
        recorder.record_applied("watch", "0002_hooks")
    assert (answer.status_code, answer.json()["why"]) == (503, "other-tables")


def test_a_process_is_not_ready_without_its_database(client: Client, database_away: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "database-away")


def test_figures_tell_what_is_to_be_done_and_who_is_there(client: Client, ponts: Account) -> None:
    worker("host-1:1", roles=("clock", "deliver"), in_hand=3)
    delivery = scheduled(ponts)
    Delivery.objects.filter(pk=delivery.pk).update(ready_at=Now())
    found = samples(client)
    assert found["parvis_deliveries", "scheduled"] == 1
    assert found["parvis_deliveries", "sending"] == 0
    assert found["parvis_deliveries_due",] == 1
    assert found["parvis_deliveries_overdue",] == 0
    assert found["parvis_workers", "deliver"] == 1
    assert found["parvis_workers", "collect"] == 0
    assert found["parvis_worker_in_hand", "host-1", "host-1:1"] == 3
    assert 0 <= found["parvis_worker_beat_age_seconds", "host-1", "host-1:1"] < 60
    assert found["parvis_database_up",] == 1
    assert found["parvis_database_size_bytes",] > 1_000_000
    assert abs(found["parvis_clock_ahead_seconds",]) < 5


def test_what_waits_for_a_person_is_counted_and_what_is_settled_is_not(
    client: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    scheduled(ponts, ponts_mastodon)
    Delivery.objects.filter(account=ponts).update(state=State.HELD, reason_code="too-late")
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.REFUSED)
    found = samples(client)
    assert found["parvis_deliveries", "held"] == 1
    assert found["parvis_deliveries_held_late",] == 1
    assert ("parvis_deliveries", "refused") not in found


def test_counters_and_lateness_carry_the_name_of_their_worker(client: Client) -> None:
    lateness = {"count": 3, "sum": 0.6, "0.05": 1, "0.1": 2, "0.5": 3, "1": 3}
    worker("host-1:1", counts={"published": 12, "refused": 1, "lateness": lateness})
    worker("host-1:2", counts={"published": 2})
    found = samples(client)
    assert found["parvis_outcomes_total", "published", "host-1:1"] == 12
    assert found["parvis_outcomes_total", "published", "host-1:2"] == 2
    assert found["parvis_lateness_seconds_bucket", "0.1", "host-1:1"] == 2
    assert found["parvis_lateness_seconds_bucket", "+Inf", "host-1:1"] == 3
    assert found["parvis_lateness_seconds_sum", "host-1:1"] == pytest.approx(0.6)


def test_the_last_counts_of_a_worker_that_stopped_are_still_heard(client: Client) -> None:
    worker("host-1:1", counts={"published": 12}, stopped_at=Now())
    found = samples(client)
    assert found["parvis_outcomes_total", "published", "host-1:1"] == 12
    assert found["parvis_workers", "deliver"] == 0
    assert ("parvis_worker_in_hand", "host-1", "host-1:1") not in found


def test_without_its_database_the_figures_say_just_that(
    client: Client, database_away: None
) -> None:
    found = samples(client)
    assert found["parvis_database_up",] == 0
    assert not any(name[0] == "parvis_deliveries" for name in found)


def test_figures_are_not_there_for_another_machine(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_figures_are_not_there_for_who_comes_through_a_proxy(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 404


def test_a_desk_with_a_public_address_wants_the_token_from_everybody(
    client: Client, settings: Any, with_token: dict[str, str]
) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers=with_token).status_code == 200


def test_the_right_token_opens_the_figures_from_anywhere(
    client: Client, with_token: dict[str, str]
) -> None:
    assert samples(client, headers=with_token, REMOTE_ADDR="192.0.2.7")


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer ", "Basic eA==", "Bearer é"])
def test_a_wrong_token_opens_nothing(
    client: Client, with_token: dict[str, str], given: str
) -> None:
    answer = client.get("/metrics", headers={"authorization": given}, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 404


def test_monitors_can_only_read(client: Client) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        assert client.post(address).status_code == 405


def test_asking_for_figures_changes_nothing(client: Client) -> None:
    worker()
    before = list(Worker.objects.values())
    samples(client)
    assert list(Worker.objects.values()) == before
