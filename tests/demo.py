"""A furnished desk: what the bookshop says on seven networks in a usual week, in every state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import override_settings
from PIL import Image, ImageDraw

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.media import keep_picture
from parvis.compose.models import Campaign, Media, Post, Snippet, Tag
from parvis.compose.verbs import start_draft
from parvis.config.reach import all_networks
from parvis.connections.models import Account, AccountState
from parvis.connections.verbs import keep_connected
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now, schedule
from parvis.intake.feed_models import Feed
from parvis.networks.contract import Connected, Secret, Tokens
from parvis.people.models import Membership, Role, SavedView, User, Workspace
from parvis.people.verbs import workspace_of
from parvis.schedule.models import Series, Slot
from tests.cast import PASSWORD
from tests.demo_feeds import followed_feed
from tests.demo_figures import let_fare
from tests.demo_series import recurring_posts
from tests.waiting import Waiting, let_wait

HANDLES = {
    "x": "librairieponts",
    "facebook": "Librairie Ponts",
    "instagram": "librairie.ponts",
    "linkedin": "Librairie Ponts",
    "threads": "librairie.ponts",
    "mastodon": "ponts@social.example.org",
    "bluesky": "ponts.example.org",
}
REOPENS = (
    "Le parvis rouvre samedi : quarante bouquinistes, de la musique à midi, et un café pour qui "
    "apporte un livre à échanger. https://ponts.example.org/samedi"
)
READING = (
    "Tonight at seven Charlie reads from “The Lighthouse Keepers”, by the stove. Twelve chairs, "
    "and the stairs for everybody else."
)
MAPS = "Arrivage : douze cartes de Cassini, coloriées à la main. À voir sur place jusqu’à dimanche."
QUESTION = "Which book did you give away most often? We keep a shelf for your answers."
HOURS = "Horaires d’hiver : du mardi au samedi, de 10 h à 19 h. Le dimanche, on lit."
BEES = "Bob’s window this week: everything about bees, from Virgil to a keeper’s diary of 1911."
THANKS = "Merci à toutes et à tous pour la fête des bouquinistes : 312 livres ont changé de mains."
WALK = "Sunday walk along the bridges: Alice tells where booksellers stood in 1850. Free, at ten."
IDEAS = "Idée : un carnet des libraires, une page par semaine, écrite par qui tient la caisse."


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """`unknown`, `held` and `published` are deliveries; `draft` and `scheduled` are posts."""

    workspace: Workspace
    accounts: dict[str, Account]
    pictures: Sequence[Media]
    campaign: Campaign
    feed: Feed
    series: Series
    snippet: Snippet
    tag: Tag
    view: SavedView
    draft: Post
    scheduled: Post
    published: Delivery
    unknown: Delivery
    held: Delivery
    waiting: Waiting


def furnish(alice: User) -> Demo:
    """Instagram and Threads want to know where they would fetch pictures."""
    at_home = replace(settings.INSTALLATION, local_url="http://127.0.0.1:8000")
    with override_settings(INSTALLATION=at_home):
        return _furnished(alice)


def _furnished(alice: User) -> Demo:
    workspace = workspace_of(alice)
    _invite_the_others(workspace)
    accounts = {network: _connected(workspace, network) for network in HANDLES}
    pictures = [_picture(workspace, *drawn) for drawn in _PICTURES]
    campaign = _campaign(workspace)
    days = _Days(workspace)
    _last_weeks(days, accounts, pictures)
    _last_days(days, accounts, pictures, campaign)
    _this_week(days, accounts, pictures, campaign)
    published = _today(days, accounts, pictures)
    let_fare(workspace, days.now)
    snippet = _arrange(workspace, accounts)
    return Demo(
        workspace=workspace,
        accounts=accounts,
        pictures=pictures,
        campaign=campaign,
        feed=followed_feed(workspace, accounts),
        series=recurring_posts(workspace, accounts),
        snippet=snippet,
        tag=workspace.tags.earliest("pk"),
        view=_saved_view(workspace, alice),
        draft=_drafts(accounts, pictures, days),
        scheduled=_scheduled(days.ahead(hours=2), [accounts["x"], accounts["bluesky"]], READING),
        published=published,
        unknown=_unknown(days, accounts["facebook"]),
        held=_stuck(days, accounts),
        waiting=let_wait(workspace, alice),
    )


class _Days:
    """Moments on the workspace's clocks around now, those of today kept within the day."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.now = database_now()
        self.zone: ZoneInfo = workspace.zone
        today = self.now.astimezone(self.zone).date()
        self.midnight = datetime.combine(today, time(), tzinfo=self.zone).astimezone(UTC)

    def on(self, days: int, hour: int, minute: int = 0) -> datetime:
        day = (self.midnight + timedelta(days=days, hours=3)).astimezone(self.zone).date()
        return datetime.combine(day, time(hour, minute), tzinfo=self.zone)

    def ago(self, share: float) -> datetime:
        """1 is midnight, or nine hours ago when that was later; 0 is now."""
        return self.now - share * min(self.now - self.midnight, timedelta(hours=9))

    def ahead(self, **span: float) -> datetime:
        return self.now + timedelta(**span)


