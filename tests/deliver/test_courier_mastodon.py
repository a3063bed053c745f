"""From due to settled on a Mastodon server, where a post has no key that can be asked for."""

import pytest
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.connections.verbs import connect_with_token
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.contract import Secret
from parvis.people.models import Workspace
from tests.cast import scheduled
from tests.deliver.driving import deliver_due, look_up_due
from tests.servers.fixtures import StandBefore
from tests.servers.lost_answer import LostAnswers
from tests.servers.mastodon import MastodonServer

pytestmark = pytest.mark.django_db
STATUSES = "/api/v1/statuses"


class Stage:
    def __init__(self, server: MastodonServer, proxy: LostAnswers, account: Account) -> None:
        self.server = server
        self.proxy = proxy
        self.account = account

    @property
    def texts(self) -> list[str]:
        return self.server.texts(self.server.ponts)


@pytest.fixture
def stage(
    workspace: Workspace, mastodon_server: MastodonServer, lost_answers: StandBefore
) -> Stage:
    mastodon_server.reset()
    proxy = lost_answers(mastodon_server.url)
    token = Secret(mastodon_server.new_token(mastodon_server.ponts))
    account = connect_with_token(workspace, "mastodon", proxy.url, token)
    return Stage(mastodon_server, proxy, account)


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def again() -> None:
    Delivery.objects.filter(state=State.SCHEDULED).update(ready_at=Now())
    deliver_due()


def test_a_due_post_is_published_with_its_warning_and_visibility(stage: Stage) -> None:
    delivery = scheduled(stage.account, content_warning="Books", visibility="unlisted")
    deliver_due()
    (status,) = stage.server.statuses(stage.server.ponts)
    assert settled(delivery).state == State.PUBLISHED
    assert (status["spoiler_text"], status["visibility"]) == ("Books", "unlisted")


@pytest.mark.parametrize("fault", ["lose", "lose_request", "answer_500_after", "answer_500_before"])
def test_whatever_goes_wrong_exactly_one_status_exists(stage: Stage, fault: str) -> None:
    delivery = scheduled(stage.account, text="Once")
    getattr(stage.proxy, fault)(STATUSES, method="POST")
    deliver_due()
    assert settled(delivery).state == State.CHECKING
    look_up_due()
    again()
    assert settled(delivery).state == State.PUBLISHED
    assert len(stage.texts) == 1


def test_an_equal_post_of_ours_is_not_taken_for_the_one_that_was_lost(stage: Stage) -> None:
    first = scheduled(stage.account, text="Open today")
    deliver_due()
    second = scheduled(stage.account, text="Open today")
    stage.proxy.lose_request(STATUSES, method="POST")
    deliver_due()
    look_up_due()
    again()
    assert settled(first).receipts[0]["remote_id"] != settled(second).receipts[0]["remote_id"]
    assert len(stage.texts) == 2


def test_when_several_posts_could_be_it_a_person_is_asked_with_the_candidates(
    stage: Stage,
) -> None:
    delivery = scheduled(stage.account, text="Open today")
    stage.proxy.lose_request(STATUSES, method="POST")
    deliver_due()
    for _ in range(2):
        stage.server.post(stage.server.ponts, "Open today")
    for _ in range(7):
        look_up_due()
    assert settled(delivery).state == State.UNKNOWN
    assert [found["media_count"] for found in delivery.candidates] == [0, 0]
    assert len(stage.proxy.requests(STATUSES, "POST")) == 1
