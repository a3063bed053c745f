"""`facebook-business`, Meta's own SDK, against the sandbox: only FacebookSession.GRAPH differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.photo import Photo
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from parvis.sandbox.facebook import Facebook
from parvis.sandbox.instagram import Instagram
from tests.networks.media import ALT, draw_picture
from tests.servers.sandbox import RunningSandbox, running_sandbox

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚"
DAY = 24 * 3600


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(Facebook, Instagram)) as running:
        yield running


class Sdk:
    """The SDK as the bookshop's Page or account would use it."""

    def __init__(self, sandbox: RunningSandbox, network: str, account: str) -> None:
        given = sandbox.token(network, account)
        app = sandbox.told(network)["apps"][0]
        self.sandbox = sandbox
        self.account_id = given["account_id"]
        self.api = FacebookAdsApi(
            _Session(
                sandbox.origin(network),
                app_id=app["client_id"],
                app_secret=app["client_secret"],
                access_token=given["access_token"],
            )
        )

    def page(self) -> Page:
        return Page(self.account_id, api=self.api)

    def instagram(self) -> IGUser:
        return IGUser(self.account_id, api=self.api)


class _Session(FacebookSession):  # type: ignore[misc]
    def __init__(self, graph: str, **credentials: str) -> None:
        super().__init__(**credentials)
        self.GRAPH = graph


@pytest.fixture
def facebook(sandbox: RunningSandbox) -> Sdk:
    return Sdk(sandbox, "facebook", "ponts")


@pytest.fixture
def instagram(sandbox: RunningSandbox) -> Sdk:
    return Sdk(sandbox, "instagram", "ponts")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shop-window.jpg"
    draw_picture(path)
    return path


def refused_with(error: FacebookRequestError) -> tuple[int, int | None]:
    return error.api_error_code(), error.api_error_subcode()


