"""From due to settled, with a real Bluesky server and answers that get lost on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from parvis.compose.content import UsedMedia
from parvis.connections.models import Account, AccountState
from parvis.connections.verbs import connect_with_password, keep_tokens, speaking_as
from parvis.deliver import verbs
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import State
from parvis.networks.contract import Secret, Tokens
from parvis.people.models import Workspace
from tests.cast import kept_picture, make_due, scheduled
from tests.deliver.driving import deliver_due, look_up_due, reaching
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy
from tests.servers.lost_answer import LostAnswers

pytestmark = pytest.mark.django_db
PUT = "com.atproto.repo.putRecord"


class Stage:
    """Ponts on a real server, with a proxy before it."""

    def __init__(self, behind: BlueskyBehindProxy, account: Account) -> None:
        self.server = behind.server
        self.proxy: LostAnswers = behind.pds
        self.account = account

    @property
    def records(self) -> list[dict[str, object]]:
        return self.server.records(self.account.remote_id)


@pytest.fixture
def stage(workspace: Workspace, bluesky_behind_proxy: BlueskyBehindProxy) -> Iterator[Stage]:
    server = bluesky_behind_proxy.server
    ponts: BlueskyAccount = server.new_account("ponts")
    with reaching(bluesky_behind_proxy.plc_url, bluesky_behind_proxy.pds.url):
        account = connect_with_password(
            workspace, "bluesky", ponts.handle, Secret(ponts.app_password)
        )
        yield Stage(bluesky_behind_proxy, account)


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def outcomes_of(delivery: Delivery) -> list[str]:
    return list(Attempt.objects.filter(delivery=delivery).values_list("outcome", flat=True))


def test_a_due_post_with_a_picture_and_its_alt_text_is_published(
    stage: Stage, workspace: Workspace
) -> None:
    stalls = kept_picture(workspace)
    delivery = scheduled(
        stage.account, text="Open", media=(UsedMedia(media_id=stalls.pk, alt="Stalls at dawn"),)
    )
    deliver_due()
    (record,) = stage.records
    (image,) = record["value"]["embed"]["images"]
    assert settled(delivery).state == State.PUBLISHED
    assert (record["value"]["text"], image["alt"]) == ("Open", "Stalls at dawn")
    sent = stage.server.blob(stage.account.remote_id, image["image"]["ref"]["$link"])
    assert sent == stalls.path.read_bytes()


def test_the_receipt_names_the_record_and_a_link_for_people(stage: Stage) -> None:
    """What was said on a server on this machine is on no page of Bluesky’s."""
    delivery = scheduled(stage.account)
    deliver_due()
    (record,) = stage.records
    (receipt,) = settled(delivery).receipts
    assert receipt["remote_id"] == record["uri"]
    key = str(record["uri"]).rsplit("/", 1)[-1]
    page = f"/profile/{stage.account.remote_id}/post/{key}"
    assert delivery.link == f"{stage.account.server}{page}"


def test_the_record_key_is_the_one_frozen_with_the_delivery(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    deliver_due()
    (record,) = stage.records
    assert str(record["uri"]).endswith(delivery.keys[0])


def test_the_attempt_is_on_disk_before_the_network_is_called(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    with stage.proxy.refuse_connect():
        deliver_due()
    assert settled(delivery).state == State.SCHEDULED
    (attempt,) = Attempt.objects.filter(delivery=delivery)
    assert attempt.request["body"]["swapRecord"] is None
    assert attempt.request["body"]["rkey"] == delivery.keys[0]


def test_a_lost_answer_is_unknown_and_not_failed(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.lose(PUT)
    deliver_due()
    assert settled(delivery).state == State.CHECKING
    assert outcomes_of(delivery) == [Outcome.UNKNOWN]


def test_after_a_lost_answer_the_look_up_finds_the_one_record(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.lose(PUT)
    deliver_due()
    look_up_due()
    (record,) = stage.records
    assert settled(delivery).state == State.PUBLISHED
    assert delivery.receipts[0]["remote_id"] == record["uri"]


def test_an_attempt_tells_what_the_look_up_has_shown(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.lose_request(PUT)
    deliver_due()
    look_up_due()
    Delivery.objects.update(ready_at=Now())
    stage.proxy.lose(PUT)
    deliver_due()
    look_up_due()
    assert outcomes_of(delivery) == [Outcome.ABSENT, Outcome.FOUND]


def test_a_request_lost_on_its_way_is_sent_again_and_published_once(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.lose_request(PUT)
    deliver_due()
    look_up_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.SCHEDULED, "absent")
    Delivery.objects.update(ready_at=Now())
    deliver_due()
    assert settled(delivery).state == State.PUBLISHED
    assert len(stage.records) == 1


@pytest.mark.parametrize("fault", ["answer_500_after", "answer_500_before", "garble", "lose"])
def test_whatever_the_server_answers_wrongly_exactly_one_record_exists(
    stage: Stage, fault: str
) -> None:
    delivery = scheduled(stage.account)
    getattr(stage.proxy, fault)(PUT)
    for _ in range(3):
        deliver_due()
        look_up_due()
        Delivery.objects.filter(state=State.SCHEDULED).update(ready_at=Now())
    assert settled(delivery).state == State.PUBLISHED
    assert len(stage.records) == 1


def test_a_second_attempt_sends_the_very_same_request(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.answer_500_before(PUT)
    deliver_due()
    look_up_due()
    Delivery.objects.update(ready_at=Now())
    deliver_due()
    first, second = Attempt.objects.filter(delivery=delivery).order_by("number")
    assert first.request == second.request


def test_while_the_look_up_itself_gets_no_answer_nothing_is_sent(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    stage.proxy.lose(PUT)
    deliver_due()
    stage.proxy.answer_500_before("com.atproto.repo.getRecord", times=None)
    look_up_due()
    look_up_due()
    assert settled(delivery).state == State.CHECKING
    assert len(stage.proxy.requests(PUT)) == 1
    assert delivery.ready_at > verbs.database_now()


def test_a_limit_holds_all_of_the_accounts_calls_until_it_resets(stage: Stage) -> None:
    delivery, next_one = scheduled(stage.account), scheduled(stage.account)
    stage.proxy.answer_instead(PUT, 429, headers={"Retry-After": "120"}, body=b"{}")
    deliver_due()
    waits = settled(delivery).ready_at - verbs.database_now()
    assert timedelta(seconds=100) < waits <= timedelta(seconds=121)
    assert settled(next_one).state in (State.SCHEDULED, State.PUBLISHED)
    assert Account.objects.get().waits_until


def test_an_expired_token_is_renewed_and_the_post_goes_out(stage: Stage) -> None:
    tokens = speaking_as(stage.account).tokens
    lapsed = Tokens(
        access=tokens.access,
        refresh=tokens.refresh,
        password=tokens.password,
        expires_at=datetime.now(UTC) - timedelta(minutes=1),
    )
    keep_tokens(stage.account, lapsed)
    delivery = scheduled(stage.account)
    deliver_due()
    assert settled(delivery).state == State.PUBLISHED
    assert Account.objects.get().token_expires_at > datetime.now(UTC)


def test_a_token_that_the_network_calls_expired_is_renewed_before_the_next_try(
    stage: Stage,
) -> None:
    delivery = scheduled(stage.account)
    body = b'{"error": "ExpiredToken", "message": "Token has expired"}'
    stage.proxy.answer_instead(PUT, 400, body=body, headers={"Content-Type": "application/json"})
    deliver_due()
    assert settled(delivery).state == State.SCHEDULED
    assert stage.proxy.requests("refreshSession")
    Delivery.objects.update(ready_at=Now())
    deliver_due()
    assert settled(delivery).state == State.PUBLISHED


def test_a_dead_account_holds_its_posts_and_asks_for_a_person(stage: Stage) -> None:
    later = scheduled(stage.account, in_=timedelta(days=1))
    delivery = scheduled(stage.account)
    dead = Tokens(access=Secret("no"), refresh=Secret("no"), password=Secret("no"))
    keep_tokens(stage.account, dead)
    deliver_due()
    assert settled(delivery).state == settled(later).state == State.HELD
    assert Account.objects.get().state == AccountState.NEEDS_RECONNECT
    assert not stage.records


def test_a_refused_post_is_never_sent_again(stage: Stage) -> None:
    delivery = scheduled(stage.account)
    body = b'{"error": "InvalidRequest", "message": "Record/text must not be longer"}'
    stage.proxy.answer_instead(PUT, 400, body=body, headers={"Content-Type": "application/json"})
    deliver_due()
    assert settled(delivery).state == State.REFUSED
    deliver_due()
    assert len(stage.proxy.requests(PUT)) == 1


def test_a_missing_picture_postpones_the_post_and_says_so(
    stage: Stage, workspace: Workspace
) -> None:
    stalls = kept_picture(workspace)
    delivery = scheduled(stage.account, media=(UsedMedia(media_id=stalls.pk, alt="Stalls"),))
    stalls.path.unlink()
    deliver_due()
    assert settled(delivery).reason_code == "file-missing"
    assert delivery.state == State.SCHEDULED
    assert not stage.records


def test_posts_of_one_account_go_out_in_the_order_they_were_due(stage: Stage) -> None:
    second, first = scheduled(stage.account, text="second"), scheduled(stage.account, text="first")
    make_due(first, timedelta(minutes=5))
    deliver_due()
    sent = [attempt.request["text"] for attempt in Attempt.objects.order_by("started_at")]
    assert sent == ["first", "second"]
    assert settled(second).state == State.PUBLISHED


def test_no_secret_is_written_with_an_attempt(stage: Stage) -> None:
    scheduled(stage.account)
    deliver_due()
    tokens = speaking_as(Account.objects.get()).tokens
    kept = str(list(Attempt.objects.values())) + str(list(Delivery.objects.values()))
    for secret in (tokens.access, tokens.refresh, tokens.password):
        assert secret
        assert secret.reveal() not in kept
