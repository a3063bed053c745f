"""An account of the sandbox is never mistaken for a real one, on any page."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.connections.oauth import offer
from parvis.connections.verbs import ask_to_reconnect
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.contract import Connected, Secret, Tokens
from parvis.people.models import Workspace
from tests.cast import MASTODON_TRAITS, connect, draft, scheduled
from tests.web.reading import Page, is_a_who

pytestmark = pytest.mark.django_db

REAL, SANDBOX = "ponts.example.org", "ponts.test"
# Where the sentence for a screen reader or the address bar names the account beside its mark.
MARKED = ("Sandbox", "(sandbox)")


@pytest.fixture
def real(workspace: Workspace) -> Account:
    return connect(workspace, handle=REAL)


@pytest.fixture
def rehearsing(workspace: Workspace) -> Account:
    account = connect(workspace, "mastodon", SANDBOX)
    Account.objects.filter(pk=account.pk).update(is_sandbox=True)
    account.refresh_from_db()
    return account


@pytest.fixture
def both(real: Account, rehearsing: Account) -> Post:
    """Said by both: out on both, and once more waiting for a decision of both."""
    out, waits = (scheduled(real, rehearsing).post for _ in range(2))
    for number, delivery in enumerate(Delivery.objects.filter(post=out)):
        receipt = {"remote_id": str(number), "url": f"https://social.example.org/{number}"}
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.PUBLISHED, receipts=[receipt], settled_at=delivery.due_at
        )
    Delivery.objects.filter(post=waits).update(state=State.HELD, reason_code="reconnect")
    scheduled(real, rehearsing, in_=timedelta(hours=1))
    return out


def assert_told_apart(source: str) -> None:
    """Wherever the sandbox's handle is said, so is that it is of the sandbox; and of the real one
    it is not said."""
    page = Page(source)
    for place in page.places_of(SANDBOX):
        assert any(word in place.text for word in MARKED), place.text
        assert not is_a_who(place) or "in-sandbox" in place.attributes["class"]
    for place in page.places_of(REAL):
        if SANDBOX not in place.text:
            assert not any(word in place.text for word in MARKED), place.text
            assert "in-sandbox" not in place.attributes.get("class", "")


def test_the_reading_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_told_apart(f"<ul><li>{SANDBOX}</li></ul>")
    with pytest.raises(AssertionError):
        assert_told_apart(f"<ul><li>{REAL} Sandbox</li></ul>")
    with pytest.raises(AssertionError):
        assert_told_apart(f'<p class="who">{SANDBOX} Sandbox</p>')


def test_every_page_tells_them_apart(
    desk: Client, real: Account, rehearsing: Account, both: Post
) -> None:
    written = draft(real, rehearsing)
    addresses = [
        "/",
        "/posts/",
        "/posts/?show=to-decide",
        "/posts/?show=scheduled",
        "/posts/?show=published",
        *(f"/posts/{post.pk}/" for post in Post.objects.exclude(pk=written.pk)),
        f"/write/{written.pk}/",
        "/accounts/",
        *(f"/accounts/{account.pk}/" for account in (real, rehearsing)),
        *(f"/accounts/{account.pk}/disconnect/" for account in (real, rehearsing)),
        f"/accounts/{rehearsing.pk}/reconnect/",
    ]
    seen = 0
    for address in addresses:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        source = answer.content.decode()
        assert_told_apart(source)
        seen += len(Page(source).of_class("sandbox-mark"))
    assert seen > len(addresses)


def test_what_must_be_done_about_them_tells_them_apart(
    desk: Client, real: Account, rehearsing: Account
) -> None:
    for account in (real, rehearsing):
        ask_to_reconnect(account, "The permission was taken back.")
    for address in ("/", "/accounts/"):
        assert_told_apart(desk.get(address).content.decode())


def test_permalinks_stand_beside_the_mark(desk: Client, rehearsing: Account, both: Post) -> None:
    page = Page(desk.get(f"/posts/{both.pk}/").content.decode())
    places = [element for element in page.elements if element.tag == "article"] or page.elements
    linked = [
        element
        for element in places
        if "https://social.example.org/" in str([e.attributes for e in page.elements])
        and SANDBOX in element.text
    ]
    assert linked
    assert all("Sandbox" in element.text for element in linked)


def test_messages_tell_them_apart(desk: Client, real: Account, rehearsing: Account) -> None:
    for account in (real, rehearsing):
        page = desk.post(f"/accounts/{account.pk}/disconnect/", follow=True).content.decode()
        assert_told_apart(page)
        assert "is disconnected" in page


def test_a_choice_tells_them_apart(desk: Client, workspace: Workspace) -> None:
    for is_sandbox, handle in ((True, SANDBOX), (False, REAL)):
        found = Connected(
            network="mastodon",
            server="https://social.example.org",
            remote_id=handle,
            handle=handle,
            display_name="Librairie Ponts",
            tokens=Tokens(access=Secret("the access token")),
            traits=MASTODON_TRAITS,
        )
        batch = offer(workspace, [found], is_sandbox=is_sandbox)
        page = desk.get(f"/accounts/choose/{batch}/").content.decode()
        assert_told_apart(page)
        assert len(Page(page).of_class("sandbox-mark")) == is_sandbox


def test_a_post_to_both_warns_of_the_sandbox(
    desk: Client, real: Account, rehearsing: Account
) -> None:
    warning = "This account is of the sandbox, and the post goes to real networks too."
    together = draft(real, rehearsing)
    alone = draft(rehearsing)
    assert warning in html.unescape(desk.get(f"/write/{together.pk}/").content.decode())
    assert warning not in html.unescape(desk.get(f"/write/{alone.pk}/").content.decode())
