"""The feeds of the furnished desk: the bookshop's notebook, and one that is silent."""

from datetime import timedelta

from parvis.compose.validation import Finding, Severity
from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake.feed_fetching import Fetched
from parvis.intake.feed_looking import Look
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed
from parvis.intake.feed_posting import post_what_waits
from parvis.intake.feed_reading import read_feed
from parvis.intake.feed_rules import Rule
from parvis.intake.feed_verbs import add, keep_rule, switch_on
from parvis.people.models import Workspace
from tests.servers.feeds import rss

ENTRIES = (
    (
        "Un dimanche à relire Virgile",
        "lectures",
        "Bob",
        "Les Géorgiques, livre quatre : les abeilles.",
    ),
    ("Arrivage : douze cartes de Cassini", "boutique", "Alice", "Coloriées à la main, vers 1780."),
    ("Where booksellers stood in 1850", "promenades", "Charlie", "A walk along nine bridges."),
    ("Le carnet s’arrête une semaine", "annonces", "Alice", "Nous rouvrons le 3."),
    ("Comment on recolle un dos", "atelier", "Bob", "De la colle de pâte, du temps, et un linge."),
    ("Quarante bouquinistes samedi", "parvis", "Alice", "De la musique à midi."),
)


def followed_feed(workspace: Workspace, on: dict[str, Account]) -> Feed:
    _silent_feed(workspace, on["bluesky"])
    feed = _added(workspace, "https://ponts.example.org/carnet.xml", "Le carnet de Ponts")
    rule = Rule(
        accounts=[on["mastodon"], on["bluesky"]],
        template="{title}\n\n{summary}\n\n{link}",
        becomes=Becomes.SLOT,
        most_a_day=2,
        without=["annonces"],
        tags=["carnet"],
    )
    keep_rule(feed, rule)
    switch_on(feed)
    _tell_of_its_entries(feed, on["bluesky"])
    Feed.objects.filter(pk=feed.pk).update(next_look_at=database_now() + timedelta(minutes=21))
    return feed


def _added(workspace: Workspace, address: str, title: str) -> Feed:
    items = (
        f"<title>{name}</title><link>https://ponts.example.org/carnet/{number}</link>"
        f"<category>{category}</category><author>x@example.org ({author})</author>"
        f"<description>{told}</description>"
        for number, (name, category, author, told) in enumerate(ENTRIES)
    )
    body = rss(*items, title=title).encode()
    fetched = Fetched(
        body=body,
        content_type="application/rss+xml",
        address=address,
        moved_to=address,
        etag="",
        modified="",
        rest=None,
    )
    read = read_feed(body, fetched.content_type, address)
    return add(workspace, Look(fetched=fetched, read=read), workspace.members.earliest("pk"))


def _tell_of_its_entries(feed: Feed, account: Account) -> None:
    """Two have become posts, one waits, one is left out, one wants a person."""
    one, two, left_out, held, waiting, _ = Entry.objects.filter(feed=feed).order_by("pk")
    Entry.objects.filter(pk__in=[one.pk, two.pk]).update(fate=Fate.WAITING)
    post_what_waits(feed)
    Entry.objects.filter(pk=waiting.pk).update(fate=Fate.WAITING)
    Entry.objects.filter(pk=left_out.pk).update(fate=Fate.LEFT_OUT, why="without")
    too_long = Finding(
        severity=Severity.ERROR, code="too-long", facts={"length": 312, "limit": 300, "over": 12}
    )
    seen = {str(account.pk): [{**_as_json(too_long)}]}
    Entry.objects.filter(pk=held.pk).update(fate=Fate.DRAFT, why="not-ready", seen=seen)


def _as_json(finding: Finding) -> dict[str, object]:
    return {"severity": finding.severity, "code": finding.code, "facts": finding.facts}


def _silent_feed(workspace: Workspace, account: Account) -> None:
    feed = _added(workspace, "https://relieurs.example.org/atom.xml", "Les relieurs du quai")
    keep_rule(feed, Rule(accounts=[account]))
    switch_on(feed)
    now = database_now()
    Feed.objects.filter(pk=feed.pk).update(
        failures=6,
        failing_since=now - timedelta(hours=16),
        next_look_at=now + timedelta(hours=9),
        problem_code="not-found",
        problem_facts={"host": "relieurs.example.org", "status": 404},
    )
