"""Instagram: what is built and how answers are read, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from parvis.networks.errors import NotSent, PrepareAnew, Reconnect, Refused
from parvis.networks.fit import refuse_misfit
from parvis.networks.graph.tokens import read_lasting
from parvis.networks.http import Http
from parvis.networks.instagram import Instagram
from parvis.networks.instagram.api import API, FACEBOOK_LOGIN, INSTAGRAM_LOGIN
from parvis.networks.instagram.containers import (
    State,
    Status,
    build_carousel,
    build_child,
    build_single,
    refuse_unfit,
)
from parvis.networks.instagram.finding import media_likeness, read_page
from parvis.networks.instagram.measures import read_comments
from parvis.networks.instagram.permission import BY_PAGE, DIRECT, read_grant
from parvis.networks.instagram.post import build_comment, build_post, refuse_unfit_story
from parvis.networks.instagram.publishing import read_quota
from parvis.networks.instagram.traits import traits_of
from parvis.networks.likeness import Likeness
from parvis.networks.secret import Secret
from parvis.networks.traits import Format
from parvis.networks.versions import version_of
from tests.networks.answers import answer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APP = AppRegistration(client_id="42", client_secret=Secret("app-secret"))
RETURN = "https://parvis.example.org/return"
ACCOUNT = Account(
    network="instagram",
    server="https://graph.instagram.com",
    remote_id="17841",
    handle="ponts",
    tokens=Tokens(access=Secret("access")),
    traits=traits_of(INSTAGRAM_LOGIN),
    way=INSTAGRAM_LOGIN,
)
PICTURE = MediaFile(
    path=Path("shop-window.jpg"),
    media_type="image/jpeg",
    size=1000,
    width=1080,
    height=1080,
    alt="The shop window",
    public_url="https://parvis.example.org/m/unguessable.jpg",
)
FILM = replace(PICTURE, path=Path("reading.mp4"), media_type="video/mp4", alt="", seconds=30.0)


class TestSigningIn:
    def test_each_way_has_its_own_pages(self) -> None:
        server = "https://graph.instagram.com"
        direct = Instagram().authorise_url(server, DIRECT, APP, RETURN, "s", "c")
        by_page = Instagram().authorise_url(server, BY_PAGE, APP, RETURN, "s", "c")

        assert direct.startswith("https://www.instagram.com/oauth/authorize?")
        assert parse_qs(urlsplit(direct).query)["scope"] == [",".join(DIRECT.scopes)]
        assert by_page.startswith(f"https://www.facebook.com/{version_of('graph')}/dialog/oauth?")

    async def test_instagrams_own_app_cannot_be_checked_beforehand(self, http: Http) -> None:
        network = Instagram()
        with pytest.raises(Refused) as refusal:
            await network.check_app(http, ACCOUNT.server, network.developer_apps[0], APP)

        assert refusal.value.code == "cannot-check-app"

    @pytest.mark.parametrize("wrapped", [True, False])
    @pytest.mark.parametrize("permissions", [["a", "b"], "a,b"])
    def test_a_grant_is_read_in_both_its_forms(self, wrapped: bool, permissions: object) -> None:
        grant = {"access_token": "short", "user_id": 1, "permissions": permissions}

        token, scopes = read_grant(answer(200, {"data": [grant]} if wrapped else grant))

        assert token.reveal() == "short"
        assert scopes == ("a", "b")

    def test_a_refused_code_is_told_in_instagrams_own_form(self) -> None:
        told = {"error_type": "OAuthException", "code": 400, "error_message": "Used already"}

        with pytest.raises(Refused) as refusal:
            read_grant(answer(400, told, publishes=False))

        assert refusal.value.code == "code-refused"

    @pytest.mark.parametrize("body", ["", "{}", '{"data": []}', "[]"])
    def test_a_grant_that_cannot_be_read_connects_nothing(self, body: str) -> None:
        with pytest.raises(NotSent):
            read_grant(answer(200, body, publishes=False))

    def test_a_token_is_renewed_a_week_after_it_was_given(self) -> None:
        told = {"access_token": "long", "token_type": "bearer", "expires_in": 60 * 24 * 3600}

        tokens = read_lasting(API, answer(200, told), (), NOON)

        assert tokens.refresh_at == NOON + timedelta(days=7)
        assert tokens.expires_at == NOON + timedelta(days=60)
        assert tokens.lapses_at is None

    async def test_a_page_token_is_renewed_by_the_person_alone(self, http: Http) -> None:
        with pytest.raises(Reconnect):
            await Instagram().refresh(http, replace(ACCOUNT, way=FACEBOOK_LOGIN), APP)


class TestBuilding:
    def test_a_picture_is_described_and_captioned(self) -> None:
        form = build_single(Part(text="Bonjour", media=(PICTURE,)), PICTURE)

        assert form["caption"] == "Bonjour"
        assert form["alt_text"] == "The shop window"
        assert isinstance(form["image_url"], Secret)

    def test_a_video_alone_is_a_reel(self) -> None:
        form = build_single(Part(text="Bonjour", media=(FILM,)), FILM)

        assert form["media_type"] == "REELS"
        assert "video_url" in form

    def test_a_story_carries_neither_caption_nor_description(self) -> None:
        form = build_single(Part(text="", media=(PICTURE,), format=Format.STORY), PICTURE)

        assert set(form) == {"media_type", "image_url"}

    def test_the_caption_of_a_carousel_is_on_the_whole(self) -> None:
        child = build_child(FILM)
        whole = build_carousel(Part(text="Bonjour"), ["1", "2"])

        assert (child["is_carousel_item"], child["media_type"]) == ("true", "VIDEO")
        assert "caption" not in child
        assert whole == {"media_type": "CAROUSEL", "children": "1,2", "caption": "Bonjour"}

    def test_without_a_public_address_nothing_is_prepared(self) -> None:
        with pytest.raises(Refused) as refusal:
            build_child(replace(PICTURE, public_url=""))

        assert refusal.value.code == "no-public-address"

    def test_the_address_of_the_media_is_not_stored(self) -> None:
        body = build_post(ACCOUNT, Part(text="Bonjour", media=(PICTURE,)), "7")

        assert "unguessable" not in repr(body)
        assert body["form"] == {"creation_id": "7"}

    def test_a_comment_takes_few_hashtags(self) -> None:
        post = (Published(remote_id="7", url="u"),)
        with pytest.raises(Refused) as refusal:
            build_comment(Part(text="#a #b #c #d #e", is_comment=True), post)

        assert refusal.value.code == "too-many-hashtags"

    @pytest.mark.parametrize(
        ("file", "code"),
        [
            (PICTURE, "alt-not-taken"),
            (replace(FILM, seconds=61.0), "video-too-long"),
            (replace(FILM, size=101 * 1024 * 1024), "video-too-large"),
        ],
    )
    def test_a_story_takes_less_than_a_post(self, file: MediaFile, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            refuse_unfit_story(Part(text="", media=(file,), format=Format.STORY))

        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"media_type": "image/png"}, "image-type"),
            ({"size": 9 * 1024 * 1024}, "image-too-large"),
            ({"height": 1500}, "image-shape"),
            ({"height": 500}, "image-shape"),
        ],
    )
    def test_pictures_that_instagram_does_not_take_are_refused(
        self, change: dict[str, object], code: str
    ) -> None:
        picture = replace(PICTURE, **change)  # type: ignore[arg-type]
        with pytest.raises(Refused) as refusal:
            refuse_misfit(Part(text="", media=(picture,)), ACCOUNT.traits, "Instagram")

        assert refusal.value.code == code


class TestContainers:
    @pytest.mark.parametrize(
        ("state", "kind", "code"),
        [
            (State(Status.EXPIRED), PrepareAnew, "container-lost"),
            (State(Status.HIDDEN), PrepareAnew, "container-lost"),
            (State(Status.ERROR, "Error: bad codec"), Refused, "media-refused"),
            (State(Status.ERROR, "failed with error code 2207052"), NotSent, "media-unreachable"),
        ],
    )
    def test_what_will_never_be_finished_is_decided(
        self, state: State, kind: type[Exception], code: str
    ) -> None:
        with pytest.raises(kind) as trouble:
            refuse_unfit(state)

        assert getattr(trouble.value, "code", "") == code

    @pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.FINISHED, Status.PUBLISHED])
    def test_what_lives_is_waited_for(self, status: Status) -> None:
        refuse_unfit(State(status))

    @pytest.mark.parametrize(
        ("told", "quota"),
        [
            ({"data": [{"quota_usage": 2, "config": {"quota_total": 50}}]}, (2, 50)),
            ({"data": [{"quota_usage": 2}]}, (2, 0)),
            ({"data": []}, (0, 0)),
            ({}, (0, 0)),
        ],
    )
    def test_a_quota_is_read_as_far_as_it_is_told(
        self, told: dict[str, object], quota: tuple[int, int]
    ) -> None:
        assert read_quota(told) == quota


class TestLikeness:
    def compare(self, *, is_out: bool = True, text: str = "Bonjour", **listed: object) -> Likeness:
        told = {
            "id": "7",
            "caption": "Bonjour",
            "timestamp": "2026-11-21T12:00:00+0000",
            "media_type": "IMAGE",
        } | listed
        ((post, kept),) = read_page(answer(200, {"data": [told]}))
        body = build_post(ACCOUNT, Part(text=text, media=(PICTURE,)), "c7")
        prepared = Prepared(key="k", text=text, body=body)
        return media_likeness(post, kept, prepared, is_out=is_out)

    def test_the_same_caption_on_the_same_kind_is_ours(self) -> None:
        assert self.compare() is Likeness.SAME

    @pytest.mark.parametrize("other", [{"caption": "Bonsoir"}, {"media_type": "VIDEO"}])
    def test_another_caption_or_kind_is_not(self, other: dict[str, object]) -> None:
        assert self.compare(**other) is Likeness.OTHER  # type: ignore[arg-type]

    def test_without_a_caption_it_is_ours_only_if_ours_is_out(self) -> None:
        assert self.compare(text="", caption="") is Likeness.SAME
        assert self.compare(text="", caption="", is_out=False) is Likeness.ALIKE

    @pytest.mark.parametrize("body", ["{}", '{"data": 7}', '{"data": [{}]}', '{"data": [7]}'])
    def test_a_listing_that_cannot_be_read_claims_nothing(self, body: str) -> None:
        with pytest.raises(NotSent):
            read_page(answer(200, body, publishes=False))


def test_comments_and_the_answers_to_them_are_read_in_order_of_time() -> None:
    told = {
        "data": [
            {
                "id": "1",
                "text": "À samedi !",
                "timestamp": "2026-11-21T12:00:00+0000",
                "username": "alice",
                "from": {"id": "5", "username": "alice"},
                "media": {"permalink": "https://www.instagram.com/p/abc/"},
                "replies": {
                    "data": [
                        {
                            "id": "2",
                            "text": "Moi aussi",
                            "timestamp": "2026-11-21T12:05:00+0000",
                            "username": "bob",
                            "hidden": True,
                        }
                    ]
                },
            }
        ]
    }

    first, second = read_comments(told, ACCOUNT, "7").replies

    assert (first.parent_id, first.author_handle, first.author_id) == ("7", "alice", "5")
    assert first.url == "https://www.instagram.com/p/abc/c/1/"
    assert (second.parent_id, second.is_hidden) == ("1", True)


@pytest.mark.parametrize(("way", "deletes"), [(INSTAGRAM_LOGIN, False), (FACEBOOK_LOGIN, True)])
def test_deleting_depends_on_the_way_of_connecting(way: str, deletes: bool) -> None:
    assert traits_of(way).deletes is deletes
