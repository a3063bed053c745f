"""Series for tests: what the bookshop says again and again."""

from datetime import date, datetime, time, timedelta
from typing import Any

from parvis.compose.content import Content, Said
from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake import recurring
from parvis.intake.recurring import Plan
from parvis.schedule.evergreen import Shelf
from parvis.schedule.models import Occurrence, Series
from parvis.schedule.recurrence import Every, Recurrence
from tests.cast import draft

HOURS = "Open from Tuesday to Saturday, ten to seven."
OTHER_HOURS = "On Sundays we read, on Mondays we sleep."


def today(account: Account) -> date:
    return database_now().astimezone(account.workspace.zone).date()


def daily(account: Account, **how: Any) -> Recurrence:
    """From tomorrow on, at nine."""
    usual = {"at": time(9, 0), "starts_on": today(account) + timedelta(days=1), "times": 5}
    return Recurrence(every=Every.DAY, **{**usual, **how})


def shelf(account: Account, **how: Any) -> Shelf:
    usual = {"times": 3, "rest_days": 7, "ends_on": today(account) + timedelta(days=90)}
    return Shelf(**{**usual, **how})


def plan(*accounts: Account, rule: Recurrence | Shelf | None = None, **how: Any) -> Plan:
    texts = how.pop("texts", (HOURS,))
    said = {account.pk: Said() for account in accounts}
    content = Content(text=texts[0], **{"said": said, **how})
    return Plan(content=content, texts=texts, rule=rule or daily(accounts[0]))


def begun(*accounts: Account, post: Post | None = None, **how: Any) -> Series:
    wanted = plan(*accounts, **how)
    post = post or draft(*accounts, text=wanted.texts[0])
    return recurring.begin(accounts[0].workspace, wanted, post)


def made(series: Series) -> list[Occurrence]:
    """In order, with their posts."""
    return list(series.occurrences.select_related("post").order_by("at", "pk"))


def texts(series: Series) -> list[str]:
    return [row.post.text for row in made(series) if row.post is not None]


def times(series: Series) -> list[datetime]:
    return [row.at for row in made(series)]
