"""What comes back by itself on the furnished desk."""

from datetime import time, timedelta

from parvis.compose.content import Content, Said
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake import recurring, turns
from parvis.intake.recurring import Plan
from parvis.people.models import User, Workspace
from parvis.schedule.evergreen import Shelf
from parvis.schedule.models import Series
from parvis.schedule.recurrence import LAST, Every, Recurrence

WINTER_HOURS = (
    "Horaires d’hiver : du mardi au samedi, de 10 h à 19 h. Le dimanche, on lit.",
    "Ouvert cette semaine du mardi au samedi, de 10 h à 19 h, poêle allumé.",
    "On ouvre mardi à 10 h. D’ici là, la boîte à livres est sous le porche.",
)
SUNDAY_WALK = ("Last Sunday of the month: Alice’s walk along the bridges, at ten, free.",)
GIFT = ("Un livre à offrir ? Dites-nous trois qu’elle a aimés, nous en proposons un quatrième.",)


def recurring_posts(workspace: Workspace, on: dict[str, Account]) -> Series:
    """Opening hours in three wordings, a monthly walk, and an evergreen; answers the first."""
    today = database_now().astimezone(workspace.zone).date()
    weekly = Recurrence(
        every=Every.WEEK,
        weekdays=(0, 3),
        at=time(8, 15),
        starts_on=today + timedelta(days=1),
        times=16,
    )
    monthly = Recurrence(
        every=Every.MONTH,
        nth=LAST,
        weekdays=(6,),
        at=time(7, 45),
        starts_on=today + timedelta(days=1),
        ends_on=today + timedelta(days=200),
    )
    shelf = Shelf(times=6, rest_days=30, ends_on=today + timedelta(days=180))
    hours = _begun(workspace, weekly, WINTER_HOURS, on["mastodon"], on["facebook"])
    _begun(workspace, monthly, SUNDAY_WALK, on["bluesky"])
    _begun(workspace, shelf, GIFT, on["bluesky"], on["mastodon"])
    recurring.skip(hours, hours.occurrences.order_by("at")[1].day)
    turns.make_what_is_due()
    return hours


def _begun(
    workspace: Workspace, rule: Recurrence | Shelf, texts: tuple[str, ...], *accounts: Account
) -> Series:
    said = {account.pk: Said() for account in accounts}
    content = Content(text=texts[0], said=said, language=workspace.language)
    author = User.objects.earliest("pk")
    post = start_draft(workspace, author, content)
    plan = Plan(content=content, texts=texts, rule=rule)
    return recurring.begin(workspace, plan, post, by=author)