def _invite_the_others(workspace: Workspace) -> None:
    for name in ("Bob", "Charlie"):
        user = User.objects.create_user(
            f"{name.lower()}@example.org", PASSWORD, name=name, language="fr"
        )
        Membership.objects.create(user=user, workspace=workspace, role=Role.OWNER)


def _connected(workspace: Workspace, network: str) -> Account:
    ends = database_now() + timedelta(days=41)
    return keep_connected(
        workspace,
        Connected(
            network=network,
            server="http://127.0.0.1:8100",
            remote_id=f"ponts-{network}",
            handle=HANDLES[network],
            display_name="Librairie Ponts",
            tokens=Tokens(access=Secret("the access token"), expires_at=ends),
            traits=all_networks()[network].usual_traits,
        ),
        is_sandbox=True,
    )


_PICTURES = (
    (
        "etals.png",
        "Des étals de livres sur le parvis, sous leurs toiles",
        "#d9c7a3",
        "#23489e",
    ),
    ("lecture.png", "A stove, a reading lamp and twelve empty chairs", "#33363c", "#f0bd5e"),
    ("carte.png", "Une carte ancienne, coloriée en vert et en brun", "#e9e2cf", "#1f6b57"),
)


def _picture(workspace: Workspace, name: str, alt: str, ground: str, ink: str) -> Media:
    """Roofs and stripes, drawn: nobody's photograph."""
    out = BytesIO()
    image = Image.new("RGB", (1200, 800), ground)
    draw = ImageDraw.Draw(image)
    for left in range(60, 1140, 220):
        draw.polygon([(left, 430), (left + 90, 300), (left + 180, 430)], fill=ink)
        draw.rectangle((left + 12, 430, left + 168, 640), outline=ink, width=8)
        for shelf in range(470, 640, 45):
            draw.line((left + 24, shelf, left + 156, shelf), fill=ink, width=10)
    image.save(out, "PNG")
    size = out.tell()
    out.seek(0)
    media = keep_picture(workspace, name, out, size)
    Media.objects.filter(pk=media.pk).update(alt=alt)
    media.refresh_from_db()
    return media


def _campaign(workspace: Workspace) -> Campaign:
    today = database_now().date()
    return Campaign.objects.create(
        workspace=workspace,
        name="Samedi sur le parvis",
        starts_on=today - timedelta(days=6),
        ends_on=today + timedelta(days=8),
    )


def _draft(accounts: Sequence[Account], text: str, *media: Media, **content: Any) -> Post:
    used = tuple(UsedMedia(media_id=each.pk, alt=each.alt) for each in media)
    said = {account.pk: Said() for account in accounts}
    author = User.objects.earliest("pk")
    whole = Content(text=text, media=used, said=said, **content)
    return start_draft(accounts[0].workspace, author, whole)


def _scheduled(
    at: datetime, accounts: Sequence[Account], text: str, *media: Media, **content: Any
) -> Post:
    """What lies behind was scheduled all the same: only its time is moved there afterwards."""
    post = _draft(accounts, text, *media, **content)
    deliveries = schedule(post, max(at, database_now() + timedelta(minutes=1)))
    Delivery.objects.filter(pk__in=[d.pk for d in deliveries]).update(due_at=at, ready_at=at)
    Post.objects.filter(pk=post.pk).update(
        planned_at=at, handed_over_at=min(at, database_now()) - timedelta(days=1)
    )
    return post


def _went_out(
    at: datetime, accounts: Sequence[Account], text: str, *media: Media, **content: Any
) -> Delivery:
    post = _scheduled(at, accounts, text, *media, **content)
    for delivery in post.deliveries.select_related("account"):
        receipt = {
            "remote_id": f"{delivery.pk}",
            "url": f"https://{delivery.account.network}.example.org/ponts/{delivery.pk}",
            "published_at": at.isoformat(),
            "reference": {},
        }
        _settle(delivery, State.PUBLISHED, at, receipts=[receipt], settled_at=at)
    return delivery


def _settle(delivery: Delivery, state: State, at: datetime, **more: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, tries=1, **more)
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        fence=1,
        worker="desk:1",
        request={"key": delivery.keys[0], "text": delivery.parts[0]["text"], "body": {}},
        started_at=at,
        finished_at=at + timedelta(seconds=1),
        outcome=Outcome.PUBLISHED if state == State.PUBLISHED else Outcome.UNKNOWN,
    )


def _last_weeks(days: _Days, on: dict[str, Account], pictures: Sequence[Media]) -> None:
    """The shop’s usual week, with a campaign of its own."""
    winter = Campaign.objects.create(
        workspace=days.workspace, name="Vitrine d’hiver", colour="verdigris"
    )
    for week in (1, 2, 3):
        _went_out(days.on(-7 * week, 9, 30), [on["x"], on["bluesky"]], HOURS)
        _went_out(
            days.on(2 - 7 * week, 12, 30),
            [on["instagram"], on["threads"]],
            BEES,
            pictures[1],
            campaign_id=winter.pk,
        )
        _went_out(days.on(4 - 7 * week, 17), [on["linkedin"], on["facebook"]], THANKS)


