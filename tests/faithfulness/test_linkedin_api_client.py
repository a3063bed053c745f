"""The sandbox's LinkedIn as LinkedIn's own Python client finds it, but for the base addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.auth.utils import oauth
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants
from linkedin_api.common.errors import ResponseFormattingError

from parvis.networks.versions import version_of
from tests.networks.media import draw_picture, film
from tests.servers.sandbox import RunningSandbox

VERSION = version_of("linkedin")
BACK = "http://127.0.0.1:9000/back"
DISTRIBUTION = {
    "feedDistribution": "MAIN_FEED",
    "targetEntities": [],
    "thirdPartyDistributionChannels": [],
}


class Desk:
    """LinkedIn's client, with a token and the author that it speaks for."""

    def __init__(self, sandbox: RunningSandbox, author: str, token: str) -> None:
        self.sandbox = sandbox
        self.author = author
        self.token = token
        self.client = RestliClient()

    def create(self, commentary: str, **more: Any) -> str:
        answer = self.try_to_create(commentary, **more)
        assert answer.status_code == 201
        return str(answer.decoded_entity_id)

    def try_to_create(self, commentary: str, **more: Any) -> Any:
        entity = {
            "author": self.author,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": DISTRIBUTION,
            "lifecycleState": "PUBLISHED",
        }
        return self.ask("create", "/posts", entity=entity | more)

    def ask(self, verb: str, path: str, **more: Any) -> Any:
        return getattr(self.client, verb)(
            resource_path=path, access_token=self.token, version_string=VERSION, **more
        )

    def put(self, url: str, content: bytes) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.token}"}
        return requests.put(url, data=content, headers=bearer, timeout=60)