class TestFacebook:
    def test_a_person_finds_the_pages_and_their_tokens(self, sandbox: RunningSandbox) -> None:
        network = sandbox.sandbox.networks["facebook"]
        alice = network.person_named("alice")
        assert alice is not None
        token = network.hand_out_token(alice, ())
        api = FacebookAdsApi(_Session(sandbox.origin("facebook"), access_token=token.id))

        pages = list(User("me", api=api).get_accounts(fields=["name", "access_token", "tasks"]))

        assert [page["name"] for page in pages] == ["Librairie Ponts", "Librairie Ponts, events"]
        assert all("CREATE_CONTENT" in page["tasks"] for page in pages)
        own = FacebookAdsApi(
            _Session(sandbox.origin("facebook"), access_token=pages[0]["access_token"])
        )
        assert Page("me", api=own).api_get(fields=["username"])["username"] == "ponts"

    def test_a_text_is_published_read_back_and_deleted(self, facebook: Sdk) -> None:
        made = facebook.page().create_feed(
            params={"message": EVENING, "link": "https://example.org/lecture"}
        )
        post = PagePost(made.get_id(), api=facebook.api)

        read = post.api_get(fields=["message", "created_time", "permalink_url", "from"])
        assert read["message"] == EVENING
        assert read["from"]["name"] == "Librairie Ponts"
        assert read["permalink_url"].startswith(facebook.sandbox.origin("facebook"))

        post.api_delete()
        with pytest.raises(FacebookRequestError) as gone:
            post.api_get(fields=["message"])
        assert refused_with(gone.value) == (100, 33)

    def test_photos_are_uploaded_and_attached(self, facebook: Sdk, picture: Path) -> None:
        photo = upload(facebook, picture)

        made = facebook.page().create_feed(
            params={"message": EVENING, "attached_media": [{"media_fbid": photo.get_id()}]}
        )

        (stored,) = facebook.sandbox.posts("facebook")
        assert stored["remote_id"] == made.get_id()
        assert stored["alts"] == [ALT]
        sha256 = stored["media"][0]["sha256"]
        assert facebook.sandbox.medium("facebook", sha256) == picture.read_bytes()
        read = Photo(photo.get_id(), api=facebook.api).api_get(fields=["alt_text_custom", "width"])
        assert (read["alt_text_custom"], read["width"]) == (ALT, 640)

    def test_the_published_posts_are_listed_page_by_page(self, facebook: Sdk) -> None:
        made = [
            facebook.page().create_feed(params={"message": f"Soirée {number}"}).get_id()
            for number in range(5)
        ]

        listed = facebook.page().get_published_posts(fields=["message"], params={"limit": 2})

        assert [post["id"] for post in listed] == made[::-1]

    def test_figures_are_read(self, facebook: Sdk) -> None:
        post = PagePost(
            facebook.page().create_feed(params={"message": EVENING}).get_id(), api=facebook.api
        )
        facebook.sandbox.advance(DAY)

        insights = {
            one["name"]: one["values"][0]["value"]
            for one in post.get_insights(
                params={"metric": ["post_media_view", "post_total_media_view_unique"]}
            )
        }
        reactions = post.get_reactions(params={"summary": "total_count", "limit": 0})

        assert insights["post_media_view"] > insights["post_total_media_view_unique"] > 0
        assert reactions.summary()

    def test_one_retired_figure_fails_them_all(self, facebook: Sdk) -> None:
        post = PagePost(
            facebook.page().create_feed(params={"message": EVENING}).get_id(), api=facebook.api
        )

        with pytest.raises(FacebookRequestError) as refusal:
            post.get_insights(params={"metric": ["post_media_view", "post_impressions"]})

        assert refusal.value.api_error_code() == 100

    def test_comments_are_written_read_hidden_and_deleted(self, facebook: Sdk) -> None:
        post = PagePost(
            facebook.page().create_feed(params={"message": EVENING}).get_id(), api=facebook.api
        )

        comment = Comment(
            post.create_comment(params={"message": "Entrée libre"}).get_id(), api=facebook.api
        )
        comment.api_update(params={"is_hidden": True})

        (read,) = post.get_comments(fields=["message", "is_hidden", "from"])
        assert (read["message"], read["is_hidden"]) == ("Entrée libre", True)
        assert read["from"]["id"] == facebook.account_id
        comment.api_delete()
        assert list(post.get_comments(fields=["message"])) == []

    def test_a_dead_token_is_error_190(self, facebook: Sdk) -> None:
        facebook.sandbox.order("facebook", "revoked-token")

        with pytest.raises(FacebookRequestError) as refusal:
            facebook.page().api_get(fields=["name"])

        assert refused_with(refusal.value) == (190, 460)

    def test_a_limit_is_told_in_minutes(self, facebook: Sdk) -> None:
        facebook.sandbox.order("facebook", "rate-limit", seconds=300)

        with pytest.raises(FacebookRequestError) as refusal:
            facebook.page().create_feed(params={"message": EVENING})

        assert refusal.value.api_error_code() == 80001
        usage = refusal.value.http_headers()["X-Business-Use-Case-Usage"]
        assert '"estimated_time_to_regain_access": 5' in usage

    def test_a_photo_may_be_stored_under_a_server_error(self, facebook: Sdk, picture: Path) -> None:
        photo = upload(facebook, picture)
        facebook.sandbox.order("facebook", "error-after", on="publish")

        with pytest.raises(FacebookRequestError) as trouble:
            facebook.page().create_feed(
                params={"message": EVENING, "attached_media": [{"media_fbid": photo.get_id()}]}
            )

        assert (trouble.value.http_status(), trouble.value.api_error_code()) == (500, 2)
        assert len(facebook.sandbox.posts("facebook")) == 1

    def test_a_field_that_is_not_there_is_named(self, facebook: Sdk) -> None:
        with pytest.raises(FacebookRequestError) as refusal:
            facebook.api.call("GET", (facebook.account_id,), {"fields": "nothing"})

        assert "(nothing)" in refusal.value.api_error_message()

    @pytest.mark.parametrize("text", ["", "é" * 63_207, "📚" * 31_604])
    def test_a_text_of_no_or_too_many_signs_is_refused(self, facebook: Sdk, text: str) -> None:
        with pytest.raises(FacebookRequestError) as refusal:
            facebook.page().create_feed(params={"message": text})

        assert refusal.value.api_error_code() == 100

    @pytest.mark.parametrize("text", ["é" * 63_206, "📚" * 31_603])
    def test_the_longest_text_is_taken_whole(self, facebook: Sdk, text: str) -> None:
        facebook.page().create_feed(params={"message": text})

        assert facebook.sandbox.posts("facebook")[0]["text"] == text

    def test_a_photo_is_shown_in_one_post_alone(self, facebook: Sdk, picture: Path) -> None:
        photo = {"media_fbid": upload(facebook, picture).get_id()}
        facebook.page().create_feed(params={"message": "Un", "attached_media": [photo]})

        with pytest.raises(FacebookRequestError):
            facebook.page().create_feed(params={"message": "Deux", "attached_media": [photo]})

    def test_what_is_no_picture_is_no_photo(self, facebook: Sdk, tmp_path: Path) -> None:
        path = tmp_path / "no-picture.jpg"
        path.write_bytes(b"no picture at all")

        with pytest.raises(FacebookRequestError) as refusal:
            upload(facebook, path)

        assert refusal.value.api_error_code() == 100

    def test_posting_needs_its_permission_and_the_pages_own_token(
        self, sandbox: RunningSandbox
    ) -> None:
        network = sandbox.sandbox.networks["facebook"]
        alice, page = network.person_named("alice"), network.person_named("ponts")
        assert alice is not None
        assert page is not None
        for token, code in (
            (network.hand_out_token(alice, ()), 210),
            (network.hand_out_token(page, ("pages_read_engagement",)), 200),
        ):
            session = _Session(sandbox.origin("facebook"), access_token=token.id)
            with pytest.raises(FacebookRequestError) as refusal:
                Page(page.id, api=FacebookAdsApi(session)).create_feed(params={"message": "Non"})
            assert refusal.value.api_error_code() == code

    def test_a_wrong_proof_of_the_secret_is_refused(self, facebook: Sdk) -> None:
        session = _Session(
            facebook.sandbox.origin("facebook"),
            app_secret="another",
            access_token=facebook.sandbox.token("facebook", "ponts")["access_token"],
        )

        with pytest.raises(FacebookRequestError):
            Page(facebook.account_id, api=FacebookAdsApi(session)).api_get(fields=["name"])


