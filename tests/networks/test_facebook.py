"""Facebook: what is built and how answers are read, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from parvis.networks.contract import (
    Account,
    AppRegistration,
    MediaFile,
    Part,
    Prepared,
    Published,
    Tokens,
)
from parvis.networks.errors import NotSent, Reconnect, Refused, Unknown
from parvis.networks.facebook import Facebook
from parvis.networks.facebook.chunks import Session
from parvis.networks.facebook.finding import likeness, read_page
from parvis.networks.facebook.measures import read_counts
from parvis.networks.facebook.permission import WAY
from parvis.networks.facebook.post import (
    build_comment,
    build_post,
    build_reel,
    build_video,
    read_receipt,
    refuse_wrong_length,
)
from parvis.networks.facebook.reels import (
    has_all,
    is_broken,
    is_in_work,
    is_published,
    is_unsent,
)
from parvis.networks.facebook.traits import TRAITS
from parvis.networks.http import Http
from parvis.networks.likeness import Likeness
from parvis.networks.measures import Metric
from parvis.networks.secret import Secret
from parvis.networks.traits import Format
from parvis.networks.versions import version_of
from tests.networks.answers import answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APP = AppRegistration(client_id="42", client_secret=Secret("app-secret"))
ACCOUNT = Account(
    network="facebook",
    server="https://graph.facebook.com",
    remote_id="100",
    handle="ponts",
    tokens=Tokens(access=Secret("page-token")),
    traits=TRAITS,
    way="facebook-login",
)
RETURN = "https://parvis.example.org/return"


def video(seconds: float) -> MediaFile:
    return MediaFile(
        path=Path("reading.mp4"),
        media_type="video/mp4",
        size=1,
        width=1080,
        height=1920,
        alt="",
        seconds=seconds,
    )


def status(word: str = "", **phases: str) -> dict[str, object]:
    inner: dict[str, object] = {
        f"{name}_phase": {"status": phase} for name, phase in phases.items()
    }
    return {"status": inner | ({"video_status": word} if word else {})}


class TestSigningIn:
    def test_the_dialog_is_on_facebooks_own_pages(self) -> None:
        url = Facebook().authorise_url(ACCOUNT.server, WAY, APP, RETURN, "state", "challenge")

        parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
        assert parts.netloc == "www.facebook.com"
        assert parts.path == f"/{version_of('graph')}/dialog/oauth"
        assert query["redirect_uri"] == [RETURN]
        assert query["scope"] == [",".join(WAY.scopes)]
        assert "app-secret" not in url

    def test_a_sandbox_serves_its_own_dialog(self) -> None:
        url = Facebook().authorise_url("http://127.0.0.1:8602", WAY, APP, RETURN, "s", "c")

        assert url.startswith("http://127.0.0.1:8602/")

    async def test_a_page_token_is_renewed_by_the_person_alone(self, http: Http) -> None:
        with pytest.raises(Reconnect):
            await Facebook().refresh(http, ACCOUNT, APP)

    async def test_without_a_name_it_is_facebooks_own_server(self, http: Http) -> None:
        assert await Facebook().find_server(http, "") == "https://graph.facebook.com"


class TestBuilding:
    def test_the_first_link_is_shown_as_a_card(self) -> None:
        text = "Lisez https://example.org/lecture, puis https://example.org/suite."

        body = build_post(ACCOUNT, Part(text=text), [])

        assert body["path"] == "100/feed"
        assert body["form"]["message"] == text
        assert body["form"]["link"] == "https://example.org/lecture"

    def test_photos_go_by_way_of_the_feed_and_leave_no_room_for_a_card(self) -> None:
        body = build_post(ACCOUNT, Part(text="https://example.org"), ["7", "8"])

        assert body["form"]["attached_media"] == '[{"media_fbid":"7"},{"media_fbid":"8"}]'
        assert "link" not in body["form"]
        assert body["photo_ids"] == ["7", "8"]

    def test_a_comment_is_put_below_the_first_part(self) -> None:
        follows = (Published(remote_id="100_1", url="u"), Published(remote_id="100_2", url="u"))

        body = build_comment(Part(text="Bonjour", is_comment=True), follows)

        assert (body["path"], body["form"]) == ("100_1/comments", {"message": "Bonjour"})

    def test_a_comment_on_nothing_is_refused(self) -> None:
        with pytest.raises(Refused):
            build_comment(Part(text="Bonjour", is_comment=True), ())

    def test_finishing_a_video_is_what_publishes_it(self) -> None:
        session = Session(video_id="7", upload_id="u7")

        body = build_video(ACCOUNT, Part(text="Bonjour"), session)

        assert body["form"]["upload_phase"] == "finish"
        assert (body["form"]["upload_session_id"], body["video_id"]) == ("u7", "7")

    def test_a_story_carries_no_words(self) -> None:
        body = build_reel(ACCOUNT, Part(text=""), "video_stories", "7")

        assert body["form"] == {"upload_phase": "finish", "video_id": "7"}

    def test_nothing_that_is_stored_is_a_secret(self) -> None:
        body = build_post(ACCOUNT, Part(text="Bonjour"), ["7"])

        assert "page-token" not in repr(body)

    @pytest.mark.parametrize(
        ("kind", "seconds", "code"),
        [
            (Format.REEL, 2.0, "video-too-short"),
            (Format.REEL, 91.0, "video-too-long"),
            (Format.STORY, 61.0, "video-too-long"),
        ],
    )
    def test_reels_and_stories_are_shorter_than_videos(
        self, kind: Format, seconds: float, code: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            refuse_wrong_length(Part(text="", media=(video(seconds),), format=kind))

        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("kind", "seconds"),
        [(Format.REEL, 90.0), (Format.STORY, 3.0), (Format.POST, 4000.0)],
    )
    def test_what_fits_is_let_through(self, kind: Format, seconds: float) -> None:
        refuse_wrong_length(Part(text="", media=(video(seconds),), format=kind))


class TestReceipts:
    def test_a_post_is_told_by_its_id(self) -> None:
        receipt = read_receipt(answer(200, {"id": "100_7"}), ACCOUNT, "post")

        assert receipt.remote_id == "100_7"
        assert receipt.url == "https://www.facebook.com/100_7"

    def test_a_story_is_told_by_its_posts_id(self) -> None:
        told = answer(200, {"success": True, "post_id": "7"})

        assert read_receipt(told, ACCOUNT, "photo-story").remote_id == "7"

    @pytest.mark.parametrize("body", ["", "{}", "[]", '{"id": 0.5}'])
    def test_a_yes_that_cannot_be_read_is_looked_up(self, body: str) -> None:
        with pytest.raises(Unknown):
            read_receipt(answer(200, body), ACCOUNT, "post")


class TestVideoStatus:
    def test_a_video_that_waits_was_not_published(self) -> None:
        waiting = status(
            "upload_complete",
            uploading="complete",
            processing="not_started",
            publishing="not_started",
        )

        assert has_all(waiting)
        assert is_unsent(waiting)
        assert not is_published(waiting)
        assert not is_in_work(waiting)

    def test_a_video_that_is_worked_on_may_yet_be_published(self) -> None:
        assert is_in_work(status("processing", processing="in_progress", publishing="not_started"))
        assert is_in_work(status("processing"))

    def test_a_ready_video_is_published_unless_it_is_held_back(self) -> None:
        assert is_published(status("ready", publishing="complete"))
        assert not is_published(status("ready") | {"published": False})

    def test_a_broken_video_is_refused_with_metas_reason(self) -> None:
        broken = status("error", uploading="complete")
        broken["status"]["processing_phase"] = {  # type: ignore[index]
            "status": "error",
            "error": {"message": "We don't support this format."},
        }

        assert is_broken(broken)
        with pytest.raises(Refused) as refusal:
            has_all(broken)
        assert "We don't support this format." in refusal.value.sentence

    @pytest.mark.parametrize("told", [{}, {"status": None}, {"status": "ready"}])
    def test_a_status_that_is_none_claims_nothing(self, told: dict[str, object]) -> None:
        assert not is_published(told)
        assert not is_in_work(told)
        assert not is_broken(told)


class TestLikeness:
    def listed(self, message: str = "Bonjour", photos: tuple[str, ...] = ()) -> dict[str, object]:
        inner = [{"media_type": "photo", "target": {"id": one}} for one in photos]
        album = [{"media_type": "album", "subattachments": {"data": inner}}]
        shown = inner if len(photos) < 2 else album
        return {
            "id": "100_7",
            "message": message,
            "created_time": "2026-11-21T12:00:00+0000",
            "attachments": {"data": shown},
        }

    def compare(self, listed: dict[str, object], sent: tuple[str, ...] = ()) -> Likeness:
        (post,) = read_page(answer(200, {"data": [listed]}), ACCOUNT)
        body = build_post(ACCOUNT, Part(text="Bonjour"), sent)
        return likeness(post, Prepared(key="k", text="Bonjour", body=body))

    def test_the_same_text_alone_is_the_same_post(self) -> None:
        assert self.compare(self.listed()) is Likeness.SAME

    def test_another_text_is_another_post(self) -> None:
        assert self.compare(self.listed("Bonsoir")) is Likeness.OTHER

    @pytest.mark.parametrize("photos", [("1",), ("1", "2")])
    def test_the_same_photos_are_the_same_post_whatever_became_of_the_text(
        self, photos: tuple[str, ...]
    ) -> None:
        assert self.compare(self.listed("Bonsoir", photos), photos) is Likeness.SAME

    def test_the_same_text_with_other_photos_is_for_a_person_to_tell(self) -> None:
        assert self.compare(self.listed(photos=("9",)), ("1",)) is Likeness.ALIKE

    def test_the_same_text_with_or_without_photos_are_two_posts(self) -> None:
        assert self.compare(self.listed(photos=("9",))) is Likeness.OTHER
        assert self.compare(self.listed(), ("1",)) is Likeness.OTHER

    def test_the_card_of_a_link_is_no_photo(self) -> None:
        listed = self.listed() | {"attachments": {"data": [{"media_type": "link"}]}}

        assert self.compare(listed) is Likeness.SAME

    def test_what_others_wrote_is_not_ours(self) -> None:
        theirs = self.listed() | {"from": {"id": "5"}}

        assert read_page(answer(200, {"data": [theirs]}), ACCOUNT) == []

    @pytest.mark.parametrize("body", ["{}", '{"data": 7}', '{"data": [{}]}', '{"data": [7]}', "["])
    def test_a_listing_that_cannot_be_read_claims_nothing(self, body: str) -> None:
        with pytest.raises(NotSent):
            read_page(answer(200, body, publishes=False), ACCOUNT)


class TestFigures:
    def test_figures_are_read_from_a_post(self) -> None:
        told = {
            "shares": {"count": 3},
            "reactions": {"data": [], "summary": {"total_count": 7}},
            "comments": {"data": [], "summary": {"total_count": 2}},
        }

        assert read_counts(told) == {
            Metric.SHARES: 3,
            Metric.REACTIONS: 7,
            Metric.COMMENTS: 2,
        }

    def test_a_post_that_nobody_shared_tells_no_shares(self) -> None:
        assert read_counts({"reactions": {}})[Metric.SHARES] == 0

    def test_what_is_not_told_is_not_zero(self) -> None:
        assert read_counts({"like_count": 2}) == {Metric.LIKES: 2}
        assert read_counts(None) == {}
