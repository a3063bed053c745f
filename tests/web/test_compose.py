"""The composer by plain forms: everything it does works without scripts."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import localtime

from parvis.compose.content import Content, Said, content_of
from parvis.compose.models import Post, Version
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.connections.verbs import ask_to_reconnect
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now, schedule, take_back
from parvis.people.models import User, Workspace
from tests.cast import connect, draft, kept_picture

pytestmark = pytest.mark.django_db

TEXT = "The square reopens on Saturday."
HERE, THERE = "the tab here", "the tab there"
BY_SCRIPT = {"Accept": "application/json"}


def form(post: Post | None = None, *accounts: Account, **fields: Any) -> dict[str, Any]:
    """What the page sends for a draft, as the browser had it."""
    about = {"post": post.pk, "revision": post.revision} if post else {"post": "", "revision": 0}
    chosen = {"account": [account.pk for account in accounts]}
    return {**about, "tab": HERE, "turn": 0, "text": TEXT, "language": "en", **chosen, **fields}


def said(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def tomorrow() -> dict[str, str]:
    local = localtime(database_now() + timedelta(days=1))
    return {"date": f"{local:%Y-%m-%d}", "time": "10:30"}


@pytest.fixture
def post(workspace: Workspace, alice: User) -> Post:
    return start_draft(workspace, alice, Content(text=TEXT, language="en"))


# Opening and keeping


def test_opening_the_page_makes_no_draft(desk: Client, ponts: Account) -> None:
    page = desk.get("/write/")
    assert page.status_code == 200
    assert "What is there to say?" in said(page)
    assert not Post.objects.exists()


def test_nobody_composes_without_signing_in(db: None, alice: User) -> None:
    for answer in (Client().get("/write/"), Client().post("/write/keep/", {"text": TEXT})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=/write/")
    assert not Post.objects.exists()


def test_a_form_without_its_token_is_refused(strict_desk: Client) -> None:
    assert strict_desk.post("/write/keep/", form()).status_code == 403
    assert not Post.objects.exists()


def test_who_comes_back_from_signing_in_is_led_to_the_composer(desk: Client) -> None:
    answer = desk.get("/write/schedule/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/write/")


def test_keeping_makes_a_draft_with_an_address(desk: Client, ponts: Account) -> None:
    answer = desk.post("/write/keep/", form(None, ponts))
    post = Post.objects.get()
    assert answer.headers["Location"] == f"/write/{post.pk}/"
    assert (post.text, dict(content_of(post).said)) == (TEXT, {ponts.pk: Said()})


def test_an_untouched_page_keeps_nothing(desk: Client, ponts: Account) -> None:
    desk.post("/write/keep/", form(None, ponts, text=""))
    assert not Post.objects.exists()


def test_choosing_an_account_is_enough_for_a_draft(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    desk.post("/write/keep/", form(None, ponts, text=""))
    assert Post.objects.count() == 1


def test_a_script_is_told_where_the_draft_is(desk: Client) -> None:
    told = desk.post("/write/keep/", form(turn=1), headers=BY_SCRIPT).json()
    post = Post.objects.get()
    assert (told["post"], told["address"]) == (post.pk, f"/write/{post.pk}/")
    assert (told["revision"], told["version"]) == (1, "version 1")


def test_a_first_save_that_arrives_twice_makes_one_draft(desk: Client) -> None:
    for turn, text in ((1, "The squ"), (2, TEXT)):
        desk.post("/write/keep/", form(turn=turn, text=text), headers=BY_SCRIPT)
    assert Post.objects.get().text == TEXT


def test_line_ends_are_kept_as_they_were_typed(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, text="One\r\nTwo\rThree\x00"))
    post.refresh_from_db()
    assert post.text == "One\nTwo\nThree"


def test_what_is_typed_comes_back_and_is_never_markup(desk: Client, ponts: Account) -> None:
    hostile = "</textarea><script>alert('é')</script> {{ 1 }} &amp;"
    post = draft(ponts, text=hostile, content_warning=hostile, visibility="public")
    page = desk.get(f"/write/{post.pk}/").content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;/textarea&gt;&lt;script&gt;alert(&#x27;é&#x27;)") >= 3


def test_an_account_may_say_it_differently_and_stop_doing_so(
    desk: Client, post: Post, ponts: Account
) -> None:
    own = {f"said-{ponts.pk}": "Otherwise"}
    desk.post("/write/keep/", form(post, ponts, differ=[ponts.pk], **own))
    assert post.variants.get().text == "Otherwise"
    assert "Otherwise" in said(desk.get(f"/write/{post.pk}/"))
    post.refresh_from_db()
    desk.post("/write/keep/", form(post, ponts, **own))
    assert post.variants.get().text is None


def test_a_planned_time_is_kept_with_the_draft(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, **tomorrow()))
    post.refresh_from_db()
    assert post.planned_at is not None
    page = said(desk.get(f"/write/{post.pk}/"))
    assert f'name="date" value="{tomorrow()["date"]}">' in page
    assert 'name="time" value="10:30">' in page


def test_languages_are_offered_by_their_own_names(desk: Client) -> None:
    page = desk.get("/write/").content.decode()
    assert "euskara" in page
    assert "Basque" not in page


def test_a_planned_moment_stays_as_exact_as_it_was(desk: Client, post: Post) -> None:
    exact = database_now() + timedelta(days=3, seconds=17)
    Post.objects.filter(pk=post.pk).update(planned_at=exact)
    local = exact.astimezone(post.workspace.zone)
    shown = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "planned": exact.isoformat()}
    desk.post("/write/keep/", form(post, text="Longer", **shown))
    post.refresh_from_db()
    assert (post.planned_at, post.text) == (exact, "Longer")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"post": "99999999999999999999"},
        {"post": "٣"},
        {"revision": "-1", "turn": "x"},
        {"revision": "9" * 18, "turn": "9" * 18},
        {"date": "0001-01-01", "time": "00:00"},
        {"date": "9999-12-31", "time": "23:59"},
        {"planned": "2026-13-45T99:99", "moment": "soon"},
        {"planned": "0001-01-01T00:00:00Z", "moment": "9999-12-31T23:59:59Z"},
        {"media": ["7", "x"], "alt": ["only one"]},
        {"account": ["-1", "999999999999", "x"], "differ": "x"},
        {"visibility": "everybody", "language": "x" * 99},
        {"arrange": "up-9"},
        {"arrange": "part-up-9"},
        {"arrange": "part-remove-0"},
        {"arrange": "option-remove-9"},
        {"poll_option": ["Yes"], "poll_minutes": "long"},
        {"poll_minutes": "9" * 18, "poll_multiple": "x"},
        {"media": ["7"], "media_part": ["x", "99999"]},
        {"account": ["1"], "replies-1": "somebody", "format-1": "film", "visibility-1": "x"},
        {"tab": "x" * 500},
    ],
)
def test_nonsense_in_a_form_is_no_reason_to_lose_the_text(
    desk: Client, nonsense: dict[str, Any]
) -> None:
    assert desk.post("/write/keep/", {**form(), **nonsense}).status_code == 302
    assert Post.objects.get().text == TEXT


def test_a_draft_of_another_workspace_is_not_there(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Elsewhere", time_zone="UTC", language="en")
    theirs = start_draft(other, None, Content(text="Not yours"))
    assert desk.get(f"/write/{theirs.pk}/").status_code == 404
    for name in ("keep", "schedule", "publish", "discard", "restore", "versions/use"):
        assert desk.post(f"/write/{name}/", form(theirs)).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.text, theirs.deleted_at) == ("Not yours", None)


def test_the_page_asks_the_database_a_fixed_number_of_times(
    desk: Client, workspace: Workspace, django_assert_max_num_queries
) -> None:
    accounts = [connect(workspace, handle=f"ponts{number}.example.org") for number in range(6)]
    post = draft(*accounts)
    with django_assert_max_num_queries(18):
        desk.get(f"/write/{post.pk}/")


# What was found


def test_findings_stand_beside_each_account(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    found = said(desk.post("/write/findings/", form(None, ponts, ponts_mastodon, text="a" * 310)))
    assert "310 of 300" in found
    assert "10 characters too many of 300" in found
    assert "310 of 500" in found
    assert not Post.objects.exists()


def test_findings_count_what_an_account_says_differently(desk: Client, ponts: Account) -> None:
    own = {"differ": [ponts.pk], f"said-{ponts.pk}": "Short"}
    assert "5 of 300" in said(desk.post("/write/findings/", form(None, ponts, **own)))


def test_a_preview_marks_what_can_be_clicked(desk: Client, ponts: Account) -> None:
    text = "See https://ponts.example/a?b=1 #books <b>"
    found = desk.post("/write/findings/", form(None, ponts, text=text)).content.decode()
    assert 'title="https://ponts.example/a?b=1">ponts.example/a?b=1</span>' in found
    assert '<span class="hashtag">#books</span> &lt;b&gt;' in found


def test_a_missing_description_is_told(desk: Client, ponts: Account) -> None:
    stalls = kept_picture(ponts.workspace)
    found = said(desk.post("/write/findings/", form(None, ponts, media=[stalls.pk], alt=[""])))
    assert "Picture 1 has no description" in found


def test_an_account_to_reconnect_shows_the_way(desk: Client, ponts: Account) -> None:
    ask_to_reconnect(ponts, "The permission was withdrawn.")
    found = desk.post("/write/findings/", form(None, ponts)).content.decode()
    assert "This account must be connected again" in found
    assert '<a href="/accounts/">' in found


# Two tabs


def test_the_second_of_two_tabs_is_told_and_sees_both_texts(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, tab=THERE, text="Said there"))
    told = desk.post("/write/keep/", form(post, text="Said here"))
    assert told.status_code == 409
    saved = localtime(Post.objects.get().saved_at, post.workspace.zone)
    assert f"Changed elsewhere at {saved:%H:%M}, by somebody else or in another tab." in said(told)
    assert "What you typed here is kept." in said(told)
    assert "Said there</blockquote>" in said(told)
    assert "Said here</textarea>" in said(told)
    assert Post.objects.get().text == "Said there"


def test_a_script_is_told_of_the_other_tab_with_the_same_words(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, tab=THERE, text="Said there"))
    told = desk.post("/write/keep/", form(post, text="Said here", turn=1), headers=BY_SCRIPT)
    assert told.status_code == 409
    assert "Said there" in told.json()["changed"]
    assert Version.objects.get().content["text"] == "Said here"


def test_use_mine_takes_what_was_typed_last_and_keeps_the_other(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, tab=THERE, text="Said there"))
    desk.post("/write/keep/", form(post, text="Said here"))
    desk.post("/write/versions/use/", form(post, text="Said here, and more"))
    assert Post.objects.get().text == "Said here, and more"
    assert [version.content["text"] for version in Version.objects.all()] == ["Said there"]


def test_take_the_other_keeps_mine_among_the_versions(desk: Client, post: Post) -> None:
    desk.post("/write/keep/", form(post, tab=THERE, text="Said there"))
    desk.post("/write/versions/keep/", form(post, text="Said here, and more"))
    page = said(desk.get(f"/write/{post.pk}/"))
    assert "Said there</textarea>" in page
    assert "1 kept version" in page
    assert "Said here, and more" in page


def test_a_kept_version_is_put_back_and_what_was_typed_meanwhile_is_kept(
    desk: Client, post: Post
) -> None:
    desk.post("/write/versions/keep/", form(post, text="An older thought"))
    version = Version.objects.get()
    desk.post("/write/versions/use/", form(post, text="Typed meanwhile", version=version.pk))
    assert Post.objects.get().text == "An older thought"
    assert {kept.content["text"] for kept in Version.objects.all()} == {TEXT, "Typed meanwhile"}


def test_a_version_of_another_post_is_not_there(desk: Client, post: Post, ponts: Account) -> None:
    other = draft(ponts, text="Another")
    desk.post("/write/versions/keep/", form(other, text="Older"))
    asked = form(post, version=Version.objects.get().pk)
    assert desk.post("/write/versions/use/", asked).status_code == 404


# Handing over


def test_scheduling_keeps_the_whole_form_first(desk: Client, ponts: Account) -> None:
    answer = desk.post("/write/schedule/", form(None, ponts, **tomorrow()))
    delivery = Delivery.objects.get()
    assert answer.headers["Location"] == f"/posts/{delivery.post_id}/"
    assert delivery.parts[0]["text"] == TEXT
    local = delivery.due_at.astimezone(delivery.workspace.zone)
    assert f"{local:%Y-%m-%d %H:%M}" == f"{tomorrow()['date']} 10:30"


def test_a_second_click_makes_no_second_delivery(desk: Client, post: Post, ponts: Account) -> None:
    for _ in range(2):
        answer = desk.post("/write/schedule/", form(post, ponts, **tomorrow()))
        assert answer.headers["Location"] == f"/posts/{post.pk}/"
    assert Delivery.objects.count() == 1
    assert not Version.objects.exists()


def test_a_new_text_scheduled_twice_is_one_post(desk: Client, ponts: Account) -> None:
    for _ in range(2):
        desk.post("/write/schedule/", form(None, ponts, turn=1, **tomorrow()))
    assert (Post.objects.count(), Delivery.objects.count()) == (1, 1)


def test_publishing_now_is_due_at_once(desk: Client, ponts: Account) -> None:
    desk.post("/write/publish/", form(None, ponts))
    assert Delivery.objects.get().due_at <= database_now()


def test_scheduling_over_another_tabs_changes_is_told_and_schedules_nothing(
    desk: Client, post: Post, ponts: Account
) -> None:
    desk.post("/write/keep/", form(post, ponts, tab=THERE, text="Said there"))
    told = desk.post("/write/schedule/", form(post, ponts, text="Said here", **tomorrow()))
    assert told.status_code == 409
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose a date and a time."),
        ({"date": "2026-01-05"}, "Choose a date and a time."),
        ({"date": "2020-01-05", "time": "10:30"}, "This moment has gone by. Choose a later one."),
        ({"date": "0001-01-01", "time": "00:00"}, "Choose a date between 1970 and 2199."),
        ({"date": "9999-12-31", "time": "23:59"}, "Choose a date between 1970 and 2199."),
    ],
)
def test_a_time_that_will_not_do_is_said_and_nothing_is_lost(
    desk: Client, ponts: Account, fields: dict[str, str], sentence: str
) -> None:
    answer = desk.post("/write/schedule/", form(None, ponts, **fields))
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert f"{TEXT}</textarea>" in said(answer)
    assert '<a href="#when-date">' in said(answer)
    assert said(answer).count('aria-invalid="true" aria-describedby="question-says"') == 2
    assert Post.objects.get().text == TEXT
    assert not Delivery.objects.exists()


def test_a_skipped_time_is_settled_by_one_of_two_buttons(desk: Client, ponts: Account) -> None:
    when = {"date": "2027-03-28", "time": "02:30"}
    asked = said(desk.post("/write/schedule/", form(None, ponts, **when)))
    assert "The clocks skip this time" in asked
    assert "01:30 (UTC+01:00)" in asked
    assert "03:30 (UTC+02:00)" in asked
    chosen = form(Post.objects.get(), ponts, **when, moment="2027-03-28T01:30:00Z")
    assert desk.post("/write/schedule/", chosen).status_code == 302
    assert f"{Delivery.objects.get().due_at:%Y-%m-%d %H:%M}" == "2027-03-28 01:30"


def test_a_repeated_time_is_settled_by_one_of_two_buttons(desk: Client, ponts: Account) -> None:
    when = {"date": "2027-10-31", "time": "02:30"}
    asked = said(desk.post("/write/schedule/", form(None, ponts, **when)))
    assert "The clocks show this time twice" in asked
    assert "02:30 (UTC+02:00)" in asked
    assert "02:30 (UTC+01:00)" in asked
    chosen = form(Post.objects.get(), ponts, **when, moment="2027-10-31T01:30:00Z")
    assert desk.post("/write/schedule/", chosen).status_code == 302
    assert f"{Delivery.objects.get().due_at:%H:%M}" == "01:30"


def test_a_text_that_is_too_long_is_not_scheduled_and_says_where(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    sent = form(None, ponts, ponts_mastodon, text="a" * 301, **tomorrow())
    answer = desk.post("/write/schedule/", sent)
    assert answer.status_code == 422
    assert "Not yet: something stands in the way." in said(answer)
    assert "1 character too many of 300" in said(answer)
    assert not Delivery.objects.exists()


def test_without_an_account_nothing_is_scheduled(desk: Client) -> None:
    answer = desk.post("/write/schedule/", form(None, **tomorrow()))
    assert "No account is chosen." in said(answer)
    assert Post.objects.get().text == TEXT


def test_an_empty_page_is_not_scheduled_and_makes_no_draft(desk: Client, ponts: Account) -> None:
    answer = desk.post("/write/schedule/", form(None, ponts, text=""))
    assert answer.status_code == 422
    assert not Post.objects.exists()


def test_a_handed_over_post_leads_to_its_page(desk: Client, ponts: Account) -> None:
    post = draft(ponts)
    schedule(post, database_now() + timedelta(days=1))
    answer = desk.get(f"/write/{post.pk}/")
    assert answer.headers["Location"] == f"/posts/{post.pk}/"


def test_what_is_typed_after_the_handing_over_is_kept_and_told(
    desk: Client, ponts: Account
) -> None:
    post = draft(ponts, text=TEXT, language="en")
    schedule(post, database_now() + timedelta(days=1))
    told = desk.post("/write/keep/", form(post, ponts, text="Too late"), headers=BY_SCRIPT)
    assert (told.status_code, told.json()) == (410, {"elsewhere": f"/posts/{post.pk}/"})
    assert Version.objects.get().content["text"] == "Too late"


def test_a_post_taken_back_is_open_again_with_its_time(desk: Client, ponts: Account) -> None:
    desk.post("/write/schedule/", form(None, ponts, **tomorrow()))
    post = Post.objects.get()
    take_back(post)
    page = said(desk.get(f"/write/{post.pk}/"))
    assert f"{TEXT}</textarea>" in page
    assert 'name="time" value="10:30"' in page
    post.refresh_from_db()
    desk.post("/write/schedule/", form(post, ponts, text="Better", **tomorrow()))
    assert Delivery.objects.exclude(state="cancelled").get().parts[0]["text"] == "Better"


# Discarding


def test_a_discarded_draft_is_kept_and_can_be_put_back(desk: Client, post: Post) -> None:
    assert desk.post("/write/discard/", form(post)).headers["Location"] == f"/write/{post.pk}/"
    assert "This draft is discarded." in said(desk.get(f"/write/{post.pk}/"))
    desk.post("/write/restore/", form(post))
    post.refresh_from_db()
    assert post.deleted_at is None


def test_a_discarded_draft_is_not_scheduled(desk: Client, post: Post, ponts: Account) -> None:
    desk.post("/write/discard/", form(post))
    answer = desk.post("/write/schedule/", form(post, ponts, **tomorrow()))
    assert "Put it back first." in said(answer)
    assert not Delivery.objects.exists()


def test_the_composer_speaks_french_to_who_reads_french(desk: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="fr")
    assert '<html lang="fr">' in said(desk.get("/write/"))