class TestInstagram:
    def publish(self, instagram: Sdk, address: str) -> IGMedia:
        container = instagram.instagram().create_media(
            params={"image_url": address, "caption": EVENING, "alt_text": ALT}
        )
        fields = {"fields": "status_code,status"}
        status = instagram.api.call("GET", (container.get_id(),), fields).json()
        assert status["status_code"] == "FINISHED"
        made = instagram.instagram().create_media_publish(
            params={"creation_id": container.get_id()}
        )
        return IGMedia(made.get_id(), api=instagram.api)

    def test_a_picture_is_published_and_read_back(self, instagram: Sdk, address: str) -> None:
        media = self.publish(instagram, address)

        read = media.api_get(
            fields=["caption", "media_type", "permalink", "timestamp", "username", "alt_text"]
        )
        assert (read["caption"], read["media_type"]) == (EVENING, "IMAGE")
        assert (read["username"], read["alt_text"]) == ("ponts", ALT)
        listed = list(instagram.instagram().get_media(fields=["caption"]))
        assert [one["id"] for one in listed] == [media.get_id()]

    def test_a_carousel_is_made_of_containers(self, instagram: Sdk, address: str) -> None:
        account = instagram.instagram()
        children = [
            account.create_media(params={"image_url": address, "is_carousel_item": True}).get_id()
            for _ in range(3)
        ]

        whole = account.create_media(
            params={"media_type": "CAROUSEL", "children": children, "caption": EVENING}
        )
        account.create_media_publish(params={"creation_id": whole.get_id()})

        (stored,) = instagram.sandbox.posts("instagram")
        assert len(stored["media"]) == 3

    def test_a_container_is_published_once(self, instagram: Sdk, address: str) -> None:
        self.publish(instagram, address)
        made = instagram.instagram().create_media(params={"image_url": address})
        instagram.sandbox.order("instagram", "container-race", on="publish")

        with pytest.raises(FacebookRequestError) as race:
            instagram.instagram().create_media_publish(params={"creation_id": made.get_id()})
        instagram.instagram().create_media_publish(params={"creation_id": made.get_id()})
        with pytest.raises(FacebookRequestError) as again:
            instagram.instagram().create_media_publish(params={"creation_id": made.get_id()})

        assert refused_with(race.value) == (9007, 2207027)
        assert refused_with(again.value) == (24, 2207008)
        assert len(instagram.sandbox.posts("instagram")) == 2

    def test_figures_are_read(self, instagram: Sdk, address: str) -> None:
        media = self.publish(instagram, address)
        instagram.sandbox.advance(DAY)

        insights = {
            one["name"]: one["values"][0]["value"]
            for one in media.get_insights(params={"metric": ["views", "reach", "saved"]})
        }

        assert insights["views"] > insights["reach"] > 0
        assert media.api_get(fields=["like_count"])["like_count"] > 0

    def test_a_figure_that_pictures_lack_fails_them_all(self, instagram: Sdk, address: str) -> None:
        media = self.publish(instagram, address)

        with pytest.raises(FacebookRequestError) as refusal:
            media.get_insights(params={"metric": ["views", "shares"]})

        assert refusal.value.api_error_code() == 100

    def test_comments_are_written_and_read(self, instagram: Sdk, address: str) -> None:
        media = self.publish(instagram, address)

        made = media.create_comment(params={"message": "Entrée libre"})

        (read,) = media.get_comments(fields=["text", "username"])
        assert (read["id"], read["text"], read["username"]) == (
            made["id"],
            "Entrée libre",
            "ponts",
        )

    def test_the_quota_of_the_day_is_told(self, instagram: Sdk, address: str) -> None:
        self.publish(instagram, address)

        (quota,) = instagram.instagram().get_content_publishing_limit(
            fields=["quota_usage", "config"]
        )

        assert quota["quota_usage"] == 1
        assert quota["config"]["quota_total"] == 100

    @pytest.mark.parametrize(
        "caption", ["é" * 2_201, "#a " * 31, "@alice " * 21], ids=["long", "hashtags", "mentions"]
    )
    def test_a_caption_beyond_its_limits_is_refused(
        self, instagram: Sdk, address: str, caption: str
    ) -> None:
        with pytest.raises(FacebookRequestError) as refusal:
            instagram.instagram().create_media(params={"image_url": address, "caption": caption})

        assert refused_with(refusal.value) == (36004, 2207010)

    @pytest.mark.parametrize(
        ("name", "size", "refused"),
        [
            ("shop-window.png", (640, 480), (36001, 2207005)),
            ("tall.jpg", (200, 600), (36003, 2207009)),
            ("wide.jpg", (600, 200), (36003, 2207009)),
        ],
    )
    def test_pictures_are_jpeg_and_of_a_certain_shape(
        self,
        facebook: Sdk,
        instagram: Sdk,
        tmp_path: Path,
        name: str,
        size: tuple[int, int],
        refused: tuple[int, int],
    ) -> None:
        draw_picture(tmp_path / name, size=size)

        with pytest.raises(FacebookRequestError) as refusal:
            instagram.instagram().create_media(
                params={"image_url": address_of(facebook, tmp_path / name)}
            )

        assert refused_with(refusal.value) == refused

    def test_a_text_alone_is_no_post(self, instagram: Sdk) -> None:
        with pytest.raises(FacebookRequestError):
            instagram.instagram().create_media(params={"caption": EVENING})

    def test_a_carousel_of_one_is_none(self, instagram: Sdk, address: str) -> None:
        child = instagram.instagram().create_media(
            params={"image_url": address, "is_carousel_item": True}
        )

        with pytest.raises(FacebookRequestError) as refusal:
            instagram.instagram().create_media(
                params={"media_type": "CAROUSEL", "children": [child.get_id()]}
            )

        assert refused_with(refusal.value) == (100, 2207028)

    def test_a_container_lives_for_a_day(self, instagram: Sdk, address: str) -> None:
        made = instagram.instagram().create_media(params={"image_url": address})
        instagram.sandbox.advance(DAY + 1)

        status = instagram.api.call("GET", (made.get_id(),), {"fields": "status_code"}).json()
        with pytest.raises(FacebookRequestError) as refusal:
            instagram.instagram().create_media_publish(params={"creation_id": made.get_id()})

        assert status["status_code"] == "EXPIRED"
        assert refused_with(refusal.value) == (24, 2207008)

    def test_what_cannot_be_fetched_is_refused(self, instagram: Sdk) -> None:
        with pytest.raises(FacebookRequestError) as refusal:
            instagram.instagram().create_media(
                params={"image_url": "http://127.0.0.1:9/nothing.jpg"}
            )

        assert refused_with(refusal.value) == (9004, 2207052)


def upload(facebook: Sdk, picture: Path) -> Photo:
    """The SDK knows a file by the name of its parameter alone, which is "filename"."""
    made = facebook.page().create_photo(
        params={"published": False, "alt_text_custom": ALT, "filename": str(picture)}
    )
    return Photo(made.get_id(), api=facebook.api)


@pytest.fixture
def address(facebook: Sdk, picture: Path) -> str:
    return address_of(facebook, picture)


def address_of(facebook: Sdk, picture: Path) -> str:
    """A public one: Facebook, which has the picture then, shows it to everybody."""
    photo = upload(facebook, picture).api_get(fields=["images"])
    return str(photo["images"][0]["source"])
