"""What stands in the way of a post, account by account."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.compose.content import Content, Said, UsedMedia, content_of
from parvis.compose.validation import Severity, review
from parvis.compose.verbs import parts_of, review_parts
from parvis.connections.models import Account
from parvis.connections.verbs import ask_to_reconnect
from parvis.networks.part import GIF, MediaFile, Part
from parvis.networks.traits import Following, VideoTraits, Visibility
from parvis.networks.x import X
from parvis.people.models import Workspace
from tests.cast import BLUESKY_TRAITS, MASTODON_TRAITS, draft, kept_picture, scheduled

IMAGE = MediaFile(
    path=Path("stalls"), media_type="image/jpeg", size=1000, width=40, height=30, alt="Stalls"
)


def found(part: Part, traits=BLUESKY_TRAITS) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in review([part], traits).findings}


def test_a_plain_text_fits() -> None:
    fitting = review([Part(text="The square reopens.")], BLUESKY_TRAITS)
    assert fitting.findings == ()
    assert fitting.may_go_out
    assert (fitting.length.units, fitting.length.limit) == (19, 300)


def test_nothing_at_all_is_refused() -> None:
    assert found(Part(text=" \n ")) == {"empty": Severity.ERROR}


def test_a_network_that_needs_a_picture_says_so() -> None:
    pictures_only = replace(BLUESKY_TRAITS, posts_text_alone=False)
    assert found(Part(text="Only words"), pictures_only) == {"needs-image": Severity.ERROR}


def test_a_text_one_character_too_long_is_refused_and_one_that_just_fits_is_not() -> None:
    assert found(Part(text="a" * 301)) == {"too-long": Severity.ERROR}
    assert found(Part(text="a" * 300)) == {}


def test_a_family_of_four_is_one_character_and_many_bytes() -> None:
    families = "👨‍👩‍👧‍👦" * 150
    assert found(Part(text=families)) == {"too-many-bytes": Severity.ERROR}


def test_a_long_link_counts_as_mastodon_counts_it() -> None:
    link = "https://www.example.org/" + "a" * 600
    assert found(Part(text=link), MASTODON_TRAITS) == {}
    assert "too-long" in found(Part(text=link))


def test_a_content_warning_is_refused_where_there_is_none() -> None:
    warned = Part(text="Books", content_warning="paper")
    assert found(warned) == {"no-content-warning": Severity.ERROR}
    assert found(warned, MASTODON_TRAITS) == {}


def test_a_visibility_is_refused_where_everything_is_public() -> None:
    quiet = Part(text="Books", visibility=Visibility.UNLISTED)
    assert found(quiet) == {"no-visibility": Severity.ERROR}
    assert found(quiet, MASTODON_TRAITS) == {}
    assert found(Part(text="Books", visibility=Visibility.PUBLIC)) == {}


def test_a_picture_without_a_description_is_warned_of_and_may_go_out() -> None:
    silent = Part(text="Look", media=(replace(IMAGE, alt=" "),))
    assert found(silent) == {"no-alt": Severity.WARNING}
    assert review([silent], BLUESKY_TRAITS).may_go_out


def test_a_finding_tells_which_of_the_parts_it_is_about() -> None:
    long = "a" * 301
    parts = [Part(text="One"), Part(text=long), Part(text=long, is_comment=True)]
    told = [(f.code, f.part, f.parts, f.in_comment) for f in review(parts, BLUESKY_TRAITS).findings]
    assert told == [("too-long", 1, 2, False), ("too-long", 2, 2, True)]


def test_the_length_told_is_that_of_the_part_nearest_to_its_limit() -> None:
    reviewed = review([Part(text="a" * 9), Part(text="a" * 20)], BLUESKY_TRAITS)
    assert [length.units for length in reviewed.lengths] == [9, 20]
    assert reviewed.length.units == 20


def test_a_first_comment_has_its_own_limit() -> None:
    comments = replace(BLUESKY_TRAITS, following=Following.COMMENT, comment_limit=5)
    comment = Part(text="a" * 6, is_comment=True)
    assert found(comment, comments) == {"too-long": Severity.ERROR}


def test_a_description_that_is_not_taken_is_left_out_and_told() -> None:
    silent = replace(BLUESKY_TRAITS, alt_limit=0)
    described = Part(text="Look", media=(IMAGE,))
    assert found(described, silent) == {"alt-left-out": Severity.NOTE}
    assert review([described], silent).may_go_out


def test_a_video_without_a_description_is_warned_of_where_it_takes_one() -> None:
    film = replace(IMAGE, media_type="video/mp4", seconds=9.0, alt="")
    takes = VideoTraits(bytes_limit=10**6, types=("video/mp4",), longest_seconds=60, alt_limit=9)
    part = Part(text="Look", media=(film,))
    assert found(part, replace(BLUESKY_TRAITS, video=takes)) == {
        "no-alt-of-video": Severity.WARNING
    }
    mute = replace(BLUESKY_TRAITS, video=replace(takes, alt_limit=0))
    assert found(part, mute) == {}


def test_more_hashtags_than_a_network_heeds_are_warned_of() -> None:
    heeds_one = replace(BLUESKY_TRAITS, hashtags_advised=1)
    assert found(Part(text="#books #rain"), heeds_one) == {"hashtags-advised": Severity.WARNING}


def test_one_picture_too_many_is_refused() -> None:
    assert found(Part(text="Look", media=(IMAGE,) * 5)) == {"too-many-images": Severity.ERROR}


def test_a_description_that_is_too_long_is_refused() -> None:
    wordy = replace(IMAGE, alt="a" * 2001)
    assert found(Part(text="Look", media=(wordy,))) == {"alt-too-long": Severity.ERROR}


def test_a_picture_that_is_too_large_is_told_to_be_sent_smaller() -> None:
    heavy = replace(IMAGE, size=2_000_001)
    assert found(Part(text="Look", media=(heavy,))) == {"smaller-copy": Severity.NOTE}


def test_an_animation_that_is_too_large_is_refused_not_stilled() -> None:
    moving = replace(IMAGE, media_type=GIF, is_animated=True, size=2_000_001)
    counted = replace(BLUESKY_TRAITS, animation_bytes_limit=2_000_000)
    assert found(Part(text="Look", media=(moving,)), counted) == {
        "animation-too-large": Severity.ERROR
    }


@pytest.mark.django_db
def test_an_account_to_reconnect_cannot_say_anything(ponts: Account) -> None:
    ask_to_reconnect(ponts, "The server no longer accepts the permission.")
    ponts.refresh_from_db()
    refused = review_parts([Part(text="The square")], ponts)
    assert [finding.code for finding in refused.findings] == ["reconnect-first"]
    assert not refused.may_go_out


@pytest.mark.django_db
def test_what_is_typed_is_looked_at_before_it_is_saved(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    stalls = kept_picture(workspace)
    content = Content(
        text="Shared",
        media=(UsedMedia(media_id=stalls.pk, alt="Stalls"),),
        said={ponts.pk: Said(), ponts_mastodon.pk: Said(text="Otherwise")},
    )
    parts = parts_of(workspace, content)
    assert {account.pk: said[0].text for account, said in parts.items()} == {
        ponts.pk: "Shared",
        ponts_mastodon.pk: "Otherwise",
    }
    assert {said[0].media[0].alt for said in parts.values()} == {"Stalls"}


@pytest.mark.django_db
def test_what_a_post_says_where_is_read_with_a_fixed_number_of_queries(
    ponts: Account, ponts_mastodon: Account, django_assert_num_queries
) -> None:
    media = tuple(
        UsedMedia(media_id=kept_picture(ponts.workspace, colour=colour).pk)
        for colour in ("teal", "red", "navy")
    )
    post = draft(ponts, ponts_mastodon, media=media)
    with django_assert_num_queries(6):
        parts = parts_of(ponts.workspace, content_of(post))
    assert set(parts) == {ponts, ponts_mastodon}


def charged(account: Account, *parts: Part) -> list[tuple[str, dict[str, str | int]]]:
    account.network = "x"
    account.stored_traits = X.usual_traits.to_json()
    reviewed = review_parts(parts, account, datetime(2026, 12, 24, 18, 0, tzinfo=UTC))
    return [(f.code, f.facts) for f in reviewed.findings if "price" in f.code]


LINKED = "Come early: https://www.example.org/parvis"


@pytest.mark.django_db
def test_what_a_post_costs_is_told_with_every_part(ponts: Account) -> None:
    one, three = (charged(ponts, *[Part(text="The square")] * parts) for parts in (1, 3))
    assert one == [("price", {"amount": "0.015", "currency": "USD"})]
    assert three == [("price", {"amount": "0.045", "currency": "USD"})]


@pytest.mark.django_db
def test_what_a_link_makes_dearer_is_told_beside_what_it_would_cost_without(ponts: Account) -> None:
    linked = {"amount": "0.200", "currency": "USD", "plain_amount": "0.015"}
    assert charged(ponts, Part(text=LINKED)) == [("price-with-link", linked)]


@pytest.mark.django_db
def test_the_sandbox_charges_nothing_and_says_what_the_network_would(ponts: Account) -> None:
    ponts.is_sandbox = True
    assert [code for code, _ in charged(ponts, Part(text=LINKED))] == ["sandbox-price-with-link"]


@pytest.mark.django_db
def test_where_posting_is_free_no_price_is_told(ponts: Account) -> None:
    reviewed = review_parts([Part(text=LINKED)], ponts)
    assert reviewed.findings == ()


@pytest.mark.django_db
def test_a_permission_that_lapses_before_the_post_goes_out_is_warned_of(ponts: Account) -> None:
    ponts.lapses_at = datetime(2027, 1, 5, tzinfo=UTC)
    before, after = (datetime(2027, 1, day, tzinfo=UTC) for day in (4, 6))
    assert review_parts([Part(text="The square")], ponts, before).findings == ()
    (told,) = review_parts([Part(text="The square")], ponts, after).findings
    assert (told.code, told.severity, told.facts) == (
        "lapses-before",
        Severity.WARNING,
        {"day": "2027-01-05"},
    )


@pytest.mark.django_db
def test_a_network_that_comes_for_media_needs_an_address_to_come_to(ponts: Account) -> None:
    ponts.stored_traits = replace(BLUESKY_TRAITS, fetches_media=True).to_json()
    (told,) = review_parts([Part(text="Look", media=(IMAGE,))], ponts).findings
    assert (told.code, told.severity) == ("no-public-address", Severity.ERROR)
    assert review_parts([Part(text="No media")], ponts).findings == ()


@pytest.mark.django_db
def test_a_description_that_is_not_taken_is_not_handed_over(ponts: Account) -> None:
    ponts.stored_traits = replace(BLUESKY_TRAITS, alt_limit=0).to_json()
    ponts.save()
    stalls = UsedMedia(media_id=kept_picture(ponts.workspace).pk, alt="Stalls at dawn")
    delivery = scheduled(ponts, media=(stalls,))
    assert delivery.parts[0]["media"][0]["alt"] == ""
    assert delivery.post.used_media.get().alt == "Stalls at dawn"