@pytest.fixture
def linkedin(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> RunningSandbox:
    """The three base addresses are all that is changed in the client."""
    origin = sandbox.origin("linkedin")
    monkeypatch.setattr(constants, "OAUTH_BASE_URL", f"{origin}/oauth/v2")
    monkeypatch.setattr(oauth, "OAUTH_BASE_URL", f"{origin}/oauth/v2")
    monkeypatch.setattr(constants, "NON_VERSIONED_BASE_URL", f"{origin}/v2")
    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{origin}/rest")
    return sandbox


@pytest.fixture
def shop(linkedin: RunningSandbox) -> Desk:
    given = linkedin.token("linkedin", "ponts")
    return Desk(linkedin, f"urn:li:person:{given['account_id']}", given["access_token"])


@pytest.fixture
def events(shop: Desk) -> Desk:
    roles = shop.ask("finder", "/organizationAcls", finder_name="roleAssignee")
    return Desk(shop.sandbox, roles.elements[0]["organization"], shop.token)


def auth_client(secret: str = "parvis-sandbox-secret") -> AuthClient:
    return AuthClient(client_id="parvis-sandbox", client_secret=secret, redirect_url=BACK)


def sign_in(linkedin: RunningSandbox, scopes: list[str]) -> Any:
    page = auth_client().generate_member_auth_url(scopes=scopes, state="state")
    back = parse_qs(urlsplit(linkedin.consent(page)).query)
    assert back["state"] == ["state"]
    return auth_client().exchange_auth_code_for_access_token(back["code"][0])


class TestSigningIn:
    def test_a_member_signs_in_for_sixty_days(self, linkedin: RunningSandbox) -> None:
        granted = sign_in(linkedin, ["openid", "profile", "w_member_social"])

        assert granted.expires_in == pytest.approx(60 * 24 * 3600, abs=5)
        assert granted.refresh_token is None
        assert set(granted.scope.split(",")) == {"openid", "profile", "w_member_social"}

    def test_userinfo_names_the_member(self, linkedin: RunningSandbox) -> None:
        granted = sign_in(linkedin, ["openid", "profile"])

        told = RestliClient().get(resource_path="/userinfo", access_token=granted.access_token)

        assert told.entity["name"] == "Librairie Ponts"
        assert told.entity["sub"]

    def test_a_refresh_token_works_again_and_again_until_its_end(
        self, linkedin: RunningSandbox
    ) -> None:
        granted = sign_in(linkedin, ["r_basicprofile", "w_organization_social"])
        year = 365 * 24 * 3600
        assert granted.refresh_token_expires_in == pytest.approx(year, abs=5)

        for _ in range(2):
            linkedin.advance(24 * 3600)
            renewed = auth_client().exchange_refresh_token_for_access_token(granted.refresh_token)
            assert renewed.status_code == 200

        left = year - 2 * 24 * 3600
        assert renewed.refresh_token_expires_in == pytest.approx(left, abs=10)
        linkedin.advance(year)
        late = auth_client().exchange_refresh_token_for_access_token(granted.refresh_token)
        assert late.status_code == 400
        assert late.access_token is None

    def test_a_code_is_good_once(self, linkedin: RunningSandbox) -> None:
        page = auth_client().generate_member_auth_url(scopes=["openid"], state="state")
        code = parse_qs(urlsplit(linkedin.consent(page)).query)["code"][0]
        auth_client().exchange_auth_code_for_access_token(code)

        again = auth_client().exchange_auth_code_for_access_token(code)

        assert again.status_code == 400
        assert again.response.json()["error"] == "invalid_request"

    def test_a_token_is_introspected(self, linkedin: RunningSandbox) -> None:
        granted = sign_in(linkedin, ["openid"])

        live = auth_client().introspect_access_token(granted.access_token)
        linkedin.advance(61 * 24 * 3600)
        over = auth_client().introspect_access_token(granted.access_token)

        assert (live.active, live.status, live.scope) == (True, "active", "openid")
        assert (over.active, over.status) == (False, "expired")

    def test_a_wrong_secret_is_an_invalid_client(self, linkedin: RunningSandbox) -> None:
        told = auth_client("wrong").introspect_access_token("any")

        assert told.status_code == 401
        assert told.response.json()["error"] == "invalid_client"

    def test_this_app_gets_no_token_of_its_own(self, linkedin: RunningSandbox) -> None:
        assert auth_client().get_two_legged_access_token().access_token is None


class TestPosts:
    def test_a_text_is_posted_found_read_and_deleted(self, events: Desk) -> None:
        urn = events.create(r"Ce soir \(19 h\) : {hashtag|\#|lecture}")

        found = events.ask(
            "finder",
            "/posts",
            finder_name="author",
            query_params={"author": events.author, "count": 10, "sortBy": "LAST_MODIFIED"},
        )
        read = events.ask("get", "/posts/{id}", path_keys={"id": urn})
        deleted = [
            events.ask("delete", "/posts/{id}", path_keys={"id": urn}).status_code for _ in "12"
        ]

        assert urn.startswith("urn:li:share:")
        assert [element["id"] for element in found.elements] == [urn]
        assert found.paging.total == 1
        assert read.entity["commentary"] == r"Ce soir \(19 h\) : {hashtag|\#|lecture}"
        assert deleted == [204, 204]
        assert events.ask("get", "/posts/{id}", path_keys={"id": urn}).status_code == 404

    def test_a_text_is_cut_off_without_a_word_where_a_sign_was_not_escaped(
        self, shop: Desk
    ) -> None:
        answer = shop.try_to_create("Ce soir (19 h) : lecture")

        assert answer.status_code == 201
        assert shop.sandbox.posts("linkedin")[0]["text"] == "Ce soir "

    def test_an_image_with_its_description_is_posted(self, shop: Desk, tmp_path: Path) -> None:
        draw_picture(tmp_path / "window.png")
        content = (tmp_path / "window.png").read_bytes()
        begun = shop.ask(
            "action",
            "/images",
            action_name="initializeUpload",
            action_params={"initializeUploadRequest": {"owner": shop.author}},
        ).value
        assert shop.put(begun["uploadUrl"], content).status_code == 201

        media = {"media": {"id": begun["image"], "altText": "The shop window"}}
        shop.create("Vitrine", content=media)

        (posted,) = shop.sandbox.posts("linkedin")
        assert posted["alts"] == ["The shop window"]
        assert shop.sandbox.medium("linkedin", posted["media"][0]["sha256"]) == content

    def test_a_video_is_put_together_from_its_parts(self, shop: Desk, tmp_path: Path) -> None:
        film(tmp_path / "reading.mp4")
        content = (tmp_path / "reading.mp4").read_bytes() + bytes(4 * 1024 * 1024)
        owner = {"owner": shop.author, "fileSizeBytes": len(content)}
        begun = shop.ask(
            "action",
            "/videos",
            action_name="initializeUpload",
            action_params={"initializeUploadRequest": owner},
        ).value
        etags = []
        for one in begun["uploadInstructions"]:
            sent = shop.put(one["uploadUrl"], content[one["firstByte"] : one["lastByte"] + 1])
            etags.append(sent.headers["ETag"])
        request = {
            "video": begun["video"],
            "uploadToken": begun["uploadToken"],
            "uploadedPartIds": etags,
        }
        # The answer has no body, as Rest.li has it for actions without a result; the client stops
        # at that when all is done.
        with pytest.raises(ResponseFormattingError):
            shop.ask(
                "action",
                "/videos",
                action_name="finalizeUpload",
                action_params={"finalizeUploadRequest": request},
            )
        path, keys = "/videos/{id}", {"id": begun["video"]}
        first = shop.ask("get", path, path_keys=keys).entity["status"]
        shop.sandbox.advance(60)
        then = shop.ask("get", path, path_keys=keys).entity["status"]
        shop.create("Lecture", content={"media": {"id": begun["video"]}})

        assert len(etags) == 2
        assert (first, then) == ("PROCESSING", "AVAILABLE")
        (posted,) = shop.sandbox.posts("linkedin")
        assert shop.sandbox.medium("linkedin", posted["media"][0]["sha256"]) == content

    def test_equal_content_is_refused_naming_the_first(self, shop: Desk) -> None:
        urn = shop.create("Bonjour")

        again = shop.try_to_create("Bonjour")

        assert again.status_code == 422
        assert again.entity["message"].endswith(f"Content is a duplicate of {urn}")
        assert again.entity["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"

    def test_equal_content_of_a_deleted_post_is_refused_naming_a_ghost(self, events: Desk) -> None:
        urn = events.create("Bonjour")
        events.ask("delete", "/posts/{id}", path_keys={"id": urn})

        again = events.try_to_create("Bonjour")

        ghost = again.entity["message"].rpartition(" ")[2]
        assert ghost != urn
        assert events.ask("get", "/posts/{id}", path_keys={"id": ghost}).status_code == 404
        events.sandbox.advance(48 * 3600)
        events.create("Bonjour")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"visibility": "FRIENDS"}, "INVALID_VALUE"),
            ({"content": {"media": {"id": "urn:li:image:unknown"}}}, "INVALID_MEDIA"),
            ({"content": {"multiImage": {"images": [{"id": "x"}]}}}, "INVALID_VALUE"),
            ({"commentary": "x" * 3001}, "FIELD_LENGTH_TOO_LONG"),
            ({"content": {"poll": {"question": "?"}}}, "MISSING_FIELD"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_name(
        self, shop: Desk, change: dict[str, Any], code: str
    ) -> None:
        answer = shop.try_to_create(**{"commentary": "Bonjour"} | change)

        assert answer.status_code == 422
        assert answer.entity["errorDetails"]["inputErrors"][0]["code"] == code
        assert shop.sandbox.posts("linkedin") == []

    def test_a_version_that_has_gone_is_refused(self, shop: Desk) -> None:
        answer = shop.client.create(
            resource_path="/posts",
            entity={},
            access_token=shop.token,
            version_string="202401",
        )

        assert answer.status_code == 426
        assert answer.entity["code"] == "NONEXISTENT_VERSION"

    def test_a_member_may_not_list_posts(self, linkedin: RunningSandbox) -> None:
        given = linkedin.token("linkedin", "ponts", scopes=("w_member_social",))
        shop = Desk(linkedin, f"urn:li:person:{given['account_id']}", given["access_token"])

        answer = shop.ask(
            "finder", "/posts", finder_name="author", query_params={"author": shop.author}
        )

        assert answer.status_code == 403
        assert answer.response.json()["serviceErrorCode"] == 100

    def test_the_150th_post_of_a_day_is_the_last(self, shop: Desk) -> None:
        for number in range(150):
            shop.create(f"Livre {number}")

        answer = shop.try_to_create("Livre 150")

        assert answer.status_code == 429
        assert answer.entity["code"] == "TOO_MANY_REQUESTS"
        assert not {name for name in answer.headers if "ratelimit" in name.lower()}


class TestSocial:
    def test_a_comment_is_written_listed_and_deleted(self, events: Desk) -> None:
        urn = events.create("Bonjour")
        path, keys = "/socialActions/{urn}/comments", {"urn": urn}
        body = {"actor": events.author, "object": urn, "message": {"text": "Tout (ici) #livres"}}

        created = events.ask("create", path, path_keys=keys, entity=body)
        listed = events.ask("get_all", path, path_keys=keys)
        gone = events.ask("delete", f"{path}/{{id}}", path_keys=keys | {"id": created.entity_id})

        assert created.entity["commentUrn"].startswith("urn:li:comment:(urn:li:activity:")
        assert [each["message"]["text"] for each in listed.elements] == ["Tout (ici) #livres"]
        assert gone.status_code == 204
        assert events.ask("get_all", path, path_keys=keys).elements == []

    def test_an_organisations_figures_are_read_in_one_batch(self, events: Desk) -> None:
        urns = [events.create(text) for text in ("Bonjour", "Bonsoir")]
        events.sandbox.advance(24 * 3600)

        read = events.ask(
            "finder",
            "/organizationalEntityShareStatistics",
            finder_name="organizationalEntity",
            query_params={"organizationalEntity": events.author, "shares": urns},
        )

        assert [element["share"] for element in read.elements] == urns
        assert all(
            element["totalShareStatistics"]["impressionCount"] > 0 for element in read.elements
        )

    def test_a_members_figure_is_read(self, shop: Desk) -> None:
        urn = shop.create("Bonjour")
        shop.sandbox.advance(24 * 3600)

        read = shop.ask(
            "finder",
            "/memberCreatorPostAnalytics",
            finder_name="entity",
            query_params={"entity": {"share": urn}, "queryType": "IMPRESSION"},
        )

        assert read.elements[0]["count"] > 0

    def test_totals_are_read_in_a_batch_that_tells_what_is_missing(self, events: Desk) -> None:
        urn = events.create("Bonjour")
        events.sandbox.advance(24 * 3600)

        read = events.ask("batch_get", "/socialMetadata", ids=[urn, "urn:li:share:1"])

        assert read.results[urn]["commentSummary"]["count"] >= 0
        assert read.results[urn]["reactionSummaries"]["LIKE"]["count"] > 0
        assert read.errors["urn:li:share:1"]["status"] == 404

    def test_organisations_are_read_in_a_batch(self, events: Desk) -> None:
        number = events.author.rpartition(":")[2]

        read = events.ask("batch_get", "/organizations", ids=[number])

        assert read.results[number]["localizedName"] == "Librairie Ponts, events"

    def test_people_are_read_in_a_batch(self, shop: Desk) -> None:
        key = {"id": shop.author.rpartition(":")[2]}

        read = shop.ask("batch_get", "/people", ids=[key])

        (person,) = read.results.values()
        assert person["id"] == key["id"]
        assert person["vanityName"] == "ponts"


class TestStrictness:
    """What the client always does right, and others easily do not."""

    HEADERS: ClassVar = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}

    def get(self, events: Desk, path: str, **headers: str) -> requests.Response:
        bearer = {"Authorization": f"Bearer {events.token}"}
        origin = events.sandbox.origin("linkedin")
        return requests.get(f"{origin}{path}", headers=bearer | headers, timeout=60)

    def test_a_key_must_be_escaped(self, events: Desk) -> None:
        urn = events.create("Bonjour")

        bare = self.get(events, f"/rest/posts/{urn}", **self.HEADERS)
        escaped = self.get(events, f"/rest/posts/{quote(urn, safe='')}", **self.HEADERS)

        assert (bare.status_code, escaped.status_code) == (400, 200)

    def test_a_value_must_be_escaped(self, events: Desk) -> None:
        path = f"/rest/posts?q=author&author={events.author}"

        assert self.get(events, path, **self.HEADERS).status_code == 400

    @pytest.mark.parametrize("name", HEADERS)
    def test_a_header_must_not_be_missing(self, events: Desk, name: str) -> None:
        path = f"/rest/posts?q=author&author={quote(events.author, safe='')}"
        without = {key: value for key, value in self.HEADERS.items() if key != name}

        assert self.get(events, path, **without).status_code == 400
        assert self.get(events, path, **self.HEADERS).status_code == 200
