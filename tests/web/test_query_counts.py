"""No page asks the database more often because there is more of what it shows."""

from datetime import time, timedelta

import pytest
from django.test import Client

from parvis.compose.content import UsedMedia
from parvis.compose.models import Campaign, Media, Snippet
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import SavedView, Workspace
from parvis.schedule.slots import WeeklyTime, set_slots
from tests.cast import connect, draft, kept_photograph, scheduled
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/posts/",
    "/posts/?show=drafts",
    "/posts/?show=scheduled",
    "/posts/?show=published",
    "/posts/?show=to-decide",
    "/posts/?q=square",
    "/posts/?account={account}&tag={tag}&state=scheduled",
    "/posts/sorted/",
    "/posts/import/",
    "/posts/{post}/",
    "/campaigns/",
    "/campaigns/{campaign}/",
    "/calendar/",
    "/calendar/?view=week",
    "/calendar/?view=agenda",
    "/queue/",
    "/queue/{account}/slots/",
    "/write/",
    "/write/{draft}/",
    "/write/completions/?accounts={account}",
    "/library/",
    "/library/choose/",
    "/library/{media}/",
    "/accounts/",
    "/accounts/{account}/",
    "/accounts/{account}/disconnect/",
    "/settings/",
    "/settings/notifications/",
    "/settings/people/",
    "/settings/snippets/",
    "/settings/apps/",
    "/settings/backup/",
]


class Furnished:
    """A desk with something of everything, and more of it each time."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.times = 0
        self.keys = self.add()

    def add(self) -> dict[str, int]:
        """The keys of what was added, as addresses name them."""
        self.times += 1
        account = connect(self.workspace, handle=f"ponts{self.times}.example.org")
        set_slots(account, [WeeklyTime(day, time(9, self.times)) for day in range(7)])
        media = kept_photograph(self.workspace, f"{self.times}.png", width=240 + self.times)
        campaign = Campaign.objects.create(workspace=self.workspace, name=f"Season {self.times}")
        post = self._written(account, media, campaign)
        self._settled(account)
        self._kept()
        return {
            "account": account.pk,
            "media": media.pk,
            "campaign": campaign.pk,
            "draft": post,
            "tag": self.workspace.tags.latest("pk").pk,
            "post": self._coming(account, campaign),
        }

    def _written(self, account: Account, media: Media, campaign: Campaign) -> int:
        written = draft(
            account,
            media=(UsedMedia(media_id=media.pk, alt="Stalls"),),
            tags=(f"shelf {self.times}",),
            campaign_id=campaign.pk,
            planned_at=database_now() + timedelta(hours=self.times),
        )
        return written.pk

    def _coming(self, account: Account, campaign: Campaign) -> int:
        tags = (f"shelf {self.times}",)
        coming = [
            scheduled(account, in_=timedelta(hours=n), campaign_id=campaign.pk, tags=tags)
            for n in (1, 2)
        ]
        return coming[0].post_id

    def _settled(self, account: Account) -> None:
        for state in (State.PUBLISHED, State.HELD, State.REFUSED, State.UNKNOWN):
            delivery = scheduled(account)
            told = {"state": state, "settled_at": database_now()}
            Delivery.objects.filter(pk=delivery.pk).update(**told)

    def _kept(self) -> None:
        name = f"Opening hours {self.times}"
        Snippet.objects.create(workspace=self.workspace, name=name, text="Open until seven.")
        user = self.workspace.members.get()
        SavedView.objects.create(user=user, workspace=self.workspace, name=name, query="q=open")


@pytest.fixture
def furnished(workspace: Workspace) -> Furnished:
    made = Furnished(workspace)
    made.add()
    return made


def test_every_page_asks_as_often_for_much_as_for_little(
    desk: Client, furnished: Furnished
) -> None:
    addresses = [page.format(**furnished.keys) for page in PAGES]
    few = {address: queries(desk, address) for address in addresses}
    assert min(few.values()) > 0
    furnished.add()
    furnished.add()
    assert {address: queries(desk, address) for address in addresses} == few
