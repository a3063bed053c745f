"""Recurring posts on the desk: begun from a post, seen, changed, skipped, ended."""

from datetime import timedelta
from re import findall

import pytest
from django.test import Client

from parvis.compose.content import Content
from parvis.compose.models import Post
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.deliver import pausing
from parvis.deliver import verbs as deliver
from parvis.deliver.verbs import database_now
from parvis.intake import turns
from parvis.people.models import Workspace
from parvis.schedule.models import Kind, Series, Standing
from tests.cast import connect, draft
from tests.intake.series import HOURS, OTHER_HOURS, begun, daily, made, shelf, today
from tests.intake.test_recurring import edit, passes
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


def rule(account: Account, **how: str) -> dict[str, object]:
    starts_on = today(account) + timedelta(days=1)
    usual = {
        "kind": "recurring",
        "interval": "1",
        "every": "day",
        "at": "09:00",
        "starts_on": starts_on.isoformat(),
        "times": "5",
        "text": [HOURS],
        "account": [str(account.pk)],
    }
    return {**usual, **how}


def shown(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_series_the_page_teaches_how_to_begin_one(
    desk: Client, workspace: Workspace
) -> None:
    assert "Nothing comes back by itself." in shown(desk, "/recurring/")


def test_a_draft_begins_to_come_back(desk: Client, ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    assert "/recurring/new/" in shown(desk, f"/posts/{post.pk}/")
    assert HOURS in shown(desk, f"/recurring/new/{post.pk}/")
    answer = desk.post(f"/recurring/new/{post.pk}/", rule(ponts), follow=True)
    page = answer.content.decode()
    assert "Every day, at 09:00" in page
    assert "5 more times, until" in page
    assert made(Series.objects.get())[0].post_id == post.pk
    assert "Every day, at 09:00" in shown(desk, "/recurring/")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"every": "week", "interval": "2", "weekdays": ["0", "4"]}, "Every 2 weeks, on Monday"),
        ({"every": "month", "in_a_month": "day", "day": "15"}, "Every month, on day 15"),
        ({"every": "month", "in_a_month": "last"}, "Every month, on its last day"),
        (
            {"every": "month", "in_a_month": "nth", "nth": "-1", "weekday": "6"},
            "Every month, on the last Sunday",
        ),
    ],
)
def test_every_rhythm_can_be_chosen(
    desk: Client, ponts: Account, how: dict[str, str], words: str
) -> None:
    post = draft(ponts, text=HOURS)
    answer = desk.post(f"/recurring/new/{post.pk}/", rule(ponts, **how), follow=True)
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"times": ""}, "Choose an end: a last day, or how many times."),
        ({"times": "900"}, "less than or equal to 366"),
        ({"every": "week"}, "Choose a weekday at least."),
        ({"every": "month", "in_a_month": "day", "day": ""}, "Choose which day of the month."),
        ({"at": ""}, "Choose a day and a time to begin with."),
        ({"ends_on": "1999-01-01"}, "It cannot end before it begins."),
        ({"kind": "evergreen"}, "Choose a last day."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    desk: Client, ponts: Account, wrong: dict[str, str], sentence: str
) -> None:
    post = draft(ponts, text=HOURS)
    sent = {**rule(ponts, **wrong), "text": [HOURS, OTHER_HOURS]}
    answer = desk.post(f"/recurring/new/{post.pk}/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert OTHER_HOURS in page
    assert not Series.objects.exists()


def test_one_more_text_is_asked_for_without_scripts(desk: Client, ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    sent = {**rule(ponts), "text": [HOURS, OTHER_HOURS], "more": "1"}
    page = desk.post(f"/recurring/new/{post.pk}/", sent).content.decode()
    assert page.count('name="text"') == 3
    assert not Series.objects.exists()


def test_on_x_equal_texts_are_refused_with_what_is_needed(
    desk: Client, workspace: Workspace
) -> None:
    x = connect(workspace, "x", "librairieponts")
    post = draft(x, text=HOURS)
    answer = desk.post(f"/recurring/new/{post.pk}/", rule(x))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "5 different texts are needed that this account has not said yet (1 so far" in page
    post.refresh_from_db()
    assert post.is_draft


def checked(page: str) -> list[str]:
    return findall(r'name="account" value="(\d+)" checked', page)


def test_an_account_is_left_out_and_the_draft_comes_back_on_the_others(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    x = connect(workspace, "x", "librairieponts")
    post = draft(ponts, x, text=HOURS)
    assert checked(shown(desk, f"/recurring/new/{post.pk}/")) == [str(ponts.pk), str(x.pk)]
    both = {**rule(ponts), "account": [str(ponts.pk), str(x.pk)]}
    answer = desk.post(f"/recurring/new/{post.pk}/", both)
    assert "leave this account out" in answer.content.decode()
    assert desk.post(f"/recurring/new/{post.pk}/", rule(ponts)).status_code == 302
    rows = made(Series.objects.get())
    assert rows[0].post_id == post.pk
    assert [[v.account_id for v in row.post.variants.all()] for row in rows if row.post] == [
        [ponts.pk]
    ] * 5


def test_a_published_post_comes_back_without_an_account_that_forbids_it(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    x = connect(workspace, "x", "librairieponts")
    post = draft(ponts, x, text=HOURS)
    deliver.schedule(post, database_now() + timedelta(minutes=1))
    assert desk.post(f"/recurring/new/{post.pk}/", rule(ponts)).status_code == 302
    assert list(Series.objects.get().accounts.all()) == [ponts]
    assert post.deliveries.count() == 2


def test_what_is_typed_in_wrong_keeps_which_accounts_are_chosen(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    post = draft(ponts, connect(workspace, "x", "librairieponts"), text=HOURS)
    answer = desk.post(f"/recurring/new/{post.pk}/", rule(ponts, times=""))
    assert checked(answer.content.decode()) == [str(ponts.pk)]


def test_a_series_without_an_account_is_not_begun(desk: Client, ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    answer = desk.post(f"/recurring/new/{post.pk}/", {**rule(ponts), "account": []})
    assert answer.status_code == 422
    assert "No account is chosen." in answer.content.decode()
    assert not Series.objects.exists()


def test_a_draft_for_nobody_is_offered_the_accounts_of_the_desk(
    desk: Client, workspace: Workspace, ponts: Account
) -> None:
    post = start_draft(workspace, None, Content(text=HOURS))
    assert 'name="account"' in shown(desk, f"/recurring/new/{post.pk}/")
    desk.post(f"/recurring/new/{post.pk}/", rule(ponts))
    assert list(Series.objects.get().accounts.all()) == [ponts]


def test_where_a_network_may_refuse_it_is_said_on_the_page_of_the_series(
    desk: Client, workspace: Workspace
) -> None:
    series = begun(connect(workspace, "linkedin", "Librairie Ponts"))
    assert "how soon is too soon is not known" in shown(desk, f"/recurring/{series.pk}/")


def test_the_composer_keeps_a_text_and_leads_to_its_repeating(desk: Client, ponts: Account) -> None:
    sent = {"text": HOURS, "account": str(ponts.pk), "then": "repeat", "tab": "one"}
    answer = desk.post("/write/keep/", sent)
    post = Post.objects.get()
    assert answer["Location"] == f"/recurring/new/{post.pk}/"


def test_an_evergreen_post_is_begun_and_says_how_it_comes(desk: Client, ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    ends_on = (today(ponts) + timedelta(days=60)).isoformat()
    sent = {"kind": "evergreen", "most": "3", "rest_days": "14", "shelf_ends_on": ends_on}
    sent["account"] = str(ponts.pk)
    answer = desk.post(
        f"/recurring/new/{post.pk}/", {**sent, "text": [HOURS], "every": "day"}, follow=True
    )
    assert Series.objects.get().kind == Kind.EVERGREEN
    page = answer.content.decode()
    assert "In free slots, at most 3 times on each account, not before 14 days" in page
    assert "an account without slots says nothing" in page


def test_a_turn_is_skipped_and_put_back(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    day = made(series)[1].day.isoformat()
    address = f"/recurring/{series.pk}/"
    desk.post(f"{address}skip/", {"day": day})
    assert made(series)[1].standing == Standing.SKIPPED
    assert "skipped" in shown(desk, address)
    assert "4 more times, until" in shown(desk, address)
    desk.post(f"{address}put-back/", {"day": day})
    assert made(series)[1].standing == Standing.MADE


@pytest.mark.parametrize("day", ["", "soon", "2031-02-30", "1999-01-01"])
def test_no_turn_is_skipped_on_what_is_none(desk: Client, ponts: Account, day: str) -> None:
    series = begun(ponts)
    answer = desk.post(f"/recurring/{series.pk}/skip/", {"day": day}, follow=True)
    assert "Nothing was changed." in answer.content.decode()


def test_a_series_is_changed_with_what_waits_of_it(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    desk.post(f"/recurring/{series.pk}/change/", {**rule(ponts, at="18:30"), "text": [OTHER_HOURS]})
    page = shown(desk, f"/recurring/{series.pk}/")
    assert "Every day, at 18:30" in page
    assert {row.post.text for row in made(series) if row.post} == {OTHER_HOURS}


def test_a_series_ends_and_its_posts_can_be_put_back(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    answer = desk.post(f"/recurring/{series.pk}/end/", {"waiting": "delete"}, follow=True)
    page = answer.content.decode()
    assert "5 posts were deleted. You can put them back." in page
    assert "End the series" not in page
    assert Post.objects.filter(deleted_at=None).count() == 0


def test_a_series_ends_and_what_is_scheduled_still_goes_out(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    desk.post(f"/recurring/{series.pk}/end/", {"waiting": "leave"})
    assert Post.objects.filter(deleted_at=None).count() == 5


def test_on_a_posts_page_its_own_words_are_used_for_the_others(
    desk: Client, ponts: Account
) -> None:
    series = begun(ponts)
    row = made(series)[1]
    assert "for the whole series" not in shown(desk, f"/posts/{row.post_id}/")
    edit(row, "Open till eight.")
    assert "for the whole series" in shown(desk, f"/posts/{row.post_id}/")
    assert "changed by hand" in shown(desk, f"/recurring/{series.pk}/")
    desk.post(f"/recurring/turns/{row.pk}/use/", {"scope": "later"})
    said = [each.post.text for each in made(series) if each.post]
    assert said == [HOURS, *["Open till eight."] * 4]


def test_why_nothing_is_made_is_said(desk: Client, ponts: Account) -> None:
    series = begun(ponts, rule=daily(ponts, times=30))
    pausing.pause(ponts)
    passes(series, days=3)
    turns.look_at(series)
    for address in ("/recurring/", f"/recurring/{series.pk}/"):
        assert "ponts.example.org is paused or must be connected again." in shown(desk, address)


def test_a_series_whose_turn_is_not_made_is_told_of_on_the_first_page(
    desk: Client, ponts: Account
) -> None:
    series = begun(ponts, rule=daily(ponts, times=30))
    told = "A post that comes back is not made for now."
    assert told not in shown(desk, "/")
    pausing.pause(ponts)
    passes(series, days=3)
    turns.look_at(series)
    page = shown(desk, "/")
    assert told in page
    assert f'href="/recurring/{series.pk}/"' in page
    assert "ponts.example.org is paused or must be connected again." in page


def test_the_first_page_asks_as_often_for_many_series_in_trouble(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    Series.objects.filter(pk=begun(ponts).pk).update(trouble={"code": "in-the-way"})
    few = queries(desk, "/")
    for _ in range(3):
        begun(ponts, ponts_mastodon, texts=(HOURS, OTHER_HOURS))
    Series.objects.update(trouble={"code": "in-the-way"})
    assert queries(desk, "/") == few


def test_calendar_and_queue_tell_that_a_post_comes_back(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    assert "comes back" in shown(desk, "/calendar/?view=agenda")
    assert f'href="/recurring/{series.pk}/"' in shown(desk, "/queue/")


def test_what_comes_back_already_leads_to_its_series(desk: Client, ponts: Account) -> None:
    series = begun(ponts)
    answer = desk.get(f"/recurring/new/{made(series)[2].post_id}/")
    assert answer["Location"] == f"/recurring/{series.pk}/"


def test_series_of_another_workspace_are_not_there(desk: Client) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    series = begun(connect(other))
    row = made(series)[0]
    assert desk.get(f"/recurring/{series.pk}/").status_code == 404
    assert desk.post(f"/recurring/{series.pk}/end/").status_code == 404
    assert desk.post(f"/recurring/turns/{row.pk}/use/").status_code == 404
    assert desk.get(f"/recurring/new/{row.post_id}/").status_code == 404
    assert HOURS not in shown(desk, "/recurring/")


def test_hostile_texts_are_shown_as_text(desk: Client, ponts: Account) -> None:
    series = begun(ponts, texts=("<script>alert(1)</script>", "<b>bold</b>"))
    page = shown(desk, f"/recurring/{series.pk}/") + shown(desk, "/recurring/")
    assert "<script>alert" not in page
    assert "<b>bold" not in page


def test_the_pages_ask_the_database_as_often_for_many(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    series = begun(ponts, rule=daily(ponts, times=2))
    few = queries(desk, "/recurring/"), queries(desk, f"/recurring/{series.pk}/")
    many = [begun(ponts, ponts_mastodon, rule=daily(ponts, times=30)) for _ in range(4)]
    begun(ponts, rule=shelf(ponts))
    assert queries(desk, "/recurring/") == few[0]
    assert queries(desk, f"/recurring/{many[0].pk}/") == few[1]


def test_a_published_post_comes_back_beside_itself(desk: Client, ponts: Account) -> None:
    post = draft(ponts, text=HOURS)
    deliver.schedule(post, database_now() + timedelta(minutes=1))
    desk.post(f"/recurring/new/{post.pk}/", rule(ponts))
    assert post.pk not in [row.post_id for row in made(Series.objects.get())]
    assert Post.objects.count() == 6
