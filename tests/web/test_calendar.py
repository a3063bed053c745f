"""The calendar's pages, and moving what stands in them."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User, Workspace
from parvis.report.calendar import month_of
from parvis.report.calendar_entries import Filters
from parvis.web.templatetags.calendar import is_gone
from tests.cast import connect, draft, scheduled
from tests.web.counting import queries
from tests.web.reading import Page

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
HTMX = {"HX-Request": "true"}
VIEWS = ["month", "week", "agenda"]


def there(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """So many days from today, on the clocks of the bookshop."""
    day = database_now().astimezone(PARIS).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def put(account: Account, due_at: datetime, state: State = State.SCHEDULED, **said: str) -> Post:
    delivery = scheduled(account, **said)  # type: ignore[arg-type]
    Delivery.objects.filter(pk=delivery.pk).update(due_at=due_at, ready_at=due_at, state=state)
    return Post.objects.get(pk=delivery.post_id)


def address(view: str, at: datetime, **more: str) -> str:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/calendar/?view={view}&day={at.astimezone(PARIS):%Y-%m-%d}{asked}"


def shown(desk: Client, where: str) -> str:
    answer = desk.get(where)
    assert answer.status_code == 200
    page = answer.content.decode()
    Page(page)  # what is opened is closed
    return page


def moving(post: Post, seen: datetime, to: datetime, **more: str) -> dict[str, str]:
    local = to.astimezone(PARIS)
    return {
        "post": str(post.pk),
        "seen": seen.isoformat(),
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        **more,
    }


def due_of(post: Post) -> datetime:
    return Delivery.objects.get(post=post).due_at


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_a_post_and_a_planned_draft_at_their_times(
    desk: Client, ponts: Account, view: str
) -> None:
    at = there(10, 5)
    post = put(ponts, at, text="The square reopens.")
    planned = draft(ponts, text="Perhaps a fair.", planned_at=there(10, 35))
    page = shown(desk, address(view, at))
    assert f'href="/posts/{post.pk}/"' in page
    assert f'href="/write/{planned.pk}/"' in page
    assert "10:05" in page
    assert "10:35" in page
    assert "Perhaps a fair." in page
    assert "On the clocks of Europe/Paris." in page


@pytest.mark.parametrize(
    "asked",
    ["?view=x&day=y", "?day=0001-01-01", "?day=9999-12-31", "?day=2026-02-31&account=²",
     "?view=agenda&after=x~y", "?view=agenda&after=2026-01-01T00:00:00~1", f"?tag={'9' * 30}",
     "?view=agenda&after=0001-01-01T00:00:00%2B14:00~1", "?view=week&day=2199-12-31"],
)  # fmt: skip
def test_what_cannot_be_read_in_the_address_asks_for_nothing(
    desk: Client, ponts: Account, asked: str
) -> None:
    assert "calendar-move" in shown(desk, f"/calendar/{asked}")


def test_the_ways_to_other_days_keep_the_choice(desk: Client, ponts: Account) -> None:
    page = Page(shown(desk, f"/calendar/?view=week&day=2026-04-20&account={ponts.pk}&state=draft"))
    following = next(e for e in page.elements if e.attributes.get("rel") == "next")
    asked = parse_qs(urlsplit(following.attributes["href"]).query)
    assert asked == {
        "view": ["week"],
        "day": ["2026-04-27"],
        "account": [str(ponts.pk)],
        "state": ["draft"],
    }


def test_the_entries_can_be_chosen_by_account_campaign_tag_and_state(
    desk: Client, workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    campaign = Campaign.objects.create(workspace=workspace, name="Spring fair")
    tag = Tag.objects.create(workspace=workspace, name="fair")
    at = there(10)
    wanted = put(ponts, at, text="Wanted")
    Post.objects.filter(pk=wanted.pk).update(campaign=campaign)
    wanted.tags.add(tag)
    put(ponts_mastodon, at, text="Not wanted")
    for name, chosen in (("account", ponts.pk), ("campaign", campaign.pk), ("tag", tag.pk)):
        page = shown(desk, address("month", at, **{name: str(chosen)}))
        assert f'value="{chosen}" selected' in page
        assert ("Wanted" in page, "Not wanted" in page) == (True, False)
    assert "Nothing here for this choice." in shown(desk, address("month", at, state="refused"))


@pytest.mark.parametrize("view", VIEWS)
def test_an_entry_shows_the_colour_and_the_name_of_its_campaign(
    desk: Client, workspace: Workspace, ponts: Account, view: str
) -> None:
    fair = Campaign.objects.create(workspace=workspace, name="Spring fair", colour="verdigris")
    post, planned = put(ponts, there(10)), draft(ponts, planned_at=there(11))
    Post.objects.filter(pk__in=[post.pk, planned.pk]).update(campaign=fair)
    page = shown(desk, address(view, there(10)))
    legend = 0 if view == "agenda" else 1
    assert page.count("dot-verdigris") == 2 + legend
    assert "Spring fair" in page


def test_the_weeks_before_this_one_stand_low_in_this_month_alone(workspace: Workspace) -> None:
    now = datetime(2026, 4, 15, 10, tzinfo=UTC)
    months = {
        day: month_of(workspace, day, now, Filters(), {})
        for day in (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
    }
    gone = {day.month: [is_gone(w, each) for w in each.weeks] for day, each in months.items()}
    assert gone[4] == [True, True, False, False, False]
    assert not any([*gone[3], *gone[5]])


def test_a_full_day_folds_into_the_agenda_of_that_day(desk: Client, ponts: Account) -> None:
    at = there(10)
    for minute in range(5):
        put(ponts, at + timedelta(minutes=minute), text=f"number {minute}")
    page = shown(desk, address("month", at))
    assert "2 more" in page
    assert f"/calendar/?view=agenda&amp;day={at.astimezone(PARIS):%Y-%m-%d}" in page


def test_a_full_hour_folds_into_the_agenda_from_that_hour_on(desk: Client, ponts: Account) -> None:
    put(ponts, there(9), text="before it")
    for minute in range(5):
        put(ponts, there(10, minute), text=f"number {minute}")
    page = Page(shown(desk, address("week", there(10))))
    (fold,) = page.of_class("fold")
    agenda = shown(desk, fold.attributes["href"])
    assert "number 0" in agenda
    assert "before it" not in agenda


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_calendar_teaches_the_next_step(desk: Client, view: str) -> None:
    assert "Write something" in shown(desk, f"/calendar/?view={view}")


def test_texts_are_shown_and_never_run(desk: Client, ponts: Account) -> None:
    at = there(10)
    put(ponts, at, text="<script>alert(1)</script>")
    for view in VIEWS:
        page = shown(desk, address(view, at))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_week_of_three_thousand_entries_stays_light_and_asks_no_more(
    desk: Client, ponts: Account
) -> None:
    at = there(10, days=14)
    monday = at - timedelta(days=at.astimezone(PARIS).weekday())
    planned(ponts, [monday])
    few = {view: queries(desk, address(view, monday)) for view in VIEWS}
    planned(ponts, [monday + timedelta(minutes=3 * n) for n in range(3000)])
    for view in VIEWS:
        assert queries(desk, address(view, monday)) == few[view], view
        assert len(shown(desk, address(view, monday))) < 400_000, view
    assert few["month"] <= 16


def planned(account: Account, moments: list[datetime]) -> None:
    """Posts in bulk, delivered to nobody."""
    posts = Post.objects.bulk_create(
        Post(
            workspace=account.workspace,
            text=f"The square, number {n}, with a sentence that goes on for a while.",
            handed_over_at=moments[0],
        )
        for n in range(len(moments))
    )
    Delivery.objects.bulk_create(
        Delivery(
            workspace=account.workspace,
            post=post,
            account=account,
            due_at=at,
            ready_at=at,
            parts=[{"text": post.text}],
            keys=["k"],
        )
        for post, at in zip(posts, moments, strict=True)
    )


def test_moving_answers_the_changed_part_with_the_way_back(desk: Client, ponts: Account) -> None:
    seen, to = there(10, 20), there(10, 20, days=2)
    post = put(ponts, seen)
    answer = desk.post(
        "/calendar/move/", moving(post, seen, to, page="view=week&day=2031-01-01"), headers=HTMX
    )
    part = answer.content.decode()
    assert answer.status_code == 200
    assert part.lstrip().startswith('<section id="calendar"')
    assert "Moved to " in part
    assert "Undo" in part
    assert 'data-view="week"' in part
    assert due_of(post) == to


def test_undoing_puts_it_back(desk: Client, ponts: Account) -> None:
    seen, to = there(10, 20), there(10, 20, days=2)
    post = put(ponts, seen)
    answer = desk.post("/calendar/move/", moving(post, seen, to), headers=HTMX)
    fields = {
        e.attributes["name"]: e.attributes["value"]
        for e in Page(answer.content.decode()).elements
        if e.attributes.get("name") and "value" in e.attributes
    }
    assert desk.post("/calendar/move/", fields, headers=HTMX).status_code == 200
    assert due_of(post) == seen


def test_a_plain_form_is_led_back_to_its_page(desk: Client, ponts: Account) -> None:
    seen, to = there(10), there(12)
    post = put(ponts, seen)
    form = moving(post, seen, to, page="view=agenda&day=2031-01-01")
    answer = desk.post("/calendar/move/", form)
    assert answer["Location"] == "/calendar/?view=agenda&day=2031-01-01"
    assert due_of(post) == to


def test_moving_a_planned_draft_plans_it_anew(desk: Client, ponts: Account) -> None:
    seen, to = there(10), there(12)
    post = draft(ponts, planned_at=seen)
    assert desk.post("/calendar/move/", moving(post, seen, to), headers=HTMX).status_code == 200
    post.refresh_from_db()
    assert (post.planned_at, post.is_draft) == (to, True)


def test_the_past_takes_nothing(desk: Client, ponts: Account) -> None:
    seen = there(10)
    for post in (put(ponts, seen), draft(ponts, planned_at=seen)):
        form = moving(post, seen, there(10, days=-2))
        answer = desk.post("/calendar/move/", form, headers=HTMX)
        assert answer.status_code == 422
        assert "This moment has gone by. Nothing was moved" in answer.content.decode()
        post.refresh_from_db()
        assert seen in (post.planned_at, getattr(post.deliveries.first(), "due_at", None))


def test_what_is_out_cannot_be_moved_and_that_is_said(desk: Client, ponts: Account) -> None:
    seen = there(10)
    post = put(ponts, seen, State.PUBLISHED)
    answer = desk.post("/calendar/move/", moving(post, seen, there(12)), headers=HTMX)
    assert answer.status_code == 422
    assert "Too late: part of this post is on its way" in answer.content.decode()
    assert due_of(post) == seen


def test_what_somebody_else_has_moved_stays_where_they_put_it(desk: Client, ponts: Account) -> None:
    post = put(ponts, there(11))
    answer = desk.post("/calendar/move/", moving(post, there(10), there(12)), headers=HTMX)
    assert answer.status_code == 422
    assert "It was moved or changed meanwhile." in answer.content.decode()
    assert due_of(post) == there(11)


@pytest.mark.parametrize(
    ("day", "sentence", "moments"),
    [
        ("2031-03-30", "The clocks skip this time", ["00:30:00Z", "01:30:00Z"]),
        ("2031-10-26", "The clocks show this time twice", ["00:30:00Z", "01:30:00Z"]),
    ],
)
def test_a_time_that_is_none_or_two_is_chosen_from_its_moments(
    desk: Client, ponts: Account, day: str, sentence: str, moments: list[str]
) -> None:
    seen = there(2, 30)
    post = put(ponts, seen)
    form = {"post": str(post.pk), "seen": seen.isoformat(), "date": day, "time": "02:30"}
    answer = desk.post("/calendar/move/", form, headers=HTMX)
    part = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in part
    choices = [f"{day}T{moment}" for moment in moments]
    assert all(f'name="moment" value="{choice}"' in part for choice in choices)
    chosen = {**form, "date": "", "time": "", "moment": choices[1]}
    assert desk.post("/calendar/move/", chosen, headers=HTMX).status_code == 200
    assert f"{due_of(post):%Y-%m-%dT%H:%M:%SZ}" == choices[1]


@pytest.mark.parametrize(
    "form", [{}, {"post": "x"}, {"post": "9" * 30, "seen": "never"}, {"post": "1", "seen": ""}]
)
def test_a_move_that_cannot_be_read_moves_nothing(
    desk: Client, ponts: Account, form: dict[str, str]
) -> None:
    answer = desk.post("/calendar/move/", form, headers=HTMX)
    assert answer.status_code == 422
    assert "could not be read. Nothing was moved." in answer.content.decode()


def test_posts_of_another_workspace_are_not_there(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    seen = there(10)
    post = put(connect(other, handle="bob.example.org"), seen)
    assert desk.post("/calendar/move/", moving(post, seen, there(12))).status_code == 404
    assert "bob.example.org" not in shown(desk, "/calendar/")
    assert due_of(post) == seen


def test_clashes_and_silent_accounts_are_told_in_words(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    at = there(10)
    put(ponts, at, text="One")
    put(ponts, at + timedelta(minutes=2), text="Two")
    page = shown(desk, address("week", at))
    assert "Two posts within five minutes:" in page
    assert "Nothing is scheduled here for the next seven days." in page


def test_the_rail_leads_to_the_calendar(desk: Client) -> None:
    page = Page(shown(desk, "/calendar/"))
    (here,) = [e for e in page.elements if e.attributes.get("aria-current") == "page"]
    assert (here.attributes["href"], here.text) == ("/calendar/", "Calendar")


def test_french_writes_the_weeks_days_and_hours_its_own_way(
    desk: Client, ponts: Account, alice: User
) -> None:
    User.objects.update(language="fr")
    page = shown(desk, "/calendar/?view=week&day=2026-04-20")
    assert 'lang="fr"' in page
    assert "20–26 avril 2026" in page
    assert "9\N{NO-BREAK SPACE}h" in page
    assert "lun" in page
