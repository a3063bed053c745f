"""Bluesky's video service: how its answers are read, without a server."""

from __future__ import annotations

import pytest

from parvis.networks.bluesky.video_answers import (
    Upload,
    read,
    read_job,
    read_text,
    read_upload,
    refuse_beyond,
)
from parvis.networks.errors import (
    Expired,
    NetworkError,
    NotSent,
    Refused,
    SlowDown,
)
from tests.networks.answers import answer
from tests.networks.bluesky_post import media


class TestVideoService:
    @pytest.mark.parametrize("wrapped", [True, False])
    def test_a_job_is_found_in_both_forms(self, wrapped: bool) -> None:
        status = {"jobId": "j1", "state": "JOB_STATE_CREATED"}
        said = {"jobStatus": status} if wrapped else status

        assert read_text(answer(200, said, publishes=False), "jobId") == "j1"

    def test_a_video_that_the_service_has_already_has_a_job(self) -> None:
        said = {"error": "already_exists", "jobId": "j1"}

        found = read_text(answer(409, said, publishes=False), "jobId", also_in_status=(409,))

        assert found == "j1"

    @pytest.mark.parametrize("state", ["JOB_STATE_CREATED", "JOB_STATE_ENCODING", "anything new"])
    def test_a_job_under_way_has_no_blob_yet(self, state: str) -> None:
        assert read_job(answer(200, {"jobStatus": {"state": state}}, publishes=False)) is None

    def test_a_job_that_is_done_has_a_blob(self) -> None:
        status = {"state": "JOB_STATE_COMPLETED", "blob": {"$type": "blob"}}

        assert read_job(answer(200, {"jobStatus": status}, publishes=False)) == {"$type": "blob"}

    @pytest.mark.parametrize(
        ("failure", "error", "code"),
        [
            ("validation_failure", Refused, "video-refused"),
            ("encoding_failure", Refused, "video-refused"),
            ("pds_upload_unsupported_blob_size", Refused, "video-too-large"),
            ("pds_upload_failure", NotSent, "video-failed"),
            ("a new one", NotSent, "video-failed"),
            (None, NotSent, "video-failed"),
        ],
    )
    def test_a_job_that_failed_says_whether_to_try_again(
        self, failure: str | None, error: type[NetworkError], code: str
    ) -> None:
        status = {"state": "JOB_STATE_FAILED", "failureCode": failure, "message": "odd <b>file"}

        with pytest.raises(error) as trouble:
            read_job(answer(200, {"jobStatus": status}, publishes=False))

        assert trouble.value.code == code

    @pytest.mark.parametrize(
        ("name", "error", "code"),
        [
            ("UnsupportedContentType", Refused, "video-refused"),
            ("VideoTooLong", Refused, "video-refused"),
            ("VideoTooLarge", Refused, "video-too-large"),
            ("UploadForbidden", Refused, "video-forbidden"),
            ("DailyLimitExceeded", SlowDown, "video-limit"),
            ("ServiceOverloaded", NotSent, "video-service-busy"),
            ("UploadExpired", NotSent, "video-lost"),
            ("InvalidToken", Expired, "token-expired"),
        ],
    )
    def test_each_refusal_of_the_service_has_its_error(
        self, name: str, error: type[NetworkError], code: str
    ) -> None:
        with pytest.raises(error) as trouble:
            read(answer(400, {"error": name, "message": "x"}, publishes=False))

        assert trouble.value.code == code
        assert trouble.value.sentence.endswith((".", "again."))

    def test_an_upload_tells_which_parts_it_lacks(self) -> None:
        said = {"state": "created", "receivedParts": [2], "partCount": 3, "partSizeBytes": 8}

        found = read_upload(answer(200, said, publishes=False))

        assert found == Upload(job="", part_bytes=8, missing=(1, 3))

    def test_an_upload_that_expired_is_lost(self) -> None:
        said = {"state": "expired", "receivedParts": [], "partCount": 3, "partSizeBytes": 8}

        with pytest.raises(NotSent) as lost:
            read_upload(answer(200, said, publishes=False))

        assert lost.value.code == "video-lost"

    @pytest.mark.parametrize(
        ("limits", "error"),
        [
            ({"canUpload": False, "remainingDailyVideos": 0}, SlowDown),
            ({"canUpload": False, "message": "Confirm your email"}, Refused),
            ({"canUpload": True, "remainingDailyBytes": 8}, SlowDown),
        ],
    )
    def test_a_video_beyond_the_limits_of_the_day_is_not_begun(
        self, limits: dict[str, object], error: type[NetworkError]
    ) -> None:
        with pytest.raises(error):
            refuse_beyond(limits, media("video/mp4"))

    def test_a_video_within_the_limits_is_begun(self) -> None:
        refuse_beyond({"canUpload": True, "remainingDailyBytes": 9}, media("video/mp4"))