def _last_days(
    days: _Days, on: dict[str, Account], pictures: Sequence[Media], campaign: Campaign
) -> None:
    stalls, _, old_map = pictures
    _went_out(days.on(-1, 9, 30), [on["x"], on["mastodon"], on["bluesky"]], HOURS)
    _went_out(days.on(-1, 17), [on["instagram"], on["facebook"]], MAPS, old_map)
    _went_out(days.on(-2, 12), [on["linkedin"], on["facebook"]], THANKS, tags=("fête",))
    _went_out(
        days.on(-3, 18, 15),
        [on["threads"], on["instagram"], on["bluesky"]],
        REOPENS,
        stalls,
        campaign_id=campaign.pk,
        tags=("parvis",),
    )


def _this_week(
    days: _Days, on: dict[str, Account], pictures: Sequence[Media], campaign: Campaign
) -> None:
    stalls, lamp, old_map = pictures
    _scheduled(days.on(1, 9), list(on.values()), REOPENS, stalls, campaign_id=campaign.pk)
    _scheduled(days.on(1, 18), [on["mastodon"], on["bluesky"]], QUESTION, tags=("lectures",))
    _scheduled(days.on(2, 12, 30), [on["instagram"], on["threads"]], BEES, lamp)
    _scheduled(days.on(3, 10), [on["facebook"], on["linkedin"]], WALK)
    _scheduled(days.on(5, 17), [on["x"], on["mastodon"]], MAPS, old_map)


def _today(days: _Days, on: dict[str, Account], pictures: Sequence[Media]) -> Delivery:
    _, lamp, _ = pictures
    _went_out(days.ago(0.8), [on["linkedin"], on["facebook"]], HOURS)
    _went_out(days.ago(0.6), [on["instagram"], on["threads"]], BEES, lamp, tags=("vitrine",))
    last = _went_out(days.ago(0.3), [on["bluesky"], on["mastodon"]], QUESTION)
    _scheduled(days.ahead(minutes=42), [on["mastodon"], on["threads"], on["bluesky"]], WALK)
    _scheduled(days.ahead(hours=4.5), [on["instagram"]], MAPS, pictures[2])
    return last


def _unknown(days: _Days, account: Account) -> Delivery:
    """With one post on the account that may be it."""
    at = days.ago(0.4)
    delivery = _went_out(at, [account], REOPENS)
    found = {
        "remote_id": "4711",
        "url": "https://facebook.example.org/ponts/4711",
        "text": REOPENS.replace("quarante", "40"),
        "published_at": (at + timedelta(seconds=3)).isoformat(),
        "media_count": 0,
    }
    Attempt.objects.filter(delivery=delivery).update(outcome=Outcome.UNKNOWN)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.UNKNOWN,
        receipts=[],
        settled_at=None,
        reason_code="cannot-tell",
        candidates=[found],
    )
    delivery.refresh_from_db()
    return delivery


def _stuck(days: _Days, on: dict[str, Account]) -> Delivery:
    """One held, one refused, and an account that wants to be connected again."""
    Account.objects.filter(pk=on["linkedin"].pk).update(
        state=AccountState.NEEDS_RECONNECT, problem_code="token-revoked"
    )
    (refused,) = _scheduled(days.ago(0.5), [on["x"]], THANKS).deliveries.all()
    said = {"said": "Status is a duplicate."}
    _settle(refused, State.REFUSED, days.ago(0.5), reason_code="rejected", reason_facts=said)
    (held,) = _scheduled(days.on(-1, 8), [on["threads"]], HOURS).deliveries.all()
    Delivery.objects.filter(pk=held.pk).update(state=State.HELD, reason_code="too-late")
    held.refresh_from_db()
    return held


def _drafts(on: dict[str, Account], pictures: Sequence[Media], days: _Days) -> Post:
    _draft([on["linkedin"]], IDEAS, tags=("idées",))
    _draft([on["x"], on["bluesky"]], BEES, planned_at=days.on(4, 9))
    return _draft([on["mastodon"], on["bluesky"], on["x"]], REOPENS, pictures[0])


def _arrange(workspace: Workspace, on: dict[str, Account]) -> Snippet:
    for account in (on["mastodon"], on["bluesky"], on["instagram"]):
        for weekday in range(1, 6):
            Slot.objects.create(account=account, weekday=weekday, time=time(9))
            Slot.objects.create(account=account, weekday=weekday, time=time(18))
    return Snippet.objects.create(workspace=workspace, name="Horaires", text=HOURS)


def _saved_view(workspace: Workspace, alice: User) -> SavedView:
    return SavedView.objects.create(
        user=alice, workspace=workspace, name="Brouillons", query="show=drafts"
    )
