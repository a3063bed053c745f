"""What comes before the post: uploads and containers, workers that die over them, networks that
take their time."""

from io import BytesIO

import pytest

from parvis.compose.content import UsedMedia
from parvis.compose.media import keep_media
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from tests.deliver.driving import let_leases_lapse, look_up_due
from tests.deliver.rehearsing import (
    Killed,
    Rehearsal,
    assert_out_once,
    dies_after,
    dies_before,
    on,
    on_all,
    page_at,
    settled,
    told_of,
)
from tests.networks.media import film

pytestmark = pytest.mark.django_db

UPLOADING = {
    "x": "/2/media/upload",
    "facebook": "/photos",
    "instagram": "/media",
    "linkedin": "/rest/images",
    "threads": "me/threads$",
    "mastodon": "/api/v2/media",
    "bluesky": "uploadBlob",
}
"""Where a picture is sent, or is announced, or its container is made: a pattern of the address."""
PUBLISHING = {
    "x": "/2/tweets",
    "facebook": "/feed",
    "instagram": "media_publish",
    "linkedin": "/rest/posts",
    "threads": "threads_publish$",
    "mastodon": "/api/v1/statuses",
    "bluesky": "com.atproto.repo.putRecord",
}
HANDED_OVER = {
    "x": ("command=STATUS", 0),
    # The first begins the upload, the second carries it, and the third would publish it.
    "facebook": ("/videos$", 2),
    "instagram": ("media_publish", 0),
    "linkedin": (r"/rest/videos\?ids", 0),
    "threads": ("threads_publish$", 0),
    "mastodon": ("/api/v1/media", 0),
    "bluesky": ("getJobStatus", 0),
}
"""What is asked for once a video is there, and how often before that."""


@pytest.fixture(scope="module")
def video_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("films") / "stalls.mp4"
    film(path)
    return path.read_bytes()


def video(rehearsal: Rehearsal, content: bytes) -> UsedMedia:
    kept = keep_media(rehearsal.workspace, "stalls.mp4", BytesIO(content), len(content))
    return UsedMedia(media_id=kept.pk)


def carousel(rehearsal: Rehearsal) -> Delivery:
    colours = ("teal", "olive", "maroon")
    pictures = tuple(rehearsal.picture(colour=colour) for colour in colours)
    return rehearsal.schedule(media=pictures)


def sent(rehearsal: Rehearsal) -> list[str]:
    """The requests that hand something over, without what tells one upload from another."""
    calls = rehearsal.calls("upload") + rehearsal.calls("container")
    return sorted(call.split("?")[0] for call in calls if not call.startswith("GET"))


@on_all
@pytest.mark.parametrize("passed", [1, 2])
def test_a_worker_that_dies_over_a_carousel_repeats_no_upload(
    rehearsal: Rehearsal, passed: int
) -> None:
    delivery = carousel(rehearsal)

    with pytest.raises(Killed):
        rehearsal.deliver(dies_before(UPLOADING[rehearsal.network], after=passed))
    before = sent(rehearsal)
    assert settled(delivery).state == State.CLAIMED
    let_leases_lapse()
    rehearsal.deliver()

    assert_out_once(rehearsal, delivery)
    assert len(rehearsal.posts[0]["media"]) == 3
    assert before
    assert len(sent(rehearsal)) == uploads_of_a_carousel(rehearsal)


def uploads_of_a_carousel(rehearsal: Rehearsal) -> int:
    """As many as another one takes that nobody disturbs."""
    so_far = len(sent(rehearsal))
    undisturbed = rehearsal.schedule(
        text="And on Sunday",
        media=tuple(rehearsal.picture(colour=colour) for colour in ("teal", "olive", "maroon")),
    )
    rehearsal.deliver()
    assert settled(undisturbed).state == State.PUBLISHED, told_of(undisturbed)
    return len(sent(rehearsal)) - so_far


@on_all
def test_a_worker_that_dies_over_a_video_does_not_send_it_again(
    rehearsal: Rehearsal, video_bytes: bytes
) -> None:
    delivery = rehearsal.schedule(media=(video(rehearsal, video_bytes),))

    with pytest.raises(Killed):
        rehearsal.deliver(dies_before(*HANDED_OVER[rehearsal.network]))
    handed_over = sent(rehearsal)
    assert handed_over
    let_leases_lapse()
    rehearsal.sandbox.advance(60)
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)
    assert sent(rehearsal) == handed_over


@on_all
def test_a_worker_that_dies_once_the_post_is_out_leaves_one_post(rehearsal: Rehearsal) -> None:
    delivery = carousel(rehearsal)

    with pytest.raises(Killed):
        rehearsal.deliver(dies_after(PUBLISHING[rehearsal.network]))
    assert settled(delivery).state == State.SENDING
    let_leases_lapse()
    assert settled(delivery).state == State.CHECKING
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert len(sent(rehearsal)) == uploads_of_a_carousel(rehearsal)


@on_all
def test_a_video_goes_out_once_though_the_network_takes_its_time(
    rehearsal: Rehearsal, video_bytes: bytes
) -> None:
    delivery = rehearsal.schedule(media=(video(rehearsal, video_bytes),))
    rehearsal.order("slow-processing", on="processing", seconds=300)

    rehearsal.deliver()
    assert settled(delivery).state in (State.SCHEDULED, State.CHECKING), told_of(delivery)
    assert delivery.reason_code == "processing"
    rehearsal.go_on(turns=1)
    assert settled(delivery).state in (State.SCHEDULED, State.CHECKING), told_of(delivery)
    handed_over = sent(rehearsal)
    rehearsal.sandbox.advance(301)
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)
    assert sent(rehearsal) == handed_over
    assert len(rehearsal.posts[0]["media"]) == 1


@on("threads", "instagram", "instagram by Page")
@pytest.mark.parametrize("times", [1, 3])
def test_a_container_that_is_not_found_yet_is_published_later_and_once(
    rehearsal: Rehearsal, times: int
) -> None:
    delivery = rehearsal.schedule(media=(rehearsal.picture(),))
    rehearsal.order("container-race", times=times)

    rehearsal.deliver()
    assert settled(delivery).state == State.SCHEDULED, told_of(delivery)
    rehearsal.go_on(turns=times)

    assert_out_once(rehearsal, delivery)
    assert len([call for call in rehearsal.calls("container") if call.startswith("POST")]) == 1


@on("facebook")
def test_a_photo_that_facebook_has_and_answers_500_to_is_there_once(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule(media=(rehearsal.picture(),))
    rehearsal.order("error-after")

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert "Stalls on the square" in page_at(delivery.link)


@on_all
@pytest.mark.parametrize("fault", ["lose-answer", "error-after", "error-before", "malformed"])
def test_trouble_with_an_upload_is_no_trouble_with_the_post(
    rehearsal: Rehearsal, fault: str
) -> None:
    delivery = rehearsal.schedule(media=(rehearsal.picture(),))
    is_fetched = rehearsal.account.traits.fetches_media
    rehearsal.order(fault, on="container" if is_fetched else "upload")

    rehearsal.deliver()
    assert settled(delivery).state == State.SCHEDULED, told_of(delivery)
    assert rehearsal.posts == []
    rehearsal.deliver_again()

    assert_out_once(rehearsal, delivery)
    assert len(rehearsal.posts[0]["media"]) == 1
