"""The calendar's three views, and what is worth a look in them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parvis.compose.models import Campaign, Post, Tag
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.calendar import IN_A_DAY, ON_A_PAGE, Calendar, agenda_of, month_of, week_of
from parvis.report.calendar_entries import Entry, Filters, Kind, Span, Stays
from parvis.report.calendar_notes import Clash, Notes, accounts_ahead, notes_of
from parvis.report.faces import speaker_of
from tests.cast import connect, draft, scheduled

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 4, 20, 8, tzinfo=UTC)  # a Monday
DAY = date(2026, 4, 20)


def at(day: int, hour: int = 10, minute: int = 0, *, month: int = 4, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS, fold=fold).astimezone(UTC)


def put(*accounts: Account, due_at: datetime, state: str = State.SCHEDULED, **said: str) -> Post:
    delivery = scheduled(*accounts, **said)  # type: ignore[arg-type]
    Delivery.objects.filter(post=delivery.post_id).update(due_at=due_at, state=state)
    return delivery.post


def month(workspace: Workspace, filters: Filters | None = None, day: date = DAY) -> Calendar:
    return month_of(workspace, day, NOW, filters or Filters(), _faces(workspace))


def entries(calendar: Calendar) -> list[Entry]:
    cells = [*(c for week in calendar.weeks for c in week)]
    cells += [c for row in calendar.hours for c in row.cells]
    in_agenda = [entry for day in calendar.agenda for entry in day.entries]
    return [*(entry for cell in cells for entry in cell.entries), *in_agenda]


def _faces(workspace: Workspace) -> dict[int, object]:
    return {account.pk: speaker_of(account) for account in Account.objects.all()}


def test_a_month_begins_on_the_monday_before_its_first_day(workspace: Workspace) -> None:
    shown = month(workspace)
    assert shown.weeks[0][0].date == date(2026, 3, 30)
    assert shown.weeks[-1][-1].date == date(2026, 5, 3)
    assert (shown.before, shown.after) == (date(2026, 3, 1), date(2026, 5, 1))


def test_days_are_those_of_the_workspaces_zone(workspace: Workspace, ponts: Account) -> None:
    put(ponts, due_at=datetime(2026, 4, 21, 22, 30, tzinfo=UTC))
    (cell,) = [cell for week in month(workspace).weeks for cell in week if cell.entries]
    assert cell.date == date(2026, 4, 22)


def test_accounts_of_a_post_at_one_moment_are_one_entry(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    put(ponts, ponts_mastodon, due_at=at(21))
    (entry,) = entries(month(workspace))
    assert {place.network for place in entry.places} == {"bluesky", "mastodon"}


def test_a_planned_draft_stands_at_its_time(workspace: Workspace, ponts: Account) -> None:
    draft(ponts, text="Perhaps", planned_at=at(23, 9))
    (entry,) = entries(month(workspace))
    assert (entry.is_draft, entry.text, entry.at) == (True, "Perhaps", at(23, 9))
    assert entry.account_ids == (ponts.pk,)


def test_a_draft_without_a_time_or_deleted_is_not_there(
    workspace: Workspace, ponts: Account
) -> None:
    draft(ponts)
    gone = draft(ponts, planned_at=at(23))
    Post.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    assert month(workspace).is_empty


def test_what_was_called_off_is_not_there(workspace: Workspace, ponts: Account) -> None:
    put(ponts, due_at=at(21), state=State.CANCELLED)
    assert month(workspace).is_empty


def test_another_workspace_is_not_shown(workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    bob = connect(other, handle="bob.example.org")
    put(bob, due_at=at(21))
    draft(bob, planned_at=at(22))
    assert month(workspace).is_empty


@pytest.mark.parametrize("drafts", [0, 2])
def test_a_full_day_folds_and_counts_what_is_folded(
    workspace: Workspace, ponts: Account, drafts: int
) -> None:
    for minute in range(IN_A_DAY + 2):
        put(ponts, due_at=at(21, 10, minute), text=f"at {minute}")
    for minute in range(drafts):
        draft(ponts, planned_at=at(21, 9, minute))
    (cell,) = [cell for week in month(workspace).weeks for cell in week if cell.entries]
    assert len(cell.entries) == IN_A_DAY
    assert cell.more == 2 + drafts
    assert sum(entry.is_draft for entry in cell.entries) == drafts


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (State.SCHEDULED, Stays.NO),
        (State.HELD, Stays.NO),
        (State.SENDING, Stays.GOING),
        (State.UNKNOWN, Stays.GOING),
        (State.PUBLISHED, Stays.OUT),
        (State.REFUSED, Stays.REFUSED),
    ],
)
def test_an_entry_says_why_it_cannot_be_moved(
    workspace: Workspace, ponts: Account, state: State, stays: Stays
) -> None:
    put(ponts, due_at=at(21), state=state)
    (entry,) = entries(month(workspace))
    assert (entry.state, entry.stays) == (state, stays)


def test_an_entry_has_the_gravest_of_its_states(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    put(ponts, ponts_mastodon, due_at=at(21), state=State.PUBLISHED)
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.UNKNOWN)
    (entry,) = entries(month(workspace))
    assert (entry.state, entry.stays) == (State.UNKNOWN, Stays.GOING)


@pytest.mark.parametrize("name", ["account", "campaign", "tag", "kind"])
def test_each_filter_leaves_what_it_asks_for(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account, name: str
) -> None:
    wanted = put(ponts, due_at=at(21), text="wanted", state=State.REFUSED)
    put(ponts_mastodon, due_at=at(22), text="other")
    draft(ponts_mastodon, planned_at=at(23), text="other draft")
    campaign = Campaign.objects.create(workspace=workspace, name="Spring")
    tag = Tag.objects.create(workspace=workspace, name="fair")
    Post.objects.filter(pk=wanted.pk).update(campaign=campaign)
    wanted.tags.add(tag)
    chosen = {"account": ponts.pk, "campaign": campaign.pk, "tag": tag.pk, "kind": Kind.REFUSED}
    assert len(entries(month(workspace))) == 3
    filters = Filters(**{name: chosen[name]})  # type: ignore[arg-type]
    assert [entry.text for entry in entries(month(workspace, filters))] == ["wanted"]


def test_drafts_are_filtered_by_account_campaign_and_tag(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    wanted = draft(ponts, planned_at=at(23), text="wanted")
    draft(ponts_mastodon, planned_at=at(23), text="other")
    campaign = Campaign.objects.create(workspace=workspace, name="Spring")
    tag = Tag.objects.create(workspace=workspace, name="fair")
    Post.objects.filter(pk=wanted.pk).update(campaign=campaign)
    wanted.tags.add(tag)
    filters = Filters(account=ponts.pk, campaign=campaign.pk, tag=tag.pk, kind=Kind.DRAFT)
    assert [entry.text for entry in entries(month(workspace, filters))] == ["wanted"]


def test_a_week_has_the_usual_hours_and_those_that_are_used(
    workspace: Workspace, ponts: Account
) -> None:
    usual = week_of(workspace, DAY, NOW, Filters(), _faces(workspace))
    assert (usual.hours[0].hour.hour, usual.hours[-1].hour.hour) == (7, 21)
    put(ponts, due_at=at(21, 5, 30))
    put(ponts, due_at=at(22, 23, 30))
    wider = week_of(workspace, DAY, NOW, Filters(), _faces(workspace))
    assert (wider.hours[0].hour.hour, wider.hours[-1].hour.hour) == (5, 23)
    assert wider.hours[0].cells[1].entries[0].at == at(21, 5, 30)
    assert not wider.shows_all_hours
    whole = week_of(workspace, DAY, NOW, Filters(), _faces(workspace), all_hours=True)
    assert (len(whole.hours), whole.shows_all_hours) == (24, True)


def test_an_hour_that_the_clocks_show_twice_is_one_row_with_both(
    workspace: Workspace, ponts: Account
) -> None:
    for fold in (0, 1):
        put(ponts, due_at=at(25, 2, 30, month=10, fold=fold), text=f"fold {fold}")
    week = week_of(workspace, date(2026, 10, 25), NOW, Filters(), _faces(workspace))
    (row,) = [row for row in week.hours if row.hour.hour == 2]
    assert [entry.text for entry in row.cells[6].entries] == ["fold 0", "fold 1"]
    assert row.cells[6].more == 0


def test_the_last_minutes_of_a_long_day_belong_to_it(workspace: Workspace, ponts: Account) -> None:
    put(ponts, due_at=at(25, 23, 59, month=10))
    put(ponts, due_at=at(29, 23, 59, month=3))
    for day in (date(2026, 10, 25), date(2026, 3, 29)):
        (cell,) = [c for week in month(workspace, day=day).weeks for c in week if c.entries]
        assert cell.date == day


def test_an_agenda_goes_on_where_its_page_ends(workspace: Workspace, ponts: Account) -> None:
    for number in range(ON_A_PAGE + 5):
        moment = at(21) + timedelta(minutes=number // 2)  # two entries share each moment
        draft(ponts, planned_at=moment, text=str(number))
    first = agenda_of(workspace, DAY, NOW, Filters(), _faces(workspace))
    assert len(entries(first)) == ON_A_PAGE
    rest = agenda_of(workspace, DAY, NOW, Filters(), _faces(workspace), after=first.later)
    assert rest.later is None
    said = [entry.text for entry in [*entries(first), *entries(rest)]]
    assert said == [str(number) for number in range(ON_A_PAGE + 5)]


def notes(workspace: Workspace) -> Notes:
    accounts = list(accounts_ahead(workspace, NOW))
    span = Span(at(1), at(30))
    return notes_of(workspace, accounts, _faces(workspace), span, NOW)


def test_two_posts_of_an_account_within_five_minutes_are_told(
    workspace: Workspace, ponts: Account
) -> None:
    put(ponts, due_at=at(21, 10, 0), text="one")
    later = put(ponts, due_at=at(21, 10, 4), text="two")
    put(ponts, due_at=at(21, 10, 30), text="three")
    (conflict,) = notes(workspace).conflicts
    assert (conflict.kind, conflict.post_id) == (Clash.CLOSE, later.pk)
    assert (conflict.before, conflict.at) == (at(21, 10, 0), at(21, 10, 4))


def test_two_accounts_at_one_moment_do_not_clash(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    put(ponts, ponts_mastodon, due_at=at(21))
    assert notes(workspace).conflicts == ()


def test_the_same_text_twice_within_three_days_is_told(
    workspace: Workspace, ponts: Account
) -> None:
    put(ponts, due_at=at(21), text="The square reopens.")
    put(ponts, due_at=at(22), text="Something else.")
    again = put(ponts, due_at=at(23), text="The square reopens.")
    put(ponts, due_at=at(28), text="The square reopens.")
    (conflict,) = notes(workspace).conflicts
    assert (conflict.kind, conflict.post_id) == (Clash.SAME_TEXT, again.pk)


def test_what_is_out_clashes_with_nothing(workspace: Workspace, ponts: Account) -> None:
    put(ponts, due_at=at(21, 10, 0), state=State.PUBLISHED)
    put(ponts, due_at=at(21, 10, 1), state=State.PUBLISHED)
    assert notes(workspace).conflicts == ()


def test_an_account_with_nothing_for_the_week_ahead_is_told(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    put(ponts, due_at=at(26))
    put(ponts_mastodon, due_at=at(28))
    assert [speaker.network for speaker in notes(workspace).silent] == ["mastodon"]
